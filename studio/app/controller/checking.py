"""The checks of the model that is heard: asked when wanted, remembered, out of date once the model is another."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.app.controller.services import Services
from studio.app.state import CheckState, JobRow
from studio.app.tasks import Tasks
from studio.document.check import Check
from studio.document.opened import OpenedModel
from studio.errors import Cancelled


class Checking(QObject):
    """Runs the checks and knows for which captured model each result holds.

    Signals:
        state: what the page shows, a CheckState.
        failed: the checks could not be run: the error.
    """

    state = Signal(object)
    failed = Signal(object)

    def __init__(self, services: Services, tasks: Tasks) -> None:
        super().__init__()
        self._services, self._tasks = services, tasks
        self._known: dict[str, tuple[Check, ...]] = {}
        self._now, self._shown = "", ""
        self._job = 0

    @property
    def running(self) -> bool:
        return self._tasks.is_running("check")

    @property
    def is_current(self) -> bool:
        """Whether the model that is heard has answered."""
        return self._now in self._known

    def follow(self, opened: OpenedModel | None) -> None:
        """This model is heard from now on; answers that an earlier one gave stay to be read, marked as old."""
        now = opened.captured if opened else ""
        if now == self._now:
            return
        self._now = now
        self._tasks.drop("check")
        if now in self._known:
            self._shown = now
        self._tell()

    def start(self, opened: OpenedModel) -> None:
        """Ask everything anew."""

        def work(report: Any, cancel: Any) -> list[Check]:
            import studio.app.widgets.plot  # noqa: F401  imported here so that the window's thread finds it ready

            return self._services.check_model(opened, report=report, cancel=cancel)

        def done(checks: list[Check]) -> None:
            self._known[opened.captured] = tuple(checks)
            self._shown = opened.captured
            self._tell()

        def refused(error: Exception) -> None:
            self._tell(failed="" if isinstance(error, Cancelled) else str(error))
            if not isinstance(error, Cancelled):
                self.failed.emit(error)

        self._job = self._tasks.run(
            f"Checking {opened.name}", work, done, refused, key="check", progress=self._progress
        )

    def cancel(self) -> None:
        self._tasks.cancel(self._job)

    def _progress(self, row: JobRow) -> None:
        if row.is_active:
            self._tell(running=True, step=row.step or row.title, progress=row.progress)

    def _tell(self, **more: Any) -> None:
        checks = self._known.get(self._shown, ())
        self.state.emit(CheckState(checks=checks, stale=bool(checks) and self._shown != self._now, **more))
