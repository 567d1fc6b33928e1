"""Calls to the Linux kernel that Python has no function for. Standard library only; no package, no root."""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import struct
import sys
import time
from pathlib import Path

SET_PARENT_DEATH_SIGNAL, SET_NO_NEW_PRIVILEGES = 1, 38
COLUMNS = {"x86_64": 0, "aarch64": 1}  # of tables of call numbers
CAPSET = (126, 91)
CAPABILITIES_3 = 0x20080522
PATIENCE_MS = 2000  # for threads that end
MAY_READ_ALL = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: root still opens a file of somebody else


def column() -> int:
    """Which column of a table of call numbers holds here. Raises: OSError for a processor that no table knows."""
    found = COLUMNS.get(platform.machine())
    if sys.platform != "linux" or found is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise OSError(38, f"no call numbers for {sys.platform} on {platform.machine()}")
    return found


def call(number: int, *arguments: object) -> int:
    """A system call by number. Raises: OSError."""
    return checked(_libc().syscall(number, *arguments))


def checked(value: int) -> int:
    """A call's answer. Raises: OSError where it is an error."""
    if value < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return value


def no_new_privileges() -> None:
    """Programs with set-uid bits give nothing from now on: what Landlock and seccomp ask for first. Raises: OSError."""
    checked(_libc().prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0))


def drop_capabilities() -> None:
    """Root keeps only the right to read files of others; nobody else has anything to lose. Raises: OSError."""
    if os.geteuid() != 0:
        return
    header = ctypes.create_string_buffer(struct.pack("Ii", CAPABILITIES_3, 0))
    kept = int(status("CapPrm") or "0", 16) & MAY_READ_ALL
    sets = ctypes.create_string_buffer(struct.pack("6I", kept, kept, 0, 0, 0, 0))
    call(CAPSET[column()], header, sets)


def threads() -> int:
    """How many threads this process has."""
    return len(list(Path("/proc/self/task").iterdir())) if sys.platform == "linux" else 1


def other_threads() -> int:
    """How many more there are than this one; those that have been joined are given a moment to go."""
    for _ in range(PATIENCE_MS):
        if threads() == 1:
            break
        time.sleep(0.001)  # the kernel lists a thread a little longer than its joiner waits
    return threads() - 1


def status(field: str) -> str:
    """What the kernel says of this process; empty where it says nothing. Raises: OSError."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{field}:")), "")


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
