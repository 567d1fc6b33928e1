"""How jobs and engines end is in the log: the exit code, the sentence, the last they printed."""

import contextlib
import logging
import os
import signal
import time
from pathlib import Path

import pytest

from studio.errors import StudioError
from studio.link.job import run_job
from studio.link.keeper import Keeper

pytestmark = [pytest.mark.usefixtures("foreign_jobs"), pytest.mark.timeout(60)]


@pytest.mark.parametrize(
    ("do", "level", "said"),
    [
        ("segfault", "WARNING", ["exit code -11: [job] ", "(segmentation fault)", "in segfault"]),
        ("leave", "WARNING", ["exit code 3: [job] The model ended the process"]),
        ("refuse", "WARNING", ["[model] No knobs. Add one. about «m.py»"]),
        ("stumble", "WARNING", ["[fault] ", "KeyError: 'nothing'"]),
        ("shout", "INFO", ["Job misbehave took "]),
    ],
)
def test_how_a_job_ended_is_written_down(caplog, do, level, said):
    caplog.set_level(logging.INFO, "studio")
    with contextlib.suppress(StudioError):
        run_job("misbehave", {"do": do})
    (record,) = [each for each in caplog.records if "Job misbehave" in each.getMessage()]
    assert record.levelname == level and [each for each in said if each not in record.getMessage()] == []
    assert len(record.getMessage()) < 6000


def test_an_engine_that_dies_is_written_down_and_one_that_is_closed_is_not(caplog, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        f"import studio.jobs\nstudio.jobs.__path__.insert(0, {str(Path(__file__).parent / 'engines')!r})\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    told = []
    keeper = Keeper(told.append, False, [tmp_path])
    keeper.start()
    wait(lambda: keeper.active.is_ready)
    os.kill(keeper.active.pid, signal.SIGKILL)
    wait(lambda: any(each["event"] == "gone" for each in told))
    keeper.close()
    said = [each.getMessage() for each in caplog.records if "Engine " in each.getMessage()]
    assert len(said) == 1 and said[0].startswith("Engine 1 ended: [job] ")


def wait(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
