"""What the window's side does with engines that die, hang, refuse and are exchanged; the engines are stand-ins."""

import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from studio.audio.raw import RawAudio
from studio.document.performance import Lane
from studio.link import keeper
from studio.link.player import Player
from studio.link.shared import State

ENGINES = Path(__file__).parent / "engines"
SOUND = RawAudio(Path("sound"), 48000 * 3600, 2, 48000, "sound")
pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def studio(monkeypatch, tmp_path):
    """A player of stand-ins, with a spare at once; it plays through `first`."""
    (tmp_path / "sitecustomize.py").write_text(
        f"import studio.jobs\nstudio.jobs.__path__.insert(0, {str(ENGINES)!r})\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setattr(keeper, "SPARE_AFTER", 0.0)
    told = []
    player = Player(told.append, spare=True, folders=[tmp_path])
    player.told, player.start_up = told, lambda: start(player)
    yield player
    player.close()


def start(player):
    player.start()
    player.open_device(None, None, 64)
    player.load_audio([SOUND])
    player.load_model("first", "first", quiet=False, knobs=[0.25])
    player.play()
    wait(lambda: player.status().playing and "first" in keys(player, "loaded"))
    return player


def wait(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def wait_for_spare(player):
    wait(lambda: player._keeper.spare_is_ready)


def keys(player, event):
    return [message["key"] for message in list(player.told) if message["event"] == event]


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def pids():
    """Of the engines that a listing of processes shows below this one."""
    listed = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "pid=,args="], capture_output=True, text=True, check=True
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "studio.link.child play" in line]


def test_a_model_that_is_loaded_while_another_plays_comes_with_another_engine(studio):
    studio.start_up()
    studio.set_gain(-3.0)
    wait_for_spare(studio)
    before, position = studio._keeper.active.pid, studio.status().position
    asked = time.monotonic()
    studio.load_model("second", "second", quiet=True, knobs=[0.75])
    assert time.monotonic() - asked < 0.05
    wait(lambda: "second" in keys(studio, "loaded"))
    status = studio.status()
    assert status.playing and position <= status.position < position + 96000 and status.gain_db == -12.0
    assert studio._keeper.active.pid != before and studio._keeper.board.knobs[0] == 0.75
    wait(lambda: before not in pids())


def test_what_is_asked_during_a_hand_over_is_not_lost(studio):
    studio.start_up()
    wait_for_spare(studio)
    studio.load_model("slowly", "slow", quiet=False)
    assert studio._keeper._handover is not None
    studio.seek(10_000_000)
    studio.set_gain(-5.0)
    studio.set_stem(3, -7.0)
    studio.hear(1)
    wait(lambda: "slow" in keys(studio, "loaded"))
    board = studio._keeper.board
    wait(lambda: studio.status().position > 10_000_000 and studio.status().voice == 1)
    assert (board.gain_db, board.stem_db[3]) == (-5.0, -7.0) and studio.status().playing


def test_a_pause_during_a_hand_over_stays_a_pause(studio):
    studio.start_up()
    wait_for_spare(studio)
    studio.load_model("slowly", "slow", quiet=False)
    studio.pause()
    wait(lambda: "slow" in keys(studio, "loaded"))
    wait(lambda: studio._keeper.active.has_obeyed)
    assert not studio.status().playing


def test_the_last_of_several_models_is_heard(studio):
    studio.start_up()
    wait_for_spare(studio)
    for name in ("slowly 1", "slowly 2", "slowly 3"):
        studio.load_model(name, name, quiet=False)
    wait(lambda: "slowly 3" in keys(studio, "loaded"))
    assert studio._keeper.active.held == {0: "slowly 3"} and keys(studio, "loaded") == ["first", "slowly 3"]


@pytest.mark.parametrize(
    ("model", "says"), [("fails", "No."), ("crashes", "segmentation"), ("exits", "ended the process")]
)
def test_a_model_that_cannot_be_loaded_leaves_the_engine_that_plays_alone(studio, model, says):
    studio.start_up()
    wait_for_spare(studio)
    before = studio._keeper.active.pid
    studio.load_model(model, model, quiet=False)
    wait(lambda: model in keys(studio, "failed") and studio._keeper._handover is None)
    assert says in studio.told[-1]["message"]
    assert studio._keeper.active.pid == before and studio.status().playing and keys(studio, "gone") == []


@pytest.mark.parametrize("victim", ["active", "_coming"])
def test_an_engine_that_dies_during_a_hand_over_takes_nothing_with_it(studio, victim):
    studio.start_up()
    wait_for_spare(studio)
    studio.load_model("slowly", "slow", quiet=False)
    os.kill(getattr(studio._keeper, victim).pid, signal.SIGKILL)
    wait(lambda: keys(studio, "gone" if victim == "active" else "failed"))
    wait(lambda: studio.status().playing and not studio._keeper.active.is_arriving)
    position = studio.status().position
    wait(lambda: studio.status().position > position + 4800)
    assert studio._keeper.active.held == {0: "slow" if victim == "active" else "first"}


def test_a_killed_engine_is_replaced_with_all_that_was_asked_for(studio):
    studio.start_up()
    studio.load_model("other", "other", quiet=False, knobs=[0.5], slot=1)
    studio.add_audio(SOUND)
    studio.automate({1: Lane(points=((0.0, 0.0), (1.0, 1.0)))})
    studio.hear(1)
    studio.limit(-1.0)
    studio.set_wet(0.5)
    studio.set_knob(2, 0.125, slot=1)
    studio.seek(SOUND.frames + 100)
    wait(lambda: "other" in keys(studio, "loaded") and studio.status().position > SOUND.frames)
    wait_for_spare(studio)
    os.kill(studio._keeper.active.pid, signal.SIGKILL)
    wait(lambda: keys(studio, "gone") == ["other"])
    wait(lambda: studio._keeper.active.held == {0: "first", 1: "other"} and studio.status().playing)
    board, status = studio._keeper.board, studio.status()
    assert status.position > SOUND.frames and status.voice == 1 and board.wet == 0.5
    assert (board.knobs[0], board.knobs[64], board.knobs[66]) == (0.25, 0.5, 0.125)


@pytest.mark.parametrize("has_spare", [True, False])
def test_a_model_that_crashes_twice_while_it_plays_is_put_aside(studio, has_spare):
    studio._keeper._has_spare = has_spare
    studio.start_up()
    studio.load_model("lurks", "evil", quiet=False)
    wait(lambda: "evil" in keys(studio, "loaded"))
    studio.seek(0)
    wait(lambda: keys(studio, "failed") == ["evil"])
    assert keys(studio, "gone") == ["evil"]
    wait(lambda: studio.status().state == State.RUNNING and not studio._keeper.active.is_arriving)
    studio.play()
    wait(lambda: studio.status().position > 9600)
    studio.load_model("lurks", "evil", quiet=False)
    assert "put aside" in studio.told[-1]["message"]


def test_twenty_engines_leave_no_process_and_no_open_file_behind(studio):
    studio.start_up()
    wait_for_spare(studio)
    before = open_files()
    for number in range(20):
        studio.load_model(f"m{number}", f"m{number}", quiet=False)
        wait(lambda number=number: f"m{number}" in keys(studio, "loaded"))
        os.kill(studio._keeper.active.pid, signal.SIGKILL)
        wait(lambda number=number: len(keys(studio, "gone")) == number + 1)
        wait(lambda: studio.status().playing and not studio._keeper.active.is_arriving)
    wait_for_spare(studio)
    wait(lambda: len(pids()) == 2)
    wait(lambda: open_files() <= before + 1)


@pytest.mark.parametrize("moment", ["starting", "handing over", "hanging", "dying"])
def test_closing_is_quick_at_any_moment_and_leaves_no_process(studio, moment):
    if moment == "starting":
        studio.start()
    else:
        studio.start_up()
        wait_for_spare(studio)
        studio.load_model("hangs" if moment == "hanging" else "slowly", "m", quiet=False)
    if moment == "dying":
        os.kill(studio._keeper.active.pid, signal.SIGKILL)
    before = time.monotonic()
    studio.close()
    assert time.monotonic() - before < 1.2
    wait(lambda: pids() == [])


def test_orders_from_several_threads_while_engines_die_end_where_the_last_one_says(studio):
    studio.start_up()
    threads = [threading.Thread(target=order, args=(studio, seed)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        wait_for_spare(studio)
        os.kill(studio._keeper.active.pid, signal.SIGKILL)
    for thread in threads:
        thread.join()
    studio.load_model("last", "last", quiet=False)
    studio.seek(1_000_000)
    studio.play()
    wait(lambda: "last" in keys(studio, "loaded") and studio.status().position > 1_000_000 and studio.status().playing)
    studio.stop()
    wait(lambda: not studio.status().playing and studio.status().position == 0)


def order(player, seed):
    chance = random.Random(seed)
    orders = [
        player.play, player.pause, player.stop, player.no_loop, player.unload_audio, player.scrub_end,
        lambda: player.seek(chance.randrange(1 << 40)), lambda: player.loop(chance.randrange(999), 99999),
        lambda: player.load_model(f"m{seed}", f"m{seed}{chance.random()}", quiet=False, slot=chance.randrange(2)),
        lambda: player.load_audio([SOUND]), lambda: player.add_audio(SOUND), lambda: player.unload_model(1),
        lambda: player.hear(chance.randrange(2)), lambda: player.open_device(None, None, 64), player.status,
        lambda: player.set_knob(chance.randrange(64), chance.random()), lambda: player.limit(None),
    ]  # fmt: skip
    for _ in range(400):
        chance.choice(orders)()
        time.sleep(0.002)
