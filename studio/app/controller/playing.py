"""The engine process as the window sees it: device, transport, knobs, what comes back thirty times a second."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal

from studio.app.controller.services import Player, Services
from studio.app.state import Device, Sound
from studio.document.opened import OpenedModel
from studio.errors import AudioError, JobError, ModelError, StudioError

POLL_MS = 33
KINDS: dict[str, type[StudioError]] = {"model": ModelError, "device": AudioError, "audio": AudioError}


class Playing(QObject):
    """Tells the player what the document says; the player itself outlives its engines.

    Signals:
        ticked: the engine's status.
        device_changed: the output in use, or why there is none.
        switched: playing, looping or bypass is another.
        failed: the engine refused something: the error.
        rate_needed: the sound has to be decoded at this rate to be heard on the device.
    """

    ticked = Signal(object)
    device_changed = Signal(object)
    switched = Signal()
    failed = Signal(object)
    rate_needed = Signal(int)
    _news = Signal(object)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._player: Player | None = None
        self._waiting: tuple[str, Callable[[], None], Callable[[StudioError], None]] | None = None
        self._model: OpenedModel | None = None
        self._sound: Sound | None = None
        self._knobs: dict[str, float] = {}
        self._heard: set[str] = set()
        self._loud_db: float | None = None  # the level before an unknown model lowered it
        self._wants_play, self._unheard = False, False
        self.playing, self.looping, self.bypassed = False, False, False
        self.selection = (0, 0)
        self.device = Device()
        self._news.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    def start(self) -> None:
        """Start the engine and open the output that the settings name."""
        self._player = self._services.player(self._news.emit)
        self._player.start()
        self._player.list_devices()
        self.open_device()
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        if self._player is not None:
            self._player.close()
        self._player = None

    def open_device(self) -> None:
        settings = self._services.settings
        if self._player is not None:
            rate = settings["audio.sample_rate"] or None
            self._player.open_device(settings["audio.device"] or None, rate, settings["audio.block"])

    def rescan(self) -> None:
        if self._player is not None:
            self._player.list_devices()

    def stage(
        self,
        opened: OpenedModel,
        knobs: dict[str, float],
        familiar: bool,
        ready: Callable[[], None],
        refused: Callable[[StudioError], None],
    ) -> None:
        """Hand a model to the engine; `ready` once it is heard there, `refused` with the reason if it cannot be.

        One that is not `familiar` and was not heard since the start begins quietly, with `knobs` where they are said
        to be; the next familiar one is as loud as it was before.
        """
        if self._player is None or not _is_played(opened):
            self._model, self._waiting = None, None
            self._show_dry(not _is_played(opened))
            if self._loud_db is not None:
                self.set_gain(self._loud_db)
            ready()
            return
        quiet = not (familiar or opened.digest in self._heard)
        if quiet and self._loud_db is None:
            self._loud_db = self._player.status().gain_db
        self._waiting = (opened.captured, lambda: self._staged(opened, quiet, ready), refused)
        numeric = [each for each in opened.card.parameters if each.is_numeric]
        positions = [knobs.get(each.name, each.default_position) for each in numeric]
        self._player.load_model(opened.captured, opened.captured, quiet, positions)

    def load(self, sound: Sound | None) -> None:
        self._sound = sound
        self.selection = (0, 0)
        if self._player is None:
            return
        if sound is None:
            self._player.unload_audio()
            return
        self._player.load_audio(sound.raw)
        self._tell_loop()
        if self._wants_play:
            self._player.play()

    def turn(self, knobs: dict[str, float]) -> None:
        """Put the knobs of the model that is heard where the document says."""
        self._knobs = knobs
        if self._player is None or self._model is None:
            return
        numeric = [each for each in self._model.card.parameters if each.is_numeric]
        for index, parameter in enumerate(numeric):
            self._player.set_knob(index, knobs.get(parameter.name, parameter.default_position))

    def play_when_ready(self) -> None:
        """Start with the next sound that fits the device."""
        self._wants_play = True

    def toggle(self) -> None:
        self._wants_play = False
        if self._player is not None:
            (self._player.pause if self.playing else self._player.play)()

    def stop(self) -> None:
        if self._player is not None:
            self._player.stop()

    def seek(self, frame: int) -> None:
        if self._player is not None:
            self._player.seek(frame)

    def set_gain(self, gain_db: float) -> None:
        self._loud_db = None
        if self._player is not None:
            self._player.set_gain(gain_db)

    def select(self, start: int, end: int) -> None:
        """Loop from `start` to `end`; an empty selection is all of it."""
        self.selection = (start, end)
        self.looping = self.looping or end > start
        self._tell_loop()
        self.switched.emit()

    def set_loop(self, on: bool) -> None:
        self.looping = on
        self._tell_loop()
        self.switched.emit()

    def set_bypass(self, on: bool) -> None:
        self.bypassed = on
        self._tell_bypass()
        self.switched.emit()

    def _staged(self, opened: OpenedModel, quiet: bool, ready: Callable[[], None]) -> None:
        another = self._model is None or self._model.digest != opened.digest
        if another and not quiet and self._loud_db is not None:
            self.set_gain(self._loud_db)
        self._model = opened
        self._show_dry(False)
        ready()

    def _show_dry(self, on: bool) -> None:
        """With a model that is not played the sound is heard as it is."""
        if on != self._unheard:
            self._unheard = on
            self._tell_bypass()

    def _tell_bypass(self) -> None:
        if self._player is not None:
            self._player.bypass(self.bypassed or self._unheard)

    def _tell_loop(self) -> None:
        if self._player is None or self._sound is None:
            return
        if self.looping:
            start, end = self.selection if self.selection[1] > self.selection[0] else (0, self._sound.frames)
            self._player.loop(start, end)
        else:
            self._player.no_loop()

    def _poll(self) -> None:
        if self._player is None:
            return
        status = self._player.status()
        if status.playing != self.playing:
            self.playing = status.playing
            self.switched.emit()
        if self.playing and self._sound is not None and self._sound.raw.sample_rate == self.device.sample_rate:
            self._wants_play = False
            self._remember_heard()
        self.ticked.emit(status)

    def _remember_heard(self) -> None:
        if self._model is None or self._model.digest in self._heard:
            return
        digest, name, trust = self._model.digest, self._model.name, self._services.trust
        self._heard.add(digest)

        def remember() -> None:
            with contextlib.suppress(StudioError):  # it will start quietly once more
                trust.remember_heard(digest, name)

        QThreadPool.globalInstance().start(remember)

    def _hear(self, message: dict[str, Any]) -> None:
        """News of the player, on the window's thread."""
        event = message.get("event", "") if self._player is not None else "late"
        if event == "loaded":
            self._answer(message.get("key", ""), None)
        elif event == "device":
            said = (message.get("name", ""), message.get("sample_rate", 0), message.get("block", 0))
            self._set_device(replace(self.device, name=said[0], sample_rate=said[1], block=said[2], trouble=""))
        elif event == "devices":
            self._set_device(replace(self.device, choices=tuple(_name(each) for each in message.get("devices", ()))))
        elif event == "audio" and not message.get("fits", True):
            self.rate_needed.emit(int(message["sample_rate"]))
        elif event in ("failed", "gone", "overload"):
            self._refuse(message)

    def _refuse(self, message: dict[str, Any]) -> None:
        about = message.get("about", "engine")
        error = KINDS.get(about, JobError)(message.get("message", ""), message.get("hint", ""), about=about)
        if about == "device":
            self._set_device(Device(trouble=str(error), choices=self.device.choices))
        elif about != "model" or not self._answer(message.get("key", ""), error):
            self.failed.emit(error)
        if about == "engine" and message.get("event") == "failed":
            self._answer("", None)  # there will be no live sound; the rest goes on

    def _answer(self, key: str, error: StudioError | None) -> bool:
        if self._waiting is None or (key and self._waiting[0] != key):
            return False
        _, ready, refused = self._waiting
        self._waiting = None
        ready() if error is None else refused(error)
        return True

    def _set_device(self, device: Device) -> None:
        self.device = device
        self.device_changed.emit(device)


def _is_played(opened: OpenedModel) -> bool:
    """Not those that label sound, and not those that make it as a whole: they are rendered and seen."""
    return not (opened.call.labels or opened.call.offline)


def _name(device: Any) -> str:
    return str(device["name"] if isinstance(device, dict) else device)
