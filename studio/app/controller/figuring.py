"""The engine's figures as they come, and what happened to it in the last minute."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.app.controller.playing import Playing
from studio.app.figures import FigureReader
from studio.app.load import LoadHistory
from studio.app.state import Device
from studio.document.opened import OpenedModel


class Figuring(QObject):
    """Signals: changed: thirty times a second, Figures."""

    changed = Signal(object)

    def __init__(self, playing: Playing) -> None:
        super().__init__()
        self._playing, self._reader = playing, FigureReader()
        self._device = ""
        playing.ticked.connect(self._read)
        playing.told.connect(self._hear)
        playing.device_changed.connect(self._device_changed)

    @property
    def history(self) -> LoadHistory:
        return self._reader.history

    def model_changed(self, opened: OpenedModel | None) -> None:
        """Another model is heard."""
        if opened is not None:
            self.history.happened("model swapped")

    def _device_changed(self, device: Device) -> None:
        said = f"{device.name} {device.sample_rate} {device.block}" if device.name else ""
        if said and self._device and said != self._device:
            self.history.happened("device changed")
        self._device = said or self._device

    def _hear(self, message: dict[str, Any]) -> None:
        event = message.get("event")
        if event in ("device", "loopback"):
            self._reader.is_measured = event == "loopback" or bool(message.get("is_measured"))
        elif event == "gone":
            self.history.happened("engine started anew")

    def _read(self, status: Any) -> None:
        self.changed.emit(self._reader.look(status, self._playing.span[1]))
