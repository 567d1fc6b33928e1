"""The system asks the app to end: it does so in order, with what is not saved kept for the next start."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier

ENDS = (signal.SIGTERM, signal.SIGINT) if sys.platform == "win32" else (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Ending(QObject):
    """Calls `end` on the window's thread when one of the signals comes, also while the window only waits.

    A handler in Python runs when Python does, and an idle window runs none: a byte in a socket wakes it.

    Args:
        end: nobody is asked anything by it.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        super().__init__()
        self._here, self._there = socket.socketpair()
        for each in (self._here, self._there):
            each.setblocking(False)
        self._before = {each: signal.signal(each, lambda *_: None) for each in ENDS}
        self._wakes = signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(lambda *_: self._woken(end))

    def close(self) -> None:
        """The signals do again what they did."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakes)
        for each, handler in self._before.items():
            signal.signal(each, handler)
        self._here.close()
        self._there.close()

    def _woken(self, end: Callable[[], None]) -> None:
        if any(number in ENDS for number in self._here.recv(64)):
            end()
