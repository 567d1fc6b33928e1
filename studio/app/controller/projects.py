"""Project files: read whole before anything changes, written as one step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.app.controller.opening import Questions, bare
from studio.app.state import Sound
from studio.document.opened import OpenedModel
from studio.document.project import Project, load_project, save_project
from studio.errors import StudioError

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller, Way


class Projects(QObject):
    """Opens and saves projects.

    Signals:
        file_changed: the project's file.

    Attributes:
        file: where the project was read from or saved last, None where it never was.
    """

    file_changed = Signal(object)

    def __init__(self, controller: Controller, questions: Questions) -> None:
        super().__init__()
        self._controller, self._questions = controller, questions
        self.file: Path | None = None

    def open(self, path: Path) -> None:
        """Read the project, its model and its sound; only when all are there the window shows it."""
        self._controller.cleared.emit()
        self._controller.tasks.run(
            f"Reading {path.name}",
            lambda report, cancel: load_project(path),
            lambda project: self._stage(project, path),
            self._controller.trouble,
            key="project",
            quiet=True,
        )

    def save(self, path: Path) -> bool:
        """Write the project; False where it could not be written, and why is said."""
        try:
            save_project(self._controller.project, path)
        except StudioError as error:
            self._controller.trouble(error)
            return False
        self._set_file(path)
        self._controller.editing.mark_saved()
        self._controller.told.emit(f"Saved {path.name}.")
        return True

    def _stage(self, project: Project, path: Path) -> None:
        control = self._controller

        def with_model(opened: OpenedModel | None) -> None:
            if not project.audio:
                self._show(project, path, opened, None)
                return

            def silent(error: Exception) -> None:
                self._show(project, path, opened, None)
                control.sound_lost(error, sound)

            sound = Path(project.audio[project.audio_index])
            control.open_sound(sound, lambda heard: self._show(project, path, opened, heard), silent)

        if project.model is None:
            with_model(None)
            return
        source = project.model.model_copy(update={"card": project.card})
        control.opening.open(
            source,
            lambda opened: control.stage(opened, project.knobs, lambda: with_model(opened)),
            lambda error, tried: self._lost(error, project, path),
        )

    def _lost(self, error: Exception, project: Project, path: Path) -> None:
        """The model of a project cannot be opened; where a file of it is gone the user may know it better."""
        named = {key: getattr(project.model, key) for key in ("path", "source")}
        gone = next((key for key, name in named.items() if name and not Path(name).exists()), "")

        def moved(found: Path | None) -> None:
            if found is not None and project.model is not None:
                model = project.model.model_copy(update={gone: str(found)})
                self._controller.cleared.emit()
                self._stage(project.model_copy(update={"model": model}), path)

        locate: Way = ("Locate…", lambda: self._questions.locate(Path(named[gone]), moved))
        self._controller.trouble(error, locate if gone else ("Try again", lambda: self.open(path)))

    def _show(self, project: Project, path: Path, opened: OpenedModel | None, sound: Sound | None) -> None:
        control = self._controller
        if opened is not None:
            if opened.digest != project.digest:
                name = Path(opened.source.path).name
                control.told.emit(f"{name} has changed since the project was saved; the new one was opened.")
            project = project.model_copy(update={"digest": opened.digest, "model": bare(opened.source)})
            control.keep_model(opened, project)
        control.keep_sound(sound)
        self._set_file(path)
        control.editing.start(project)

    def _set_file(self, path: Path) -> None:
        self.file = path
        self._controller.remember("files.recent_projects", str(path))
        self.file_changed.emit(path)
