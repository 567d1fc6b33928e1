"""How a process ended is known to the next one: once, and not while it still runs."""

import subprocess
import sys

import pytest

from studio.diagnostics.log import log_file
from studio.diagnostics.marks import Mark, collect_crashes, last_crash, take_news

PROCESS = """
import ctypes, os, signal, sys
from studio.diagnostics.session import diagnosed
def deep():
    exec(sys.argv[2])
with diagnosed(sys.argv[1]) as crashed:
    print(crashed, flush=True)
    deep()
"""
SEGFAULT, KILL, WAIT = "ctypes.string_at(0)", "os.kill(os.getpid(), signal.SIGKILL)", "sys.stdin.read()"


@pytest.fixture(autouse=True)
def running(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state" / "running"


def run(kind, does):
    """What a process said of the one before it."""
    return subprocess.run([sys.executable, "-c", PROCESS, kind, does], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("does", ["pass", "sys.exit(3)", "raise KeyboardInterrupt"])
def test_a_clean_end_leaves_nothing(running, does):
    run("window", does)
    assert list(running.iterdir()) == [] and collect_crashes() == []


@pytest.mark.parametrize(
    ("does", "trace"), [(SEGFAULT, "Segmentation fault"), (KILL, ""), ("os.abort()", "Aborted"), ("1 / 0", "")]
)
def test_a_crashed_window_is_told_of_once_with_where_it_was(does, trace):
    run("window", does)
    assert run("window", "pass").stdout == "True\n" and run("window", "pass").stdout == "False\n"
    assert trace in last_crash() and (not trace or "in deep" in last_crash())
    assert "ended unexpectedly" in log_file().read_text() and trace in log_file().read_text()


def test_a_window_that_still_runs_has_not_crashed(running):
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, "window", WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout.readline() == "False\n"
        assert run("window", "pass").stdout == "False\n" and len(list(running.iterdir())) == 1
        first.kill()
    assert run("window", "pass").stdout == "True\n"


def test_a_command_between_keeps_the_news_for_the_window():
    run("window", SEGFAULT)
    assert run("command", "pass").stdout == "False\n" and "Segmentation fault" in last_crash()
    assert run("window", "pass").stdout == "True\n"


@pytest.mark.parametrize(("does", "found"), [(KILL, 0), (SEGFAULT, 1)])
def test_of_a_command_only_a_crash_counts_and_no_window_tells_it(does, found):
    run("command", does)
    assert len(collect_crashes()) == found and not take_news()


def test_what_ended_with_the_computer_has_not_crashed(running, monkeypatch):
    run("window", KILL)
    (mark,) = running.iterdir()
    kind, _, rest = mark.read_text().split("\n", 2)
    mark.write_text(f"{kind}\nanother boot\n{rest}")
    assert collect_crashes() == [] and not mark.exists()


def test_what_nobody_caught_is_in_the_log():
    said = run("command", "import threading; t = threading.Thread(target=lambda: 1 / 0, name='t'); t.start(); t.join()")
    assert "ZeroDivisionError" in said.stderr  # as before, on the terminal
    assert "Nobody caught this in t:" in (text := log_file().read_text()) and "ZeroDivisionError" in text


def test_a_folder_that_takes_no_mark_is_no_hindrance(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STUDIO_STATE_DIR", str(tmp_path / "file"))
    Mark("command").clear()
    assert run("command", "print('went on')").stdout == "False\nwent on\n"
