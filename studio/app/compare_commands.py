"""What the actions on snapshots, two models, recorded moves and the mixer do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.app.window import Window

MODELS = "Models (*.py *.pt *.pth *.ts *.nm *.nam *.json *.onnx *.safetensors *.ckpt);;All files (*)"


class CompareCommands:
    """One method for each action."""

    def __init__(self, window: Window, controller: Controller) -> None:
        self._window, self._control = window, controller

    def recall(self, slot: str) -> None:
        self._control.comparing.recall(slot)

    def store(self, slot: str) -> None:
        self._control.comparing.store(slot)

    def clear(self, slot: str) -> None:
        self._control.comparing.clear(slot)

    def match(self) -> None:
        self._control.matching.switch(not self._control.matching.on)

    def open_second(self) -> None:
        settings = self._control.services.settings
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Compare with another model", settings["files.folder"], MODELS
        )
        if path:
            settings["files.folder"] = str(Path(path).parent)
            self._control.second.open_file(Path(path))

    def hear_other(self) -> None:
        self._control.second.switch()

    def swap(self) -> None:
        self._control.second.swap()

    def close_second(self) -> None:
        self._control.second.close()

    def arm(self) -> None:
        self._control.automating.arm(not self._control.automating.armed)

    def replay(self) -> None:
        self._control.automating.replay(not self._control.automating.replays)

    def clear_moves(self) -> None:
        self._control.automating.clear_all()

    def limiter(self) -> None:
        self._control.mixing.switch_limiter()

    def reset_mixer(self) -> None:
        self._control.mixing.reset()

    def show_mixer(self) -> None:
        """Open the mixer, or close it."""
        section = self._window.model.mixer.section
        section.show_open(not section.head.isChecked())
