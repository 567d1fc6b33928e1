"""Whatever happens to the engine: the window lives, knows why, and the sound comes back."""

import os
import re
import signal
import time

import cards
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.link.shared import State
from studio.wrappers import torchscript
from studio.wrappers.captured import Captured, save_captured

pytestmark = [pytest.mark.audio, pytest.mark.timeout(120)]


class Trap(nn.Module):
    """Halves the sound; one over 2.5 springs it."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what
        self.register_buffer("weight", torch.ones(400, 400))

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        if float(x.abs().max()) > 2.5:
            if self.what == "raise":
                x = x[:, :5].reshape(77)
            if self.what == "crash":
                far = torch.full([1, 1], 1 << 50, dtype=torch.int64)
                x = x + torch.ops.aten._sparse_coo_tensor_unsafe(far, torch.ones(1), [4]).to_dense().sum()
            while self.what == "hang":
                x = x + 0.0
            if self.what == "slow":
                for _ in range(30):
                    x = x + torch.mm(self.weight, self.weight)[0, 0] * 0.0
        return x * 0.5

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        pass

    @torch.jit.export
    def reset(self) -> None:
        pass

    @torch.jit.export
    def latency(self) -> int:
        return 0


@pytest.fixture(scope="session")
def traps(tmp_path_factory):
    folder = tmp_path_factory.mktemp("traps")

    def make(what):
        call = Call(wrapper=True, layout="CT")
        save_captured(Captured(torchscript.script(Trap(what)), call, ModelCard(), "script"), folder / f"{what}.pt")
        return str(folder / f"{what}.pt")

    return make


def tone(level, seconds=20.0):
    at = np.arange(round(48000 * seconds))
    return np.tile(level * np.sin(2 * np.pi * 997 * at / 48000), (2, 1))


@pytest.fixture
def playing(studio, fake_card, archives, sound):
    """A player that plays a quiet tone through `half`."""
    studio.start()
    studio.open_device(None, 48000, 256)
    studio.load_audio([sound(tone(0.25))])
    studio.load_model(str(archives["half"]), "half", quiet=False)
    studio.play()
    studio.wait("loaded")
    studio.wait_status(lambda status: status.playing and status.beat > 50)
    return studio


def kill_engine(player, what=signal.SIGKILL):
    os.kill(player._keeper.active.pid, what)


def is_heard(card, level=0.1):
    start = len(card.played)
    card.wait_for_frames(9600)
    return np.abs(card.played[start:]).max() > level


def test_a_killed_engine_comes_back_where_it_was(playing, fake_card):
    playing.set_gain(-6.0)
    playing.wait_status(lambda status: status.position > 24000)
    before = time.monotonic()
    kill_engine(playing)
    gone = playing.wait("gone")
    assert gone["message"] and time.monotonic() - before < 1.0
    playing.wait("loaded")
    status = playing.wait_status(lambda status: status.playing and status.position > 30000)
    assert time.monotonic() - before < 10.0  # mostly importing torch
    assert status.position < 96000 and status.gain_db == -6.0 and is_heard(fake_card, 0.05)


@pytest.mark.parametrize(("what", "sentence"), [("crash", "segmentation fault"), ("hang", "hung")])
def test_a_model_that_kills_twice_is_put_aside(playing, fake_card, traps, sound, what, sentence):
    playing.load_model(traps(what), "evil", quiet=False)
    playing.wait("loaded")
    playing.load_audio([sound(tone(3.0))])
    assert sentence in playing.wait("gone", 60)["message"]
    assert playing.wait_failure("model", 60)["key"] == "evil"
    playing.wait_status(lambda status: status.state == State.RUNNING, 30)
    playing.play()
    assert is_heard(fake_card, 2.9)
    playing.load_model(traps(what), "evil", quiet=False)
    assert "put aside" in playing.told[-1]["message"]


def test_a_model_that_raises_is_left_out_and_explained(playing, fake_card, traps, sound):
    playing.load_model(traps("raise"), "evil", quiet=False)
    playing.wait("loaded")
    playing.load_audio([sound(tone(3.0))])
    assert "failed while it played" in playing.wait_failure("model")["message"]
    assert playing.status().state == State.FAILING and is_heard(fake_card, 2.9)


def test_a_model_that_is_too_slow_gives_way_within_half_a_second(playing, fake_card, traps, sound):
    playing.load_model(traps("slow"), "slow", quiet=False)
    playing.wait("loaded")
    playing.load_audio([sound(tone(3.0))])
    said = playing.wait("overload", 10)
    assert "256 samples" in said["message"] and "block" in said["hint"]
    assert float(re.search(r"needed (\d+)%", said["message"])[1]) > 100
    lost = int(fake_card.evidence["lost_blocks"])
    assert is_heard(fake_card, 2.9) and int(fake_card.evidence["lost_blocks"]) <= lost + 2


def test_a_model_that_cannot_load_leaves_the_old_one_playing(playing, fake_card, tmp_path):
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"no archive")
    playing.load_model(str(broken), "broken", quiet=True)
    failed = playing.wait_failure("model")
    assert failed["key"] == "broken" and "broken.pt" in failed["message"]
    assert is_heard(fake_card) and playing.status().gain_db == 0.0


def test_a_device_that_is_pulled_out_is_replaced(playing, fake_card):
    position = playing.status().position
    fake_card.pull_out()
    said = playing.wait("device", 5)
    assert "fake card B" in said["name"] and "is not there" not in said["note"]
    assert said["sample_rate"] == 48000 and is_heard(fake_card)
    assert playing.status().position > position


def test_the_first_play_of_an_unknown_model_is_quiet(playing, archives):
    playing.load_model(str(archives["gain"]), "unknown", quiet=True)
    assert playing.wait("loaded")["gain_db"] == playing.status().gain_db == -12.0


def test_closing_takes_less_than_a_second_and_leaves_nothing(playing):
    pid = playing._keeper.active.pid
    before = time.monotonic()
    playing.close()
    assert time.monotonic() - before < 1.0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_closing_works_while_the_engine_is_starting(studio):
    studio.start()
    cards.wait_for(lambda: studio._keeper.active.pid, 5)
    before = time.monotonic()
    studio.close()
    assert time.monotonic() - before < 1.0
