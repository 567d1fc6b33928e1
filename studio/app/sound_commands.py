"""What the actions on the list of sounds, the play head and the figures do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.app.dialogs.load import LoadDialog
    from studio.app.sounds import TestSound
    from studio.app.window import Window

SOUNDS = "Sounds (*.wav *.flac *.ogg *.mp3 *.aiff *.aif);;All files (*)"


class SoundCommands:
    """One method for each action.

    Attributes:
        load: the dialog of load and latency, None until it is first asked for.
    """

    def __init__(self, window: Window, controller: Controller) -> None:
        self._window, self._controller = window, controller
        self.load: LoadDialog | None = None

    def add(self) -> None:
        settings = self._controller.services.settings
        paths, _ = QFileDialog.getOpenFileNames(self._window, "Add sounds", settings["files.folder"], SOUNDS)
        if paths:
            settings["files.folder"] = str(Path(paths[0]).parent)
            self._controller.sounds.add([Path(path) for path in paths])

    def add_tone(self, sound: TestSound) -> None:
        self._controller.sounds.add_tone(sound.kind, sound.usual_hz)

    def another_tone(self) -> None:
        from studio.app.dialogs.tone import ToneDialog

        ToneDialog(self._window, self._controller.sounds.add_tone).open()

    def step(self, by: int) -> None:
        self._controller.sounds.step(by)

    def move(self, by: int) -> None:
        self._controller.sounds.move(by)

    def remove(self) -> None:
        self._controller.sounds.remove()

    def switch_row(self) -> None:
        self._controller.in_a_row.switch(not self._controller.project.in_a_row)

    def nudge(self, steps: int) -> None:
        self._window.model.audio.nudge(steps)

    def show_load(self) -> None:
        """Open it, or bring it to the front."""
        from studio.app.dialogs.load import LoadDialog

        if self.load is None:
            control = self._controller
            self.load = LoadDialog(
                self._window, self._window.theme, control.figuring.history, lambda: control.playing.device.name
            )
            control.figuring.changed.connect(self.load.show_figures)
        self.load.show()
        self.load.raise_()
