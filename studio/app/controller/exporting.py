"""Packages and sound files: what the hosts would refuse, and writing what they take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.app.controller.services import Services
from studio.app.sounds import is_test_sound
from studio.app.state import ExportState, HostResult, HostRow, JobRow, Sound
from studio.app.tasks import Tasks
from studio.document.card import ModelCard
from studio.document.limits import HostLimits, hosts, misfits, problems
from studio.document.opened import OpenedModel
from studio.document.performance import Lane
from studio.document.project import Project
from studio.document.trust import content_digest
from studio.errors import Cancelled
from studio.flows.report import NAME as REPORT


class Exporting(QObject):
    """Starts exports and renderings to files.

    Signals:
        state: how far the export is.
        failed: something could not be written: the error and what it was about.
        saved: a sound file was written: its path and what was measured.
        card_saved: the card of a package was written, its path.
    """

    state = Signal(object)
    failed = Signal(object, object)
    saved = Signal(object, object)
    card_saved = Signal(object)

    def __init__(self, services: Services, tasks: Tasks) -> None:
        super().__init__()
        self._services, self._tasks = services, tasks
        self._job = 0
        self._found: dict[str, HostResult] = {}
        self._made_of: tuple[object, ...] = ()

    @property
    def running(self) -> bool:
        return self._tasks.is_running("export")

    def rows(self, project: Project) -> list[HostRow]:
        """Every host there is: whether it is ticked, what it would refuse, and what became of its last package."""
        found = self.results_of(project)
        return [_row(project, limits, found.get(name)) for name, limits in hosts().items()]

    def results_of(self, project: Project) -> dict[str, HostResult]:
        """What became of each host's package, where the last export was of exactly this."""
        return self._found if self._made_of == _content(project) else {}

    def written(self) -> list[tuple[str, Path]]:
        """Title and folder of each package that the last export wrote."""
        found = [(hosts()[host].title, Path(each.path)) for host, each in self._found.items() if each.path]
        return [(title, path if path.is_dir() else path.parent) for title, path in found]

    def start(self, opened: OpenedModel, project: Project, target: Path, *, anyway: bool = False) -> None:
        """Write a package for every ticked host; each is verified before it is moved into place.

        `anyway` goes on although a check failed, where hosts live with that.
        """
        order = [row.limits.host for row in self.rows(project) if row.ticked]
        self._found, self._made_of = {}, _content(project)

        def work(report: Any, cancel: Any) -> list[Any]:
            return self._services.export_model(
                opened,
                project.card,
                _positions(project),
                order,
                target,
                sounds=[Path(each) for each in project.audio if not is_test_sound(each)][:3],
                anyway=anyway,
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

    def save_sound(
        self, opened: OpenedModel, sound: Sound, project: Project, target: Path, block: int, lanes: dict[str, Lane]
    ) -> None:
        """Render the whole sound as it is heard, `lanes` moving the knobs, into a file of the user's choice."""

        def work(report: Any, cancel: Any) -> dict[str, Any]:
            return self._services.render_file(
                opened,
                sound.path,
                target,
                knobs=_positions(project),
                mixer=project.mixer if opened.is_played else None,
                lanes=lanes,
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

    def save_card(self, opened: OpenedModel, card: ModelCard) -> None:
        """Put the card into the package that is open; it is verified before it takes the old one's place."""
        path = Path(opened.source.path)

        def work(report: Any, cancel: Any) -> Path:
            self._services.write_card(path, card, trust=self._services.trust, report=report, cancel=cancel)
            self._services.trust.remember(content_digest(path), path.name)  # what was trusted, with other words
            return path

        self._tasks.run(
            f"Saving the card into {path.name}",
            work,
            self.card_saved.emit,
            lambda error: None if isinstance(error, Cancelled) else self.failed.emit(error, path),
            key="save-card",
        )

    def _progress(self, row: JobRow) -> None:
        if row.is_active:
            self.state.emit(ExportState(running=True, step=row.step or row.title, progress=row.progress))

    def _done(self, packages: list[Any], target: Path) -> None:
        self._found = {package.host: _result(package) for package in packages}
        refused = [found.why for found in self._found.values() if found.why]
        written = tuple(package.path for package in packages if package.path)
        report = str(target / REPORT)
        self.state.emit(
            ExportState(written=written, folder=str(target), report=report, failed=refused[0] if refused else "")
        )

    def _refused(self, error: Exception, target: Path) -> None:
        stopped = isinstance(error, Cancelled)
        said = "Stopped; nothing was written." if stopped else str(error).partition(". ")[0].rstrip(".") + "."
        self.state.emit(ExportState(failed=said))
        if not stopped:
            self.failed.emit(error, target)


def _row(project: Project, limits: HostLimits, result: HostResult | None) -> HostRow:
    unfit = tuple(misfits(project.call, limits.host)) if project.call is not None else ()
    ticked = limits.host in project.hosts and not unfit
    return HostRow(limits, ticked, tuple(problems(project.card, limits.host)), unfit, result)


def _result(package: Any) -> HostResult:
    wrong = next((check for check in package.checks if check.verdict == "fail"), None)
    if wrong is not None:
        return HostResult("refused", why=f"{wrong.title or wrong.id}: {wrong.advice}")
    return HostResult("unchanged" if package.kept else "verified", package.path)


def _content(project: Project) -> tuple[object, ...]:
    """What packages are made of: after an edit of it they are no longer those of the project."""
    return project.model, project.digest, project.call, project.card, tuple(sorted(_positions(project).items()))


def _positions(project: Project) -> dict[str, float]:
    return {each.name: project.knob(each.name) for each in project.card.parameters if each.is_numeric}
