"""Work that takes time: plain blocking functions in pool threads, their news delivered on the window's thread."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, cast

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from studio.app.state import JobRow, RowState
from studio.errors import Cancelled

T = TypeVar("T")
Report = Callable[[float | None, str], None]
Work = Callable[[Report, threading.Event], T]
KEPT_ROWS = 50
CLOSE_MS = 3000


@dataclass
class Task(Generic[T]):
    """One piece of work under way and who wants to know how it ends."""

    row: JobRow
    key: str
    quiet: bool
    done: Callable[[T], None]
    failed: Callable[[Exception], None]
    progress: Callable[[JobRow], None]
    cancel: threading.Event = field(default_factory=threading.Event)
    stale: bool = False


class Tasks(QObject):
    """Starts work, shows it as rows, cancels it.

    Work with the same `key` replaces what was started before under that key: the older one is cancelled and
    whatever it still brings is dropped.

    Signals:
        changed: rows are new: a list of JobRow, youngest first.
    """

    changed = Signal(list)
    _news = Signal(int, str, object)

    def __init__(self, threads: int = 4) -> None:
        super().__init__()
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(threads)
        self._numbers = itertools.count(1)
        self._tasks: dict[int, Task[Any]] = {}
        self._rows: list[JobRow] = []
        self._news.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        title: str,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
        *,
        key: str = "",
        quiet: bool = False,
        progress: Callable[[JobRow], None] = lambda row: None,
    ) -> int:
        """Run `work(report, cancel)` in a thread; `done` or `failed` is called on this one, unless it is replaced.

        `quiet` work does not stand on the Jobs page; `progress` is told of every new state of its row.
        """
        if key:
            self.drop(key)
        number = next(self._numbers)
        task = Task(JobRow(number, title, RowState.RUNNING), key, quiet, done, failed, progress)
        self._tasks[number] = task
        self._show(task)
        self._pool.start(_Runnable(number, work, task.cancel, self._news.emit))
        return number

    def cancel(self, number: int) -> None:
        task = self._tasks.get(number)
        if task is not None:
            task.cancel.set()
            task.row = replace(task.row, state=RowState.CANCELLING)
            self._show(task)

    def drop(self, key: str) -> None:
        """Cancel what runs under `key` and forget what it brings."""
        for number, task in list(self._tasks.items()):
            if task.key == key and not task.stale:
                task.stale = True
                self.cancel(number)

    def is_running(self, key: str) -> bool:
        return any(task.key == key and not task.stale for task in self._tasks.values())

    def close(self) -> None:
        """Cancel everything and wait until the threads are gone."""
        for number, task in list(self._tasks.items()):
            task.stale = True
            self.cancel(number)
        self._pool.waitForDone(CLOSE_MS)

    def _deliver(self, number: int, kind: str, what: Any) -> None:
        task = self._tasks.get(number)
        if task is None:
            return
        if kind == "progress":
            task.row = replace(task.row, progress=what[0], step=what[1])
            self._show(task)
            return
        del self._tasks[number]
        task.row = replace(task.row, state=_ending(kind, what), progress=1.0 if kind == "done" else None, step="")
        self._show(task)
        if not task.stale:
            (task.done if kind == "done" else task.failed)(what)

    def _show(self, task: Task[Any]) -> None:
        if not task.stale:
            task.progress(task.row)
        if task.quiet:
            return
        rest = [row for row in self._rows if row.number != task.row.number]
        self._rows = sorted([task.row, *rest], key=lambda row: -row.number)[:KEPT_ROWS]
        self.changed.emit(self._rows)


class _Runnable(QRunnable):
    def __init__(self, number: int, work: Work[Any], cancel: threading.Event, tell: Callable[..., None]) -> None:
        super().__init__()
        self._number, self._work, self._cancel, self._tell = number, work, cancel, tell

    def run(self) -> None:
        try:
            result = self._work(self._report, self._cancel)
        except Exception as error:  # whatever it is, somebody in the window is waiting for it
            self._tell(self._number, "failed", error)
        else:
            self._tell(self._number, "done", result)

    def _report(self, progress: float | None, step: str) -> None:
        self._tell(self._number, "progress", (progress, step))


def _ending(kind: str, what: object) -> RowState:
    if kind == "done":
        return RowState.DONE
    return RowState.CANCELLED if isinstance(cast("Exception", what), Cancelled) else RowState.FAILED
