"""A lock on an open file that the system takes back when its process ends, however it ends."""

from __future__ import annotations

import os
import sys

FAR = 1 << 30  # Windows locks bytes, and nobody else may read them: one behind the end is taken


def try_lock(handle: int) -> bool:
    """Take the lock of an open file; False where a living process has it. It is given back when the file is closed.

    Raises: OSError where the disk knows no locks, as some of networks.
    """
    if sys.platform == "win32":
        import msvcrt

        at = os.lseek(handle, 0, os.SEEK_CUR)
        os.lseek(handle, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, at, os.SEEK_SET)
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
