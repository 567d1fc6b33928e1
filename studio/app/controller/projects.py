"""Project files: read whole before anything changes, written as one step, never over somebody else's work."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.app.controller.opening import Questions, bare
from studio.app.state import Sound, Way
from studio.document.claim import Claim
from studio.document.history import History
from studio.document.opened import OpenedModel
from studio.document.ownership import OpenElsewhere, claim_of, is_of, require, taken
from studio.document.project import Project, ProjectChanged, read_project, save_project
from studio.document.recovery import forget_declined

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.app.controller.controller import Controller


@dataclass(frozen=True)
class Arrival:
    """A project on its way into the window.

    Attributes:
        project: as it will be shown.
        file, digest: where it was read from; None for one that was never saved.
        claim: of its file; None where another window has it, or there is no file.
        history: with which it was restored.
        adopted: the journal it was restored from.
    """

    project: Project
    file: Path | None = None
    digest: str = ""
    claim: Claim | None = None
    history: History[Project] | None = None
    adopted: Claim | None = None
    is_saved: bool = True


class Projects(QObject):
    """Opens and saves projects.

    Signals:
        file_changed: the project's file.
        save_asked: save first, wherever the user wants it, then call what is given.

    Attributes:
        file: where the project was read from or saved last, None where it never was.
        digest: of that file's content as this window knows it.
    """

    file_changed = Signal(object)
    save_asked = Signal(object)

    def __init__(self, controller: Controller, questions: Questions) -> None:
        super().__init__()
        self._controller, self._questions = controller, questions
        self.file: Path | None = None
        self.digest = ""
        self._claim: Claim | None = None
        self._coming: Claim | None = None
        self._writing = threading.Lock()

    def open(self, path: Path) -> None:
        """Read the project, its model and its sound; only when all are there the window shows it."""
        self._controller.cleared.emit()

        def read(*_: object) -> tuple[Arrival, bool]:
            project, digest = read_project(path)
            claim = self._held(path) or claim_of(path)
            return Arrival(project, path, digest, claim), taken(claim)

        def arrived(found: tuple[Arrival, bool]) -> None:
            arrival, ours = found
            self._expect(arrival.claim if ours else None)
            if ours:
                self.when_free(lambda: self.stage(arrival))
            else:
                self._ask_elsewhere(replace(arrival, claim=None), path)

        self._controller.tasks.run(
            f"Reading {path.name}", read, arrived, self._controller.trouble, key="project", quiet=True
        )

    def save(self, path: Path, then: Callable[[], None] = lambda: None, anyway: bool = False) -> None:
        """Write the project; what cannot be done is said, and then `then` is not called.

        Args:
            path: where to.
            then: called once it is saved.
            anyway: though another program wrote the file.
        """
        project = self._controller.project

        def write(*_: object) -> tuple[Claim, str]:
            with self._writing:
                claim = self._held(path) or claim_of(path)
                require(claim, path)
                expected = self.digest if path == self.file and not anyway else ""
                digest = save_project(project, path, expected)
                self.digest = digest if path == self.file else self.digest
                forget_declined(self._controller.journalling.folder, path)
                return claim, digest

        def written(done: tuple[Claim, str]) -> None:
            claim, self.digest = done
            self._own(claim)
            self._set_file(path)
            self._controller.editing.mark_saved(project, path, self.digest)
            self._controller.told.emit(f"Saved {path.name}.")
            then()

        self._controller.tasks.run(
            f"Saving {path.name}", write, written, lambda error: self._unsaved(error, path, then), quiet=True
        )

    def close(self) -> None:
        """Nobody has the project open here any more."""
        self._own(None)
        self._expect(None)

    def when_free(self, go: Callable[[], None]) -> None:
        """Let another project take the place of this one; what is not saved is asked about first."""

        def without() -> None:
            self._controller.journalling.discard()
            go()

        if self._controller.editing.history.is_saved:
            go()
            return
        name = self.file.name if self.file else "This project"
        ways = {"Save first": lambda: self.save_asked.emit(go), "Go on without saving": without}
        self._questions.choose(f"{name} has changes that are not saved", "Another project would take its place.", ways)

    def stage(self, arrival: Arrival) -> None:
        """Open the model and the sound of a project, then show it."""
        control, project = self._controller, arrival.project
        self._expect(arrival.claim)

        def with_model(opened: OpenedModel | None) -> None:
            if not project.audio:
                self._show(arrival, opened, None)
                return

            def silent(error: Exception) -> None:
                self._show(arrival, opened, None)
                control.sound_lost(error, sound)

            sound = Path(project.audio[min(project.audio_index, len(project.audio) - 1)])
            control.open_sound(sound, lambda heard: self._show(arrival, opened, heard), silent)

        if project.model is None:
            with_model(None)
            return
        source = project.model.model_copy(update={"card": project.card})
        control.opening.open(
            source,
            lambda opened: control.models.stage(opened, project.knobs, lambda: with_model(opened)),
            lambda error, tried: self._lost(error, arrival),
        )

    def _lost(self, error: Exception, arrival: Arrival) -> None:
        """The model of a project cannot be opened; where a file of it is gone the user may know it better."""
        project = arrival.project
        named = {key: getattr(project.model, key) for key in ("path", "source")}
        gone = next((key for key, name in named.items() if name and not Path(name).exists()), "")

        def moved(found: Path | None) -> None:
            if found is not None and project.model is not None:
                model = project.model.model_copy(update={gone: str(found)})
                self._controller.cleared.emit()
                self.stage(_with(arrival, project.model_copy(update={"model": model}), f"Locate {found.name}"))

        locate: Way = ("Locate…", lambda: self._questions.locate(Path(named[gone]), moved))
        self._controller.trouble(error, locate if gone else ("Try again", lambda: self.stage(arrival)))

    def _show(self, arrival: Arrival, opened: OpenedModel | None, sound: Sound | None) -> None:
        control, project = self._controller, arrival.project
        if opened is not None:
            if opened.digest != project.digest:
                name = Path(opened.source.path).name
                control.told.emit(f"{name} has changed since the project was saved; the new one was opened.")
            if arrival.history is None:
                project = project.model_copy(update={"digest": opened.digest, "model": bare(opened.source)})
            control.models.keep(opened, project)
        control.keep_sound(sound)
        self._own(arrival.claim)
        self.digest = arrival.digest
        self._set_file(arrival.file)
        if arrival.adopted is not None:
            control.journalling.adopt(arrival.adopted)
        control.editing.start(project, arrival.history, arrival.is_saved)

    def _ask_elsewhere(self, arrival: Arrival, path: Path) -> None:
        """Another window has it."""
        copy = replace(arrival, file=None, digest="", is_saved=False)
        ways = {
            "Open a copy": lambda: self.when_free(lambda: self.stage(copy)),
            "Open to look": lambda: self.when_free(lambda: self.stage(arrival)),
        }
        said = "If both windows saved it, one would overwrite the work of the other."
        self._questions.choose(f"{path.name} is open in another window", said, ways)

    def _unsaved(self, error: Exception, path: Path, then: Callable[[], None]) -> None:
        beside = unused_name(path)
        both = {"Keep both": lambda: self.save(beside, then)}
        keeps = f"Keep both saves this window's project beside it, as {beside.name}."
        if isinstance(error, ProjectChanged):
            ways = {**both, "Save over it": lambda: self.save(path, then, anyway=True)}
            said = f"Saved over, what the other program wrote would be lost. {keeps}"
            self._questions.choose(error.sentence, said, ways)
        elif isinstance(error, OpenElsewhere):
            said = f"If both windows saved it, one would overwrite the work of the other. {keeps}"
            self._questions.choose(error.sentence, said, both)
        else:
            self._controller.trouble(error)

    def _held(self, path: Path) -> Claim | None:
        """The lock of this file, where this window has it already."""
        return next((each for each in (self._claim, self._coming) if each and is_of(each, path)), None)

    def _expect(self, claim: Claim | None) -> None:
        """This file is being opened; whatever was being opened before is not wanted any more."""
        if self._coming is not None and self._coming not in (claim, self._claim):
            self._coming.release()
        self._coming = claim

    def _own(self, claim: Claim | None) -> None:
        if self._claim is not None and self._claim is not claim:
            self._claim.release()
        self._claim, self._coming = claim, None if claim is self._coming else self._coming

    def _set_file(self, path: Path | None) -> None:
        self.file = path
        if path is not None:
            self._controller.remember("files.recent_projects", str(path))
        self.file_changed.emit(path)


def unused_name(path: Path, word: str = "") -> Path:
    """A name beside `path` that no file has: `song (2).studio`, or with a word `song (restored).studio`."""
    number = 2
    beside = path.with_name(f"{path.stem} ({word or number}){path.suffix}")
    while beside.exists():
        beside = path.with_name(f"{path.stem} ({word} {number}){path.suffix}".replace("( ", "("))
        number += 1
    return beside


def _with(arrival: Arrival, project: Project, said: str) -> Arrival:
    """The same arrival with an edit on top."""
    if arrival.history is not None:
        arrival.history.do(project, said)
    return replace(arrival, project=project)
