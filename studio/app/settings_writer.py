"""Settings go to the disk on a thread: a disk that takes its time keeps no window waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.errors import StudioError
from studio.storage import write_text

CLOSE_SECONDS = 5.0


class SettingsWriter(QObject):
    """Writes the latest text it was given for a file; what came meanwhile is passed over.

    Args:
        write: one file, as one step; may raise StudioError.

    Signals:
        failed: the error why the latest settings are not on the disk.
    """

    failed = Signal(object)

    def __init__(self, write: Callable[[Path, str], None] = write_text) -> None:
        super().__init__()
        self._write = write
        self._latest: tuple[Path, str] | None = None
        self._changed = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._work, name="settings writer", daemon=True)
        self._thread.start()

    def write(self, path: Path, text: str) -> None:
        """Take the text; it is written soon."""
        with self._changed:
            self._latest = path, text
            self._changed.notify()

    def close(self) -> None:
        """Return when all is written, or when that takes too long."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join(CLOSE_SECONDS)

    def _work(self) -> None:
        while (due := self._next()) is not None:
            try:
                self._write(*due)
            except StudioError as error:
                self.failed.emit(error)

    def _next(self) -> tuple[Path, str] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._latest is not None or self._is_closing)
            due, self._latest = self._latest, None
            return due
