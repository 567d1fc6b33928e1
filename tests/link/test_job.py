"""Whatever foreign code does in a child: an answer, or one sentence, and nothing left running."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from studio.errors import Cancelled, JobError, JobFault, ModelError
from studio.link.job import Limits, run_job

pytestmark = [pytest.mark.usefixtures("foreign_jobs"), pytest.mark.timeout(60)]


def misbehave(do, **more):
    return run_job("misbehave", {"do": do, **more.pop("request", {})}, **more)


def wait_for(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_job_answers_and_tells_its_progress_from_another_process():
    told = []
    answer = misbehave("echo", request={"say": "grüße"}, report=lambda *progress: told.append(progress))
    assert answer["said"] == "grüße" and answer["parent"] == os.getpid() != answer["pid"]
    assert told == [(0.5, "half")]


def test_an_error_of_the_family_arrives_whole():
    with pytest.raises(ModelError) as caught:
        misbehave("refuse")
    assert caught.value.to_dict()["fields"] == ["knobs"] and caught.value.hint == "Add one."


def test_a_mistake_of_ours_is_told_apart_and_keeps_its_traceback():
    with pytest.raises(JobFault, match=r"unforeseen.*nothing") as caught:
        misbehave("stumble")
    assert "stumble" in caught.value.output


@pytest.mark.parametrize(
    ("do", "sentence"),
    [
        ("segfault", r"crashed the process that opened it \(segmentation fault\)"),
        ("be_aborted", r"crashed the process that opened it \(abort\)"),
        ("be_killed", "ran out of memory"),
        ("eat_memory", "ran out of memory"),
        ("leave", "ended the process that opened it with code 3"),
        ("leave_politely", "ended the process that opened it"),
        ("close_everything", "cut the line"),
        ("fork", "with code 7"),
    ],
)
def test_each_way_to_die_has_its_sentence(do, sentence):
    with pytest.raises(JobError, match=sentence) as caught:
        misbehave(do)
    assert not isinstance(caught.value, JobFault) and caught.value.hint


def test_what_cannot_be_told_as_json_is_our_fault():
    with pytest.raises(JobFault, match="not JSON serializable"):
        misbehave("be_unprintable")


def test_prints_cannot_forge_an_answer_and_input_is_empty():
    assert misbehave("shout") == {"said": "well"}
    assert misbehave("read_input") == {"said": ""}


def test_where_it_crashed_is_kept_for_debugging():
    with pytest.raises(JobError) as caught:
        misbehave("segfault")
    assert "in segfault" in caught.value.output and len(caught.value.output) <= 4096


def test_a_job_that_never_ends_is_ended_by_the_clock():
    with pytest.raises(JobError, match=r"did not finish within 1\.5 s"):
        misbehave("start_a_helper", limits=Limits(seconds=1.5))


def test_a_job_that_falls_silent_is_ended_before_its_time():
    with pytest.raises(JobError, match=r"did not finish within 0\.5 s"):
        misbehave("start_a_helper", limits=Limits(seconds=60.0, silence=0.5))


def test_cancel_kills_the_child_and_its_children_within_a_second():
    cancel, helpers = threading.Event(), []

    def report(_, step):
        helpers.append(int(step))
        cancel.set()

    with pytest.raises(Cancelled):
        misbehave("start_a_helper", report=report, cancel=cancel)
    before = time.monotonic()
    wait_for(lambda: not is_running(helpers[0]))
    assert time.monotonic() - before < 0.5


def test_cancelled_before_it_began_starts_nothing():
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        run_job("no_such_job", {}, cancel=cancel)


def test_a_child_dies_with_its_parent(tmp_path):
    pid_file = tmp_path / "pid"
    request = {"do": "talk_for_ever", "pid_file": str(pid_file)}
    script = f"from studio.link.job import run_job; run_job('misbehave', {request!r})"
    with subprocess.Popen([sys.executable, "-c", script]) as parent:
        wait_for(lambda: pid_file.exists() and pid_file.read_text(), 20)
        child = int(pid_file.read_text())
        parent.kill()
    wait_for(lambda: not is_running(child))


def test_the_name_of_a_job_is_a_plain_word():
    with pytest.raises(JobError, match="with code 64"):
        run_job("../evil", {})
