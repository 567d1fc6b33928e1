"""Work in threads: news arrive here, cancelling is heard, what was replaced is forgotten."""

import threading

import pytest

from studio.app.state import RowState
from studio.app.tasks import Tasks
from studio.errors import Cancelled, FileError


@pytest.fixture
def tasks(qapp):
    tasks = Tasks()
    yield tasks
    tasks.close()


def wait_for_cancel(report, cancel):
    report(0.25, "half way")
    assert cancel.wait(10)
    raise Cancelled("Stopped.")


def test_the_result_arrives_on_the_windows_thread(tasks, qtbot):
    found = []
    tasks.run(
        "Work",
        lambda report, cancel: threading.get_ident(),
        lambda it: found.append((it, threading.get_ident())),
        found.append,
    )
    qtbot.waitUntil(lambda: bool(found))
    assert found[0][1] == threading.get_ident() != found[0][0]


def test_a_failure_is_handed_over_as_it_is(tasks, qtbot):
    found, error = [], FileError("No.")

    def fail(report, cancel):
        raise error

    tasks.run("Work", fail, found.append, found.append)
    qtbot.waitUntil(lambda: found == [error])


def test_rows_show_progress_and_how_it_ended(tasks, qtbot):
    seen, failed = [], []
    tasks.changed.connect(lambda rows: seen.append(rows[0]))
    number = tasks.run("Work", wait_for_cancel, failed.append, failed.append)
    qtbot.waitUntil(lambda: bool(seen) and seen[-1].step == "half way")
    assert seen[-1].progress == 0.25
    tasks.cancel(number)
    assert seen[-1].state == RowState.CANCELLING
    qtbot.waitUntil(lambda: bool(failed))
    assert seen[-1].state == RowState.CANCELLED and isinstance(failed[0], Cancelled)


def test_newer_work_under_the_same_key_replaces_older(tasks, qtbot):
    old, new = [], []
    tasks.run("Old", wait_for_cancel, old.append, old.append, key="model")
    tasks.run("New", lambda report, cancel: "new", new.append, new.append, key="model")
    qtbot.waitUntil(lambda: new == ["new"])
    tasks.close()
    assert old == [] and not tasks.is_running("model")


def test_quiet_work_stands_on_no_list(tasks, qtbot):
    rows, done = [], []
    tasks.changed.connect(rows.append)
    tasks.run("Work", lambda report, cancel: 1, done.append, done.append, quiet=True)
    qtbot.waitUntil(lambda: done == [1])
    assert rows == []
