"""A window's edits are on the disk without its waiting; a full disk and a read-only one are told once and mended."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.document.claim import Claim, holder
from studio.document.edits import Move
from studio.document.history import History
from studio.document.keeping import RESTART_EDITS, Keeper
from studio.document.project import Project
from studio.document.recovery import find_work

FLUSH_S = 20.0


@pytest.fixture
def told():
    return []


@pytest.fixture
def keep(tmp_path, told):
    """Make a keeper that has begun an empty project; all are closed at the end."""
    made = []

    def keep(folder=tmp_path / "journals"):
        keeper = Keeper(folder, told.append, retry_s=0.05)
        keeper.begin(History(Project()), None)
        made.append(keeper)
        return keeper

    yield keep
    for keeper in made:
        keeper.close(keep=False)


def turned(number):
    return Move("do", Project(knobs={"gain": number / 10_000}), f"Turn {number}")


def leave(keeper):
    """As if its process had ended: what it has locked is free, what it wrote stays."""
    keeper.close(keep=True)


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def found(folder):
    search = find_work(folder)
    search.release()
    return [each.work for each in search.found]


def test_before_the_first_edit_there_is_nothing(keep, tmp_path):
    keeper = keep()
    for kind in ("close", "undo", "redo"):
        keeper.move(Move(kind))
    assert keeper.flush(FLUSH_S) and not (tmp_path / "journals").exists()


def test_the_edits_of_a_window_that_is_gone_are_found_and_of_a_living_one_not(keep, tmp_path):
    keeper = keep()
    for number in range(3):
        keeper.move(turned(number))
    assert keeper.flush(FLUSH_S) and found(tmp_path / "journals") == []
    leave(keeper)
    (work,) = found(tmp_path / "journals")
    assert work.history.state.knobs == {"gain": 0.0002} and work.history.undo_text == "Turn 2"
    assert work.history.undo().knobs == {"gain": 0.0001}


def test_edits_do_not_wait_for_the_disk(keep, monkeypatch):
    """Each sync takes 50 ms here; 99 of 100 edits take less than a millisecond."""
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (time.sleep(0.05), real(handle)))
    keeper, waits = keep(), []
    for number in range(300):
        start = time.thread_time()
        began = time.perf_counter()
        keeper.move(turned(number))
        waits.append(min(time.perf_counter() - began, time.thread_time() - start + 0.0005))
    assert sorted(waits)[296] < 0.001
    assert keeper.flush(FLUSH_S)


def test_a_long_session_stays_a_short_file(keep, tmp_path):
    keeper = keep()
    for number in range(RESTART_EDITS * 3):
        keeper.move(turned(number))
    assert keeper.flush(FLUSH_S)
    (path,) = (tmp_path / "journals").glob("*.journal*")
    assert path.stat().st_size < 300_000
    leave(keeper)
    (work,) = found(tmp_path / "journals")
    assert work.history.state == turned(RESTART_EDITS * 3 - 1).state and work.history.position == RESTART_EDITS


def test_what_was_saved_is_not_offered(keep, tmp_path):
    keeper = keep()
    keeper.move(turned(1))
    keeper.move(Move("save", turned(1).state, file=tmp_path / "a.studio", digest="d"))
    assert keeper.flush(FLUSH_S)
    leave(keeper)
    assert found(tmp_path / "journals") == [] and not any((tmp_path / "journals").iterdir())


def test_an_edit_made_while_saving_is_kept(keep, tmp_path):
    keeper = keep()
    keeper.move(turned(1))
    keeper.move(turned(2))
    keeper.move(Move("save", turned(1).state, file=tmp_path / "a.studio", digest="d"))
    leave(keeper)
    (work,) = found(tmp_path / "journals")
    assert (work.file, work.digest) == (tmp_path / "a.studio", "d") and work.history.state == turned(2).state


def test_a_disk_that_refuses_is_told_once_and_all_is_written_when_it_does_not(keep, tmp_path, told):
    """A file stands where the folder should be: it fails for root as well."""
    (tmp_path / "journals").write_text("in the way")
    keeper = keep()
    for number in range(20):
        keeper.move(turned(number))
    until(lambda: told)
    assert not keeper.flush(FLUSH_S) and len(told) == 1
    assert "not being kept" in told[0].sentence and "save" in told[0].hint
    (tmp_path / "journals").unlink()
    until(lambda: len(told) == 2)
    assert told[1] is None
    leave(keeper)
    (work,) = found(tmp_path / "journals")
    assert work.history.state == turned(19).state and len(work.history.steps) == 21


def test_a_full_disk_in_the_middle_of_a_session(keep, tmp_path, told, monkeypatch):
    keeper, real = keep(), os.write
    keeper.move(turned(1))
    assert keeper.flush(FLUSH_S)

    def full(handle, data):
        real(handle, bytes(data)[:7])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    for number in range(2, 6):
        keeper.move(turned(number))
    until(lambda: told)
    monkeypatch.undo()
    until(lambda: told[-1] is None)
    assert len(told) == 2
    leave(keeper)
    (work,) = found(tmp_path / "journals")
    assert work.history.state == turned(5).state


HOLD = "import sys, time; from pathlib import Path; from studio.document.claim import Claim; "
HOLD += "print(Claim(Path(sys.argv[1])).take(), flush=True); time.sleep(600)"


@pytest.fixture
def other(tmp_path):
    """Another process that has the lock."""
    child = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path / "a.lock"], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "True\n"
    with child:
        yield child
        child.kill()


def test_a_lock_is_free_when_its_process_is_gone(tmp_path, other):
    claim = Claim(tmp_path / "a.lock")
    assert not claim.take() and holder(claim.path) == other.pid
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert claim.take() and holder(claim.path) == os.getpid()
    claim.release()
    assert not claim.path.exists()


@pytest.mark.parametrize("written", ["", "1\n", f"{os.getppid()}\n", "nonsense"])
def test_a_number_that_was_given_to_another_process_again_means_nothing(tmp_path, written):
    (tmp_path / "a.lock").write_text(written)
    assert Claim(tmp_path / "a.lock").take()


@pytest.mark.parametrize("seconds", [0, 4_000_000_000])
def test_the_clock_may_say_what_it_wants(keep, tmp_path, seconds):
    """Journals and locks from the beginning of time and from the far future are what they are."""
    keeper = keep()
    keeper.move(turned(1))
    assert keeper.flush(FLUSH_S)
    for path in (tmp_path / "journals").iterdir():
        os.utime(path, (seconds, seconds))
    assert found(tmp_path / "journals") == []
    leave(keeper)
    for path in (tmp_path / "journals").iterdir():
        os.utime(path, (seconds, seconds))
    assert len(found(Path(tmp_path / "journals"))) == 1
