"""This process has it: a lock that the system takes back when the process ends, however it ends.

Neither a process number nor a time is compared, so a number that was given again and a clock that was set back change
nothing. What stands in the file is only for people.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from studio.diagnostics.locks import try_lock


class Claim:
    """Held from a successful `take` until `release` or the end of the process.

    Args:
        path: of the lock file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = -1

    @property
    def is_held(self) -> bool:
        """Whether by us."""
        return self._handle >= 0

    def take(self) -> bool:
        """Whether it is ours now. Raises: OSError where no file can be made there."""
        if self.is_held:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                if not _lock(handle):
                    return False
                if not self._is_still_there(handle):
                    continue  # its last holder removed it between our two steps
                os.ftruncate(handle, 0)
                os.write(handle, f"{os.getpid()}\n".encode())
                self._handle, handle = handle, -1
                return True
            finally:
                if handle >= 0:
                    os.close(handle)

    def release(self) -> None:
        """Let it go, and leave nothing behind."""
        if not self.is_held:
            return
        handle, self._handle = self._handle, -1
        with contextlib.suppress(OSError):
            self.path.unlink()  # while it is held, so that nobody's new one is removed
        os.close(handle)
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self.path.unlink()  # possible only now

    def _is_still_there(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), self.path.stat())
        except FileNotFoundError:
            return False


def holder(path: Path) -> int:
    """The process that wrote itself into a lock file; 0 where nobody can tell."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _lock(handle: int) -> bool:
    try:
        return try_lock(handle)
    except OSError:  # there the number in the file has to do
        return not _is_running(os.pread(handle, 32, 0))


def _is_running(written: bytes) -> bool:
    try:
        os.kill(int(written), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:  # it runs, and is somebody else's
        return True
    return True
