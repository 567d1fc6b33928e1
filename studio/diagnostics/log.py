"""What happened, line by line, in one file that every window and every command appends to."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
from pathlib import Path

from studio.diagnostics.locks import try_lock
from studio.diagnostics.tokens import without_tokens
from studio.settings import state_dir

OURS = "studio"
MOST_BYTES, FILES = 1_000_000, 3
LONGEST = 16_000  # characters of one record
CLOSE_SECONDS = 2.0
logging.getLogger(OURS).addHandler(logging.NullHandler())  # a script that imports us hears nothing unless it listens


def log_folder() -> Path:
    """Where the log is kept."""
    return state_dir() / "log"


def log_file() -> Path:
    """The youngest of the files, which may not be there yet."""
    return log_folder() / "studio.log"


class LogHandler(logging.Handler):
    """Appends each record whole; several processes may do so at once.

    A disk that is full or slow holds nobody up: what cannot be written is dropped.

    Args:
        path: of the file.
        kind: of process, said in each line: window or command.
        behind: write on a thread of its own. What is critical is written at once, before the process may die.
    """

    def __init__(self, path: Path, kind: str, *, behind: bool) -> None:
        super().__init__()
        self.setFormatter(_Lines(f"%(asctime)s {kind} {os.getpid()} %(levelname)s %(name)s: %(message)s"))
        self._path = path
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="log", daemon=True) if behind else None
        if self._thread is not None:
            self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception:
            self.handleError(record)
            return
        if self._thread is None or record.levelno >= logging.CRITICAL:
            append(self._path, text)
        else:
            self._waiting.put(text)

    def close(self) -> None:
        """Write what still waits, for at most two seconds."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(CLOSE_SECONDS)
        super().close()

    def _write(self) -> None:
        while (text := self._waiting.get()) is not None:
            append(self._path, text)


class _Lines(logging.Formatter):
    """One line a record; what belongs to it stands indented below it, so that no text can pose as a record."""

    def format(self, record: logging.LogRecord) -> str:
        text = without_tokens(super().format(record))
        if len(text) > LONGEST:
            text = f"{text[: LONGEST // 2]}\n…\n{text[-LONGEST // 2 :]}"
        return "\n    ".join(_printable(line) for line in text.splitlines())


def append(path: Path, text: str) -> None:
    """Add a record to a log; a file that has grown too large is set aside first."""
    data = f"{text}\n".encode("utf-8", "backslashreplace")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size + len(data) > MOST_BYTES:
            with contextlib.suppress(OSError):  # on a disk without locks it grows
                _rotate(path)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, data)  # in one piece: what others write at the same time does not come between
        finally:
            os.close(handle)


def last_lines(count: int) -> list[str]:
    """The end of the log, the oldest line first; empty where there is none."""
    lines: list[str] = []
    for path in (log_file(), _older(log_file(), 1)):
        if len(lines) < count:
            with contextlib.suppress(OSError):
                lines = path.read_text(encoding="utf-8", errors="replace").splitlines() + lines
    return lines[-count:]


def _rotate(path: Path) -> None:
    """Make room, unless another process is at it or has just done it."""
    with path.with_suffix(".lock").open("w", encoding="utf-8") as lock:
        if try_lock(lock.fileno()) and path.stat().st_size > MOST_BYTES // 2:
            for number in range(FILES - 1, 0, -1):
                source = _older(path, number - 1)
                if source.exists():
                    source.replace(_older(path, number))


def _older(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}") if number else path


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() or letter == "\t" else ascii(letter)[1:-1] for letter in line)
