"""A process that waits for the next job: quicker, locked in all the same, and never used twice."""

import os
import signal
import time
from pathlib import Path

import pytest

from studio.link import ready as keeping
from studio.link.job import Access, Limits, Ready, run_job
from studio.link.lock.strength import strength

LIMITS = Limits(seconds=40.0)
pytestmark = [pytest.mark.usefixtures("foreign_jobs"), pytest.mark.timeout(60)]


def wait_for(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return found


def has_loaded(pid):
    """Whether it has imported its job."""
    return Path(os.environ["PYTHONPATH"].split(os.pathsep)[0], f"loaded-{pid}").exists()


@pytest.fixture
def ready():
    kept = Ready("waiting", LIMITS, calm=0.05)
    kept.start()
    yield kept
    kept.close()


def ask(ready, path, limits=LIMITS, read=()):
    return run_job("waiting", {"path": str(path)}, limits=limits, access=Access(tuple(read)), ready=ready)


def test_the_process_that_waited_answers_and_another_takes_its_place(ready, tmp_path):
    waiting = wait_for(lambda: ready.pid)
    wait_for(lambda: has_loaded(waiting))
    asked_at = time.monotonic()
    answer = ask(ready, tmp_path)
    assert answer["pid"] == waiting and answer["loaded"] < asked_at
    assert wait_for(lambda: ready.pid) != waiting and not Path(f"/proc/{waiting}").exists()


def test_it_reaches_what_the_question_says_and_nothing_else(ready, tmp_path):
    (mine, theirs) = tmp_path / "mine", tmp_path / "theirs"
    mine.write_text("yes"), theirs.write_text("no")
    wait_for(lambda: ready.pid)
    answer = ask(ready, mine, read=[mine])
    assert answer["said"] == "yes" and Path(answer["home"]) != Path.home()
    wait_for(lambda: ready.pid)
    assert ask(ready, theirs, read=[mine])["said"] == ("" if strength().is_strong else "no")


@pytest.mark.parametrize("limits", [Limits(seconds=39.0), Limits(seconds=40.0, threads=2)])
def test_a_job_with_other_limits_gets_a_process_of_its_own(ready, tmp_path, limits):
    waiting = wait_for(lambda: ready.pid)
    assert ask(ready, tmp_path, limits)["pid"] != waiting == ready.pid


def test_one_that_died_while_it_waited_is_not_missed(ready, tmp_path):
    waiting = wait_for(lambda: ready.pid)
    os.kill(waiting, signal.SIGKILL)
    wait_for(lambda: not is_alive(waiting))
    assert ask(ready, tmp_path)["pid"] != waiting
    assert wait_for(lambda: ready.pid not in (None, waiting))


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_nothing_is_kept_where_memory_is_short(monkeypatch, tmp_path):
    looked = []
    monkeypatch.setattr(keeping, "free_bytes", lambda: looked.append(1) or keeping.LEAST_FREE - 1)
    kept = Ready("waiting", LIMITS, calm=0.05)
    kept.start()
    wait_for(lambda: looked)
    assert kept.pid is None and ask(kept, tmp_path)["pid"]
    kept.close()


def test_it_ends_with_the_window(ready):
    waiting = wait_for(lambda: ready.pid)
    ready.close()
    assert ready.pid is None
    wait_for(lambda: not is_alive(waiting))


def test_memory_is_looked_up():
    assert 1 << 26 < keeping.free_bytes() <= 1 << 62
