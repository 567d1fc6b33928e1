"""The short form of tests/benchmarks/engine.py: two minutes on the fake card and on JACK."""

import contextlib
import subprocess
import sys
from pathlib import Path

import cards
import numpy as np
import pytest

from studio.engine.render import render
from studio.engine.voice import load_voice

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))

from cells import Cell  # noqa: E402 - lies beside the benchmark
from engine import measure  # noqa: E402

pytestmark = [pytest.mark.audio, pytest.mark.slow, pytest.mark.timeout(120)]
CHANCE = 3  # drop-outs more than the C control's that a busy machine may add to a few seconds
BLOCK = 256


@pytest.mark.parametrize(("block", "depth"), [(128, 0), (64, 2)])
def test_latency_is_what_is_said_and_hardly_more_is_lost_than_in_c(block, depth):
    ours = measure(Cell("ours", "through", "gui", block, depth, seconds=5))
    control = measure(Cell("control", "through", "gui", block, 0, seconds=5))
    assert "error" not in ours and ours["clean_s"] > 0.3, ours
    assert ours["latency_const"] and ours["engine_latency_frames"] == depth * block == ours["stats"]["latency"]
    unavoidable = control["dropouts"] / max(control["clean_s"], 0.3) * ours["clean_s"]
    assert ours["dropouts"] <= 2 * unavoidable + CHANCE, (ours, control)


@pytest.mark.parametrize(("what", "goal_db"), [("param", -70), ("bypass", -60), ("seek", -60)])
def test_no_hand_makes_a_click(what, goal_db):
    row = measure(Cell("ours", what, "idle", 128, 0, seconds=8 if what == "seek" else 5))
    assert row["events"] > 8 and row["worst_click_dBFS"] <= goal_db, row


@pytest.mark.parametrize(("block", "depth"), [(128, 0), (64, 2)])
def test_the_card_gets_bit_for_bit_what_a_render_gives(block, depth):
    row = measure(Cell("ours", "exact", "idle", block, depth, seconds=5))
    assert row.get("exact"), row


def test_on_jack_latency_and_samples_are_exact(jack, studio, archives, tmp_path):
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 48000).astype(np.float32)
    np.save(tmp_path / "noise.npy", noise)
    rendered = render(load_voice(archives["half"], 1, 48000, BLOCK), noise[None], 48000, BLOCK).sounds[0]
    studio.start()
    studio.load_model(str(archives["half"]), "half", quiet=False)
    studio.wait("loaded")
    delays = {}
    for depth in (0, 2):
        studio.open_device("system (JACK Audio Connection Kit)", 48000, BLOCK, live=True, depth=depth)
        studio.wait("device")
        studio.play()
        studio.wait_status(lambda status: status.beat > 100)
        with echo(jack, tmp_path) as heard:
            found = [delay_of(rendered, heard()) for _ in range(3)]
        delays[depth] = next((delay for delay in found if delay is not None), None)
        assert delays[depth] is not None, (studio.status(), studio.told)
        assert studio.status().latency == depth * BLOCK
    assert delays[2] - delays[0] == 2 * BLOCK


@contextlib.contextmanager
def echo(server, folder):
    """What comes back when noise goes from another client through the engine."""
    command = [sys.executable, str(Path(__file__).with_name("jack_echo.py")), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout.readline() == "ready\n"
        ports = [port.rsplit(":", 1) for port in cards.jack("jack_lsp", "-s", server).split()]  # numbered on and on
        mine = next(client for client, port in ports if client not in ("PortAudio", "system"))
        into = [f"PortAudio:{port}" for client, port in ports if client == "PortAudio" and port.startswith("in_")]
        out = next(f"PortAudio:{port}" for client, port in ports if client == "PortAudio" and port.startswith("out_"))
        for source, target in (*((f"{mine}:out_0", each) for each in into), (out, f"{mine}:in_0")):
            cards.jack("jack_connect", "-s", server, source, target)

        def heard():
            client.stdin.write("go\n")
            client.stdin.flush()
            assert client.stdout.readline() == "done\n"
            return np.load(folder / "echo.npy")

        yield heard
        client.stdin.close()


def delay_of(sent, heard):
    """By how many frames nine tenths of what was sent come back, bit for bit; None where a block was lost."""
    for delay in range(0, 8 * BLOCK, BLOCK):
        if np.mean(heard[delay : delay + len(sent)] == sent) > 0.9:
            return delay
    return None
