"""From a file to a model that is heard: staged whole, then swapped; a failure leaves the last good one."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from studio.app.controller.services import Services
from studio.app.state import Answer, JobRow, ModelState, UnsavedWork
from studio.app.tasks import Report, Tasks
from studio.document.kinds import recognise
from studio.document.opened import ModelSource, OpenedModel
from studio.document.project import Project
from studio.document.trust import content_digest
from studio.errors import AnswerNeeded, Cancelled, ConsentNeeded

Ready = Callable[[OpenedModel], None]
Lost = Callable[[Exception, ModelSource], None]
Capture = tuple[object, ...]


class Questions(Protocol):
    """What only the user can say; each calls back once, when it was answered or dismissed."""

    def consent(self, error: ConsentNeeded, path: Path, then: Callable[[bool], None]) -> None: ...
    def answer(self, error: AnswerNeeded, source: ModelSource, then: Callable[[ModelSource | None], None]) -> None: ...
    def locate(self, path: Path, then: Callable[[Path | None], None]) -> None: ...
    def choose(self, question: str, said: str, ways: Mapping[str, Callable[[], None]]) -> None: ...
    def recover(self, rows: Sequence[UnsavedWork], then: Callable[[Answer, int], None]) -> None: ...


class Opening(QObject):
    """Opens models and remembers those of this session, so that undo is instant.

    Args:
        key: what is opened under one key replaces what was being opened under it.

    Signals:
        state: none, loading or ready, and what is being done.
        failed: a model could not be opened: the error and its source.
    """

    state = Signal(object, str)
    failed = Signal(object, object)

    def __init__(self, services: Services, tasks: Tasks, questions: Questions, key: str = "model") -> None:
        super().__init__()
        self._services, self._tasks, self._questions, self._key = services, tasks, questions, key
        self._folders = itertools.count(1)
        self._known: dict[Capture, OpenedModel] = {}
        self._familiar: set[str] = set()
        self._current: Capture = ()
        self.now: OpenedModel | None = None

    def open(self, source: ModelSource, ready: Ready, lost: Lost | None = None) -> None:
        """Open `source`; questions on the way are put to the user. `ready` gets it before anything has changed.

        A failure is told to `lost`, or signalled.
        """
        title = f"Opening {Path(source.path).name}"
        folder = self._services.session / f"{self._key}-{next(self._folders)}"
        self.state.emit(ModelState.LOADING, title)

        def work(report: Report, cancel: threading.Event) -> OpenedModel:
            trust = self._services.trust
            folder.mkdir(parents=True, exist_ok=True)
            opened = self._services.open_model(source, folder, trust=trust, report=report, cancel=cancel)
            if trust.ours(opened.digest) or trust.was_heard(opened.digest):
                self._familiar.add(opened.digest)
            return opened

        self._tasks.run(
            title,
            work,
            ready,
            lambda error: self._refused(error, source, ready, lost or self.failed.emit),
            key=self._key,
            progress=self._progress,
        )

    def keep(self, opened: OpenedModel, made_for: Capture) -> None:
        """This is the model now, and `made_for` is what it was captured for."""
        self.now, self._current = opened, made_for
        self._known[made_for] = opened
        self.state.emit(ModelState.READY, "")

    def is_familiar(self, opened: OpenedModel) -> bool:
        """Whether the app ships or made it, or has played it before."""
        return opened.digest in self._familiar

    def give_up(self) -> None:
        """Say again how it was before the last attempt."""
        self.state.emit(ModelState.READY if self.now else ModelState.NONE, "")

    def known(self, project: Project) -> OpenedModel | None:
        """The model this project needs, where this session has already made it."""
        return self._known.get(capture_of(project))

    def is_current(self, project: Project) -> bool:
        return self._current == capture_of(project)

    def _progress(self, row: JobRow) -> None:
        if row.is_active:
            self.state.emit(ModelState.LOADING, row.step or row.title)

    def _refused(self, error: Exception, source: ModelSource, ready: Ready, lost: Lost) -> None:
        self.give_up()
        if isinstance(error, ConsentNeeded):
            about = _meant(source, error.about)
            self._questions.consent(error, about, lambda yes: self._trust(about, source, ready, lost) if yes else None)
        elif isinstance(error, AnswerNeeded):
            self._questions.answer(error, source, lambda told: self.open(told, ready, lost) if told else None)
        elif not isinstance(error, Cancelled):
            lost(error, source)

    def _trust(self, about: Path, source: ModelSource, ready: Ready, lost: Lost) -> None:
        """Trust these contents, not the name, and try again."""

        def remembered(found: tuple[str, str]) -> None:
            digest, kind = found
            if not self._services.trust.is_in_trusted_folder(about):  # revoking the folder has to be enough
                self._services.trust.remember(digest, about.name, about, kind)
            self.open(source, ready, lost)

        self._tasks.run(
            f"Reading {about.name}",
            lambda report, cancel: (content_digest(about), recognise(about).name),
            remembered,
            lambda error: lost(error, source),
            key=self._key,
            quiet=True,
        )


def _meant(source: ModelSource, name: str) -> Path:
    """The file that asks for consent: the model, or the network beside bare weights."""
    named = [Path(each) for each in (source.path, source.source) if each]
    return next((path for path in named if path.name == name), named[0].with_name(name) if name else named[0])


def bare(source: ModelSource) -> ModelSource:
    """The source without what the project holds itself."""
    return source.model_copy(update={"card": None})


def capture_of(project: Project) -> Capture:
    """What the captured model depends on; edits of anything else need no new one."""
    source = bare(project.model).model_dump_json() if project.model else ""
    call = project.call.model_dump_json() if project.call else ""
    knobs = tuple(
        (p.name, p.kind, p.min, p.max, p.curve, p.choices, p.drives, p.smoothing_ms, "" if p.is_numeric else p.text)
        for p in project.card.parameters
    )
    return source, project.digest, f"{call} {project.card.sample_rate}", knobs
