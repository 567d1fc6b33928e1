"""Which device plays and records: what the settings say, what the engine found, how late it really is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.app.controller.services import Player
from studio.app.state import Device, Offer
from studio.errors import AudioError, StudioError
from studio.link.wanted import Route
from studio.settings import Settings

KEYS = ("device", "input", "sample_rate", "block", "depth", "outputs", "inputs")
REOPENS = frozenset(f"audio.{key}" for key in KEYS)
KEPT = 50  # measurements
NO_INPUT = "There is no sound input, so there is nothing to hear live."
NO_INPUT_HINT = "Connect a microphone or an audio interface, then look for devices again in the settings."


class Devices(QObject):
    """The wish for a device, and what came of it.

    Attributes:
        live: the input is to be heard instead of a sound; each start of the program begins with sounds.

    Signals:
        wanted: another device than the open one, or the same in another way.
        measured: how late the device is, in samples, or the error why nobody knows.
    """

    wanted = Signal()
    measured = Signal(object)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self.wanted)
        self.live = False

    def reopen(self) -> None:
        """Open what the settings name, once for all settings that change together."""
        self._soon.start()

    def open(self, player: Player) -> None:
        """Ask for the device that the settings name; the play head stays where it is."""
        said = {key: self._settings[f"audio.{key}"] for key in KEYS}
        depth = None if said["depth"] < 0 else said["depth"]
        route = Route(said["input"] or None, said["outputs"], said["inputs"], self._measurements())
        player.open_device(said["device"] or None, said["sample_rate"] or None, said["block"], self.live, depth, route)

    def opened(self, now: Device, message: dict[str, Any]) -> Device:
        """The device that the engine opened."""
        words = {key: message.get(key, "") for key in ("name", "note", "source", "outputs", "inputs")}
        numbers = {key: message.get(key, 0) for key in ("sample_rate", "block")}
        is_live, is_measured = bool(message.get("live")), bool(message.get("is_measured"))
        return replace(now, **words, **numbers, live=is_live, is_measured=is_measured, trouble="")

    def listed(self, now: Device, message: dict[str, Any]) -> Device:
        """The devices that there are."""
        fields = ("name", "system", "channels", "inputs")
        return replace(now, offers=tuple(Offer(*(each[key] for key in fields)) for each in message["devices"]))

    def refusal(self, now: Device) -> StudioError | None:
        """Why nothing can be heard live."""
        if now.offers and not now.sources:
            return AudioError(NO_INPUT, NO_INPUT_HINT, about="device")
        return None

    def keep(self, message: dict[str, Any]) -> None:
        """Remember what was measured."""
        entry = f"{message['samples']} {message['sample_rate']} {message['block']} {message['name']}"
        like = entry.partition(" ")[2]
        others = [each for each in self._settings["audio.measured"] if each.partition(" ")[2] != like]
        self._settings["audio.measured"] = (*others, entry)[-KEPT:]
        self._settings.save()
        self.measured.emit(int(message["samples"]))

    def _measurements(self) -> tuple[tuple[str, int, int, int], ...]:
        found = []
        for entry in self._settings["audio.measured"]:
            words = entry.split(" ", 3)
            if len(words) == 4 and all(word.isdecimal() for word in words[:3]):
                samples, rate, block = (int(word) for word in words[:3])
                found.append((words[3], rate, block, samples))
        return tuple(found)
