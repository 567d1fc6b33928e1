"""All MIDI inputs of the machine, opened as they come and closed as they go."""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from studio.app.midi.controllers import Controllers, Move

CLIENT = "Neural Audio Studio"
EVERY_S = 2.0  # between looks for ports
ASK_S = 0.002  # between looks for messages, where they are not brought
NOT_INSTALLED = "MIDI is not available: pip install neural-audio-studio[midi]"
NO_SEQUENCER = "MIDI is not available: this system has no sequencer."
LISTENING = "No MIDI controller is connected."


class Ports:
    """A thread that looks for inputs every two seconds while it is wanted; those it has found stay open.

    Args:
        moved: called with each Move, on threads of the MIDI library or on this one.
        changed: called on this thread when the sentence in `said` is another.

    Attributes:
        said: in a sentence, which inputs there are or why there are none.
    """

    def __init__(self, moved: Callable[[Move], None], changed: Callable[[], None]) -> None:
        self._moved, self._changed = moved, changed
        self._open: dict[str, tuple[Any, Callable[[tuple[Sequence[int], float]], None]]] = {}
        self._library: Any = None
        self._lister: Any = None
        self._wanted, self._closing, self._look = threading.Event(), threading.Event(), threading.Event()
        self.said = LISTENING
        self._thread = threading.Thread(target=self._run, name="midi ports", daemon=True)

    @property
    def is_available(self) -> bool:
        """Whether there could be inputs, if a device were connected."""
        return self._lister is not None

    def start(self) -> None:
        self._thread.start()

    def look(self, on: bool) -> None:
        """Go on looking for new inputs, or rest; nobody plugs anything in unseen."""
        (self._wanted.set if on else self._wanted.clear)()
        self._look.set()

    def close(self) -> None:
        """Close all inputs; nothing is told from now on."""
        self._closing.set()
        self._look.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _run(self) -> None:
        try:
            self._library = importlib.import_module("rtmidi")
        except ImportError:
            self._say(NOT_INSTALLED)
            return
        while not self._closing.is_set():
            self._look.clear()
            if self._wanted.is_set():
                self._refresh()
            self._rest(EVERY_S if self._wanted.is_set() else None)
        for port in list(self._open):
            self._drop(port)
        self._lister = None

    def _rest(self, seconds: float | None) -> None:
        """Until it is time to look again. JACK drops what comes while its thread waits for Python: it is asked here."""
        if not self._open or self._lister.get_current_api() != self._library.API_UNIX_JACK:
            self._look.wait(seconds)
            return
        end = time.monotonic() + (seconds or math.inf)
        while time.monotonic() < end and not self._look.wait(ASK_S):
            for port, heard in self._open.values():
                while message := port.get_message():
                    heard(message)

    def _refresh(self) -> None:
        """Open what is new, close what is gone."""
        if self._lister is not None and not _is_there(self._library, self._lister.get_current_api()):
            self._lister = None  # the sound server has ended, and its ports would never say so
            for name in list(self._open):
                self._drop(name)
        try:
            if self._lister is None:
                self._lister = self._input()
            names = _told_apart(self._lister.get_ports()) if self._lister is not None else {}
        except self._library.RtMidiError:  # the sequencer went away
            self._lister, names = None, {}
        for name in set(self._open) - set(names):
            self._drop(name)
        for name in set(names) - set(self._open):
            with contextlib.suppress(self._library.RtMidiError):  # another program has it to itself
                self._listen(name, names[name])
        if self._lister is None:
            self._say(NO_SEQUENCER)
        else:
            self._say(f"MIDI: {', '.join(_plain(name) for name in sorted(self._open))}" if self._open else LISTENING)

    def _listen(self, name: str, index: int) -> None:
        port, controllers = self._input(), Controllers()
        if port is None:
            return

        def heard(message: tuple[Sequence[int], float], _data: object = None) -> None:
            move = controllers.read(message[0])
            if move is not None and not self._closing.is_set():
                self._moved(move)

        if port.get_current_api() != self._library.API_UNIX_JACK:
            port.set_callback(heard)
        port.open_port(index, "input")
        self._open[name] = port, heard

    def _drop(self, name: str) -> None:
        port, _ = self._open.pop(name)
        with contextlib.suppress(self._library.RtMidiError):
            port.cancel_callback()
            port.close_port()
        port.delete()

    def _input(self) -> Any:
        """A closed input of the first system that answers; None where none does."""
        for api in self._library.get_compiled_api():
            if _is_there(self._library, api):
                with contextlib.suppress(self._library.RtMidiError):
                    return self._library.MidiIn(api, CLIENT)
        return None

    def _say(self, said: str) -> None:
        if said != self.said:
            self.said = said
            self._changed()


def _is_there(library: Any, api: int) -> bool:
    """Linux libraries complain on the console where there is nothing to connect to: they are not asked."""
    if not sys.platform.startswith("linux"):
        return True
    if api == library.API_LINUX_ALSA:
        return os.access("/dev/snd/seq", os.R_OK | os.W_OK)
    server = os.environ.get("JACK_DEFAULT_SERVER", "default")
    return api == library.API_UNIX_JACK and Path(f"/dev/shm/jack_{server}_{os.getuid()}_0").exists()


def _told_apart(names: Sequence[str]) -> dict[str, int]:
    """Index by name; a second controller of the same kind gets a number."""
    found: dict[str, int] = {}
    for index, name in enumerate(names):
        number = sum(each == name for each in names[:index])
        found[f"{name} {number + 1}" if number else name] = index
    return found


def _plain(name: str) -> str:
    """Without client and port numbers."""
    return name.partition(":")[2].rpartition(" ")[0] or name
