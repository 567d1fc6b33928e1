"""Packages that go to Hugging Face: what would be sent is said first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.app.controller.services import Services
from studio.app.state import JobRow, PublishState
from studio.app.tasks import Tasks
from studio.errors import Cancelled, StudioError


class Publishing(QObject):
    """Makes a plan, and carries it out when that is wanted.

    Signals:
        state: how far it is, a PublishState.
    """

    state = Signal(object)

    def __init__(self, services: Services, tasks: Tasks) -> None:
        super().__init__()
        self._services, self._tasks = services, tasks
        self._now = PublishState()
        self._job = 0

    def plan(self, package: Path, target: str, private: bool) -> None:
        """Look at the package and the repository; nothing is sent."""
        self._run(
            f"Looking at {target}",
            lambda report, cancel: self._services.plan_publish(
                package, target, private=private, report=report, cancel=cancel
            ),
            lambda plan: PublishState(plan=plan),
            PublishState(),
        )

    def send(self) -> None:
        """Send what the last plan names."""
        plan = self._now.plan
        if plan is not None:
            self._run(
                f"Publishing {plan.repo}",
                lambda report, cancel: self._services.publish(plan, report=report, cancel=cancel),
                lambda done: PublishState(plan=plan, done=done),
                PublishState(plan=plan),
            )

    def forget(self) -> None:
        """Whatever runs is no longer wanted."""
        self._tasks.drop("publish")
        self._now = PublishState()

    def cancel(self) -> None:
        self._tasks.cancel(self._job)

    def _run(self, title: str, work: Any, done: Any, before: PublishState) -> None:
        def progress(row: JobRow) -> None:
            if row.is_active:
                step = row.step or row.title
                self._tell(PublishState(plan=before.plan, running=True, step=step, progress=row.progress))

        def failed(error: Exception) -> None:
            if isinstance(error, Cancelled):
                self._tell(PublishState(plan=before.plan, failed="Stopped. What was sent already stays there."))
            else:
                hint = error.hint if isinstance(error, StudioError) else ""
                self._tell(PublishState(plan=before.plan, failed=f"{error} {hint}".strip()))

        self._job = self._tasks.run(
            title, work, lambda made: self._tell(done(made)), failed, key="publish", progress=progress
        )

    def _tell(self, state: PublishState) -> None:
        self._now = state
        self.state.emit(state)
