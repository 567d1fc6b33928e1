"""The engine process as the window sees it: device, transport, knobs, what comes back thirty times a second."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal

from studio.app.controller.devices import Devices
from studio.app.controller.services import Player, Services
from studio.app.row import Row
from studio.app.state import Device, Sound
from studio.document.opened import OpenedModel
from studio.document.parameter import Parameter
from studio.errors import AudioError, JobError, ModelError, StudioError
from studio.link.wanted import QUIET_DB

POLL_MS = 33
Waiting = tuple[str, Callable[[], None], Callable[[StudioError], None]]  # key of a model, and what follows
KINDS: dict[str, type[StudioError]] = {
    "model": ModelError, "live": ModelError, "device": AudioError, "audio": AudioError,
}  # fmt: skip


class Playing(QObject):
    """Tells the player what the document says; the player itself outlives its engines.

    Signals:
        ticked: the engine's status.
        device_changed: the output in use, or why there is none.
        switched: playing, looping or bypass is another.
        failed: the engine refused something: the error.
        rate_needed: the sound has to be decoded at this rate to be heard on the device.
        told: whatever the engine said, a message.
        model_refused: the engine cannot play the model of this key, or can no longer.
    """

    ticked = Signal(object)
    device_changed = Signal(object)
    switched = Signal()
    failed = Signal(object)
    rate_needed = Signal(int)
    model_refused = Signal(str)
    told = Signal(object)
    _news = Signal(object)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._player: Player | None = None
        self._waiting: dict[int, Waiting] = {}  # by slot
        self._model: OpenedModel | None = None
        self._sound: Sound | None = None
        self._knobs: dict[str, float] = {}
        self._ahead: dict[str, float] = {}  # where MIDI has turned knobs, and the document does not know yet
        self._heard: set[str] = set()
        self._loud_db: float | None = None  # the level before an unknown model lowered it
        self._matched_db = 0.0
        self._second: OpenedModel | None = None  # where it is heard instead of the project's model
        self._wants_play, self._unheard = False, False
        self.playing, self.looping, self.bypassed = False, False, False
        self.selection = (0, 0)
        self.span = (0, 0)  # where the sound begins in what the engine has, and how long that is
        self.device, self.devices = Device(), Devices(services.settings)
        self.devices.wanted.connect(self.open_device)
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
        if self._player is not None:
            self.devices.open(self._player)

    def set_live(self, on: bool) -> None:
        """Hear the input instead of the sound, or the sound again from where it was."""
        refusal = self.devices.refusal(self.device) if on else None
        if refusal is not None:
            self.failed.emit(refusal)
        elif on != self.devices.live:
            self.devices.live = on
            self.devices.reopen()
        self.switched.emit()

    def measure_latency(self) -> None:
        """Send a sound through the device; `devices.measured` tells how late it came back."""
        if self._player is not None:
            self._player.measure_latency()

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
        if self._player is None or not opened.is_played:
            self._model = None
            self._waiting.pop(0, None)
            self._show_dry(not opened.is_played)
            if self._loud_db is not None:
                self.set_gain(self._loud_db)
            ready()
            return
        quiet = not (familiar or opened.digest in self._heard)
        if quiet and self._loud_db is None:
            self._loud_db = self.gain_db
        self.expect(0, opened.captured, lambda: self._staged(opened, quiet, ready), refused)
        numeric = [each for each in opened.card.parameters if each.is_numeric]
        positions = [knobs.get(each.name, each.default_position) for each in numeric]
        self._player.load_model(opened.captured, opened.captured, quiet, positions)

    def expect(self, slot: int, key: str, ready: Callable[[], None], refused: Callable[[StudioError], None]) -> None:
        """Call back when the engine has, or has not, what is loaded into a slot under this key."""
        self._waiting[slot] = (key, ready, refused)

    @property
    def player(self) -> Player | None:
        """The line to the engine; None before the start and behind the end."""
        return self._player

    @property
    def gain_db(self) -> float:
        """The user's own level, without what `match` adds to it."""
        return self._player.status().gain_db - self._matched_db if self._player is not None else 0.0

    def hear(self, slot: int, second: OpenedModel | None, familiar: bool) -> None:
        """Hear the model in this slot; `second` is it where it is not the project's.

        As with the project's own, one that is not `familiar` and was not heard since the start begins quietly.
        """
        if self._player is None:
            return
        self._second = second
        if second is not None and not (familiar or second.digest in self._heard):
            self._loud_db = self.gain_db if self._loud_db is None else self._loud_db
            self._player.set_gain(min(self._loud_db, QUIET_DB) + self._matched_db)
        elif self._loud_db is not None:
            self.set_gain(self._loud_db)
        self._player.hear(slot)

    def load(self, sound: Sound | None) -> None:
        self._sound = sound
        self.selection, self.span = (0, 0), (0, sound.frames if sound else 0)
        if self._player is None:
            return
        if sound is None:
            self._player.unload_audio()
            return
        self._player.load_audio([sound.raw])
        self._tell_loop()
        if self._wants_play:
            self._player.play()

    def line_up(self, row: Row, place: int, frame: int) -> None:
        """Play these sounds in a row, now from `frame` of the one at `place`."""
        self.enter(row, place)
        if self._player is not None:
            self._player.load_audio([each.raw for each in row.sounds], row.start(place) + frame)
            self._tell_loop()

    def append(self, row: Row) -> None:
        """One more sound stands behind the others."""
        self.span = (self.span[0], row.frames)
        if self._player is not None:
            self._player.add_audio(row.sounds[-1].raw)
            self._tell_loop()

    def enter(self, row: Row, place: int) -> None:
        """The play head is in this sound of a row: frames are counted from its start."""
        self.span = (row.start(place), row.frames)
        if self._sound is not row.sounds[place]:
            self._sound, self.selection = row.sounds[place], (0, 0)
            self.switched.emit()

    def local(self, position: int) -> int:
        """The frame of the present sound at a position of the engine."""
        return min(max(0, position - self.span[0]), self._sound.frames) if self._sound is not None else 0

    @property
    def frame(self) -> int:
        """Where the play head is in the present sound."""
        return self.local(self._player.status().position) if self._player is not None else 0

    def turn(self, knobs: dict[str, float]) -> None:
        """Put the knobs of the model that is heard where the document says."""
        self._knobs = knobs
        if self._player is None or self._model is None:
            return
        for index, parameter in enumerate(self.knobs):
            wanted = knobs.get(parameter.name, parameter.default_position)
            self._player.set_knob(index, self._ahead.get(parameter.name, wanted))

    def turn_one(self, name: str, position: float) -> None:
        """Put one knob there, whatever the document says."""
        index = next((index for index, each in enumerate(self.knobs) if each.name == name), None)
        if index is not None and self._player is not None:
            self._player.set_knob(index, position)

    def turn_ahead(self, name: str, position: float) -> None:
        """From any thread: put one knob there before the document knows, and keep it there until it does."""
        self._ahead[name] = position
        self.turn_one(name, position)

    def caught_up(self, name: str, position: float) -> None:
        """The document has this position, too."""
        if self._ahead.get(name) == position:
            self._ahead.pop(name, None)

    @property
    def knobs(self) -> list[Parameter]:
        """Of the model that is heard, in its order."""
        return [each for each in self._model.card.parameters if each.is_numeric] if self._model is not None else []

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
        self.seek_whole(self.span[0] + frame)

    def seek_whole(self, position: int) -> None:
        """Go to a position of all that the engine has."""
        if self._player is not None:
            self._player.seek(position)

    def scrub(self, frame: int) -> None:
        """Hear what is around this frame, for as long as a hand holds the play head."""
        if self._player is not None:
            self._player.scrub(self.span[0] + frame)

    def scrub_end(self) -> None:
        if self._player is not None:
            self._player.scrub_end()

    def set_gain(self, gain_db: float) -> None:
        self._loud_db = None
        if self._player is not None:
            self._player.set_gain(gain_db + self._matched_db)

    def match(self, gain_db: float) -> None:
        """Lower what is heard by this, beside the user's own level, which stays where it is."""
        if self._player is not None and gain_db != self._matched_db:
            level_db = self.gain_db
            self._matched_db = gain_db
            self._player.set_gain(level_db + gain_db)

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

    @property
    def has_selection(self) -> bool:
        return self.selection[1] > self.selection[0]

    def _tell_loop(self) -> None:
        if self._player is None or self._sound is None:
            return
        if self.looping:
            start, end = (self.span[0] + frame for frame in self.selection) if self.has_selection else (0, self.span[1])
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
        opened = self._second or self._model
        if opened is None or opened.digest in self._heard:
            return
        digest, name, trust = opened.digest, opened.name, self._services.trust
        self._heard.add(digest)

        def remember() -> None:
            with contextlib.suppress(StudioError):  # it will start quietly once more
                trust.remember_heard(digest, name)

        QThreadPool.globalInstance().start(remember)

    def _hear(self, message: dict[str, Any]) -> None:
        """News of the player, on the window's thread."""
        event = message.get("event", "") if self._player is not None else "late"
        self.told.emit(message)
        if event == "loaded":
            self._answer(message.get("key", ""), None)
        elif event == "device":
            self._set_device(self.devices.opened(self.device, message))
        elif event == "devices":
            self._set_device(self.devices.listed(self.device, message))
        elif event == "loopback":
            self.devices.keep(message)
            self._set_device(replace(self.device, is_measured=True))
        elif event == "audio" and not message.get("fits", True):
            self.rate_needed.emit(int(message["sample_rate"]))
        elif event in ("failed", "gone", "overload"):
            self._refuse(message)

    def _refuse(self, message: dict[str, Any]) -> None:
        about = message.get("about", "engine")
        error = KINDS.get(about, JobError)(message.get("message", ""), message.get("hint", ""), about=about)
        if about == "loopback":
            self.devices.measured.emit(error)
        elif about in ("device", "live") and self.devices.live:
            self.failed.emit(error)
            self.set_live(False)
        elif about == "device":
            self._set_device(Device(trouble=str(error), offers=self.device.offers))
        elif about != "model" or not self._answer(message.get("key", ""), error):
            self.failed.emit(error)
        if about == "model":
            self.model_refused.emit(message.get("key", ""))
        if about == "engine" and message.get("event") == "failed":
            self._answer("", None)  # there will be no live sound; the rest goes on

    def _answer(self, key: str, error: StudioError | None) -> bool:
        answered = [slot for slot, waiting in self._waiting.items() if key in ("", waiting[0])]
        for slot in answered:
            _, ready, refused = self._waiting.pop(slot)
            ready() if error is None else refused(error)
        return bool(answered)

    def _set_device(self, device: Device) -> None:
        self.device = device
        self.device_changed.emit(device)
