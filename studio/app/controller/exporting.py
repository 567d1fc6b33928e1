"""Packages and sound files: what the hosts would refuse, and writing what they take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.app.controller.services import Services
from studio.app.state import ExportState, HostRow, JobRow, Sound
from studio.app.tasks import Tasks
from studio.document.limits import hosts, problems
from studio.document.opened import OpenedModel
from studio.document.project import Project
from studio.errors import Cancelled


class Exporting(QObject):
    """Starts exports and renderings to files.

    Signals:
        state: how far the export is.
        failed: something could not be written: the error and what it was about.
        saved: a sound file was written: its path and what was measured.
    """

    state = Signal(object)
    failed = Signal(object, object)
    saved = Signal(object, object)

    def __init__(self, services: Services, tasks: Tasks) -> None:
        super().__init__()
        self._services, self._tasks = services, tasks
        self._job = 0

    @property
    def running(self) -> bool:
        return self._tasks.is_running("export")

    def rows(self, project: Project) -> list[HostRow]:
        """Every host there is, whether it is ticked, and what it would refuse on this card."""
        card = project.card
        return [HostRow(limits, name in project.hosts, tuple(problems(card, name))) for name, limits in hosts().items()]

    def start(self, opened: OpenedModel, project: Project, target: Path) -> None:
        """Write a package for every ticked host; each is verified before it is moved into place."""
        order = [name for name in hosts() if name in project.hosts]

        def work(report: Any, cancel: Any) -> list[Any]:
            return self._services.export_model(
                opened,
                project.card,
                _positions(project),
                order,
                target,
                sounds=[Path(each) for each in project.audio[:3]],
                trust=self._services.trust,
                report=report,
                cancel=cancel,
            )

        self.state.emit(ExportState(running=True, step="Starting"))
        self._job = self._tasks.run(
            f"Exporting {project.card.name or opened.name}",
            work,
            lambda packages: self._done(packages, target),
            lambda error: self._refused(error, target),
            key="export",
            progress=self._progress,
        )

    def cancel(self) -> None:
        self._tasks.cancel(self._job)

    def save_sound(self, opened: OpenedModel, sound: Sound, project: Project, target: Path, block: int) -> None:
        """Render the whole sound through the model into a file of the user's choice."""

        def work(report: Any, cancel: Any) -> dict[str, Any]:
            return self._services.render_file(
                opened,
                sound.path,
                target,
                knobs=_positions(project),
                sample_rate=None,
                block=block,
                report=report,
                cancel=cancel,
            )

        self._tasks.run(
            f"Saving {target.name}",
            work,
            lambda made: self.saved.emit(Path(made.get("output", target)), made),
            lambda error: None if isinstance(error, Cancelled) else self.failed.emit(error, target),
            key="save-sound",
        )

    def _progress(self, row: JobRow) -> None:
        if row.is_active:
            self.state.emit(ExportState(running=True, step=row.step or row.title, progress=row.progress))

    def _done(self, packages: list[Any], target: Path) -> None:
        wrong = [check for package in packages for check in package.checks if check.verdict == "fail"]
        written = tuple(package.path for package in packages if package.path)
        said = f"{wrong[0].title or wrong[0].id}: {wrong[0].advice}" if wrong else ""
        self.state.emit(ExportState(written=written, folder=str(target), failed=said))

    def _refused(self, error: Exception, target: Path) -> None:
        stopped = isinstance(error, Cancelled)
        self.state.emit(ExportState(failed="Stopped; nothing was written." if stopped else str(error)))
        if not stopped:
            self.failed.emit(error, target)


def _positions(project: Project) -> dict[str, float]:
    return {each.name: project.knob(each.name) for each in project.card.parameters if each.is_numeric}
