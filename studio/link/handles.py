"""Open files that a child inherits by number."""

from __future__ import annotations

import os
import sys


def give(descriptor: int) -> int:
    """The number by which a child finds this open file."""
    if sys.platform != "win32":
        return descriptor
    import msvcrt

    handle = msvcrt.get_osfhandle(descriptor)
    os.set_handle_inheritable(handle, True)
    return handle


def take(number: int) -> int:
    """The file descriptor, in the child, of what `give` named."""
    if sys.platform != "win32":
        return number
    import msvcrt

    return msvcrt.open_osfhandle(number, 0)
