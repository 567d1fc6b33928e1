"""A lock on an open file that the system takes back when its process ends, however it ends."""

from __future__ import annotations

import sys
from typing import IO

FAR = 1 << 30  # Windows locks bytes, and nobody else may read them: one behind the end is taken


def try_lock(stream: IO[str]) -> bool:
    """Take the lock of a file; False where a living process has it. It is given back when the stream is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(FAR)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
            stream.seek(0)
        else:
            import fcntl

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
