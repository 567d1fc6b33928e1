"""Looks for a device that went away while another one plays, and goes back to it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from studio.errors import StudioError
from studio.link.job import Limits, run_job
from studio.link.wanted import Message

FIRST_LOOK = 3.0  # s
LAST_LOOK = 30.0  # s between looks when it has been away for long
LOOKING = 15.0  # s that a look may take


class Lookout:
    """A new process looks, since PortAudio sees new devices only when nothing of its own process plays.

    Args:
        go_back: called on a thread of ours with the device's name when it can be opened again.
    """

    def __init__(self, go_back: Callable[[str], None]) -> None:
        self._go_back = go_back
        self._home: str | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def choose(self, name: str | None) -> None:
        """The device that should play; None: the one that opens next."""
        with self._lock:
            self._home = name
            self._stop.set()

    def hear(self, message: Message) -> None:
        """A device was opened."""
        with self._lock:
            self._home = self._home or str(message["name"])
            self._stop.set()
            if message["name"] == self._home:
                return
            self._stop = threading.Event()
            asked = {"name": self._home, **{key: message[key] for key in ("sample_rate", "block", "live")}}
            looking = (asked, self._stop)
            self._thread = threading.Thread(target=self._look, args=looking, name="device lookout", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Look no more, and leave no process that does."""
        with self._lock:
            self._stop.set()
        if self._thread is not None:
            self._thread.join(0.3)

    def _look(self, asked: Message, stop: threading.Event) -> None:
        pause = FIRST_LOOK
        while not stop.wait(pause):
            pause = min(LAST_LOOK, pause * 1.5)
            try:
                found = run_job("lookout", asked, cancel=stop, limits=Limits(seconds=LOOKING))
            except StudioError:
                continue
            if found["is_there"] and not stop.is_set():
                self._go_back(asked["name"])
                return
