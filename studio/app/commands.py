"""What the actions do: dialogs where something has to be chosen, then the controller."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog

from studio.app.compare_commands import CompareCommands
from studio.app.device_commands import DeviceCommands
from studio.app.help_commands import HelpCommands
from studio.app.sound_commands import SOUNDS, SoundCommands
from studio.app.state import Page

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.app.controller.dropping import Dropping
    from studio.app.window import Window

PROJECTS = "Projects (*.studio)"
ZOOM = 1.5
LABELS = "Audacity labels (*.txt);;CSV (*.csv);;SubRip (*.srt);;Praat TextGrid (*.TextGrid)"


class Commands:
    """One method for each action of the table."""

    def __init__(self, window: Window, controller: Controller, dropping: Dropping) -> None:
        self._window, self._controller, self._dropping = window, controller, dropping
        self._settings = controller.services.settings
        self.sounds = SoundCommands(window, controller)
        self.devices = DeviceCommands(window, controller)
        self.compare = CompareCommands(window, controller)
        self.helping = HelpCommands(window, controller)

    # files

    def open(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self._window, "Open", self._settings["files.folder"])
        self.open_paths([Path(path) for path in paths])

    def open_sound(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self._window, "Open sound", self._settings["files.folder"], SOUNDS)
        self.open_paths([Path(path) for path in paths])

    def open_paths(self, paths: list[Path]) -> None:
        if paths:
            self._settings["files.folder"] = str(paths[0].parent)
            self.show_model()
            self._dropping.open(paths)

    def paste(self) -> None:
        data = QGuiApplication.clipboard().mimeData() or QMimeData()  # an empty clipboard may have none
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        text = data.text().strip().strip("'\"")
        if not paths and text and "\n" not in text:
            paths = [Path(QUrl(text).toLocalFile() or text)]
        self.open_paths(paths)

    def example(self) -> None:
        self._controller.open_example()

    def begin(self, paths: list[Path]) -> None:
        """Offer what a window that is gone could not save; then open what was named, or the example, playing."""
        self._controller.recovery.begin(paths, lambda: self._open_first(paths))

    def restore(self) -> None:
        self._controller.recovery.offer()

    def _open_first(self, paths: list[Path]) -> None:
        if paths:
            self._controller.begin()
            self._dropping.open(paths)
        else:
            self._controller.open_example(play=True)

    def save(self, then: Callable[[], None] = lambda: None) -> None:
        """Save the project, where it was never saved under a name that is asked for; `then` is called once it is."""
        if self._controller.projects.file is None:
            self.save_as(then)
        else:
            self._controller.projects.save(self._controller.projects.file, then)

    def save_as(self, then: Callable[[], None] = lambda: None) -> None:
        name = self._controller.project.card.name or "untitled"
        suggested = self._controller.projects.file or Path(self._settings["files.folder"]) / f"{name}.studio"
        path, _ = QFileDialog.getSaveFileName(self._window, "Save project", str(suggested), PROJECTS)
        if path:
            self._controller.projects.save(Path(path).with_suffix(".studio"), then)

    def save_sound(self) -> None:
        sound = self._controller.listening.now
        if sound is None:
            return
        name = f"{sound.path.stem}-{self._controller.project.card.name or 'wet'}.wav"
        suggested = Path(self._settings["files.folder"]) / name
        path, _ = QFileDialog.getSaveFileName(self._window, "Save sound", str(suggested), SOUNDS)
        if path:
            self._controller.save_sound(Path(path) if Path(path).suffix else Path(f"{path}.wav"))

    def save_card(self) -> None:
        self._controller.packages.save_card()

    def publish(self) -> None:
        from studio.app.dialogs.publish import PublishDialog

        publishing = self._controller.publishing
        dialog = PublishDialog(self._window, self._controller.packages.found())
        dialog.planned.connect(publishing.plan)
        dialog.sent.connect(publishing.send)
        dialog.cancelled.connect(publishing.cancel)
        publishing.state.connect(dialog.show_state)
        dialog.finished.connect(lambda _result: publishing.state.disconnect(dialog.show_state))
        dialog.finished.connect(lambda _result: publishing.forget())
        dialog.open()

    def save_labels(self) -> None:
        sound = self._controller.listening.now
        if sound is None:
            return
        suggested = Path(self._settings["files.folder"]) / f"{sound.path.stem}-labels.txt"
        path, chosen = QFileDialog.getSaveFileName(self._window, "Save labels", str(suggested), LABELS)
        if path:
            ending = chosen.partition("*")[2].rstrip(")") or ".txt"
            self._controller.save_labels(Path(path) if Path(path).suffix else Path(f"{path}{ending}"))

    def export(self) -> None:
        self.show_model()
        problem = self._controller.packages.first_problem()
        if problem:
            self._window.model.go_to(problem)
            return
        self._controller.packages.export(Path(self.export_folder()))

    def export_folder(self) -> str:
        """Where packages go: as the project says, else as the settings say, else among the user's documents."""
        chosen = self._controller.project.export_folder or self._settings["export.folder"]
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return str(chosen or Path(documents or Path.home()) / "Neural Audio Studio")

    def choose_folder(self) -> None:
        start = self.export_folder() or self._settings["files.folder"]
        folder = QFileDialog.getExistingDirectory(self._window, "Folder for packages", start)
        if folder:
            self._controller.packages.set_folder(folder)

    def show_in_desktop(self, path: str) -> None:
        """Open a folder, or a page, with what the desktop has for it."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    def quit(self) -> None:
        self._window.close()

    # edits

    def undo(self) -> None:
        self._controller.editing.undo()

    def redo(self) -> None:
        self._controller.editing.redo()

    def add_knob(self) -> None:
        self._window.model.go_to("parameters")
        self._controller.editing.add_parameter()

    def palette(self) -> None:
        from studio.app.actions.palette import CommandPalette

        CommandPalette(self._window, self._window.menus.actions).open()

    def cancel(self) -> None:
        """What is being learned first, then the youngest running job, then the message."""
        if not (self._controller.midi.stop_learning() or self._window.cancel_job()):
            self._window.strip.dismiss()

    # pages

    def show_model(self) -> None:
        self._window.show_page(Page.MODEL)

    def show_checks(self) -> None:
        self._window.show_page(Page.CHECKS)

    def show_jobs(self) -> None:
        self._window.show_page(Page.JOBS)

    def show_settings(self) -> None:
        self._window.show_page(Page.SETTINGS)

    def manual(self) -> None:
        self._window.show_page(Page.HELP)

    def zoom_in(self) -> None:
        self._window.model.audio.zoom(ZOOM)

    def zoom_out(self) -> None:
        self._window.model.audio.zoom(1 / ZOOM)

    def zoom_fit(self) -> None:
        self._window.model.audio.show_all()

    def swap_theme(self) -> None:
        self._window.change_setting("appearance.theme", "light" if self._window.theme.name == "dark" else "dark")

    def about(self) -> None:
        from studio.app.dialogs.about import AboutDialog

        AboutDialog(self._window).open()

    # playing

    def play(self) -> None:
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractButton):  # reached with Tab: there the space bar presses it
            focused.click()
        else:
            self._controller.playing.toggle()

    def stop(self) -> None:
        self._controller.playing.stop()

    def loop(self) -> None:
        self._controller.playing.set_loop(not self._controller.playing.looping)

    def bypass(self) -> None:
        self._controller.playing.set_bypass(not self._controller.playing.bypassed)

    def record(self) -> None:
        self._controller.recording.toggle()

    # the model

    def reload(self) -> None:
        self._controller.models.reload()

    def check(self) -> None:
        self.show_checks()
        self._controller.models.check()

    def correct(self) -> None:
        from studio.app.dialogs.correct import CorrectDialog

        opened = self._controller.opening.now
        if opened is not None:
            CorrectDialog(self._window, self._window.theme, opened, self._controller.models.correct).open()
