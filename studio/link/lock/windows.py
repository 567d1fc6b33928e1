"""Windows: a job object of one process, no privileges, and low integrity, put on by the process itself.

Not tried on this system. What it gives: no second process, and no writing to what the user's other programs own. What
it does not: reading files and using the network stay possible, so a model with code is asked about there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

ACTIVE_PROCESS, KILL_ON_CLOSE, DIE_ON_EXCEPTION = 0x8, 0x2000, 0x400
EXTENDED_LIMITS, INTEGRITY = 9, 25  # classes of information
ADJUST_AND_QUERY = 0x20 | 0x80 | 0x8
LOW = "S-1-16-4096"
LABEL_IS_INTEGRITY = 0x20
BY_LABEL, FILES = 0x10, 1
LOW_LABEL = "S:(ML;OICI;NW;;;LW)"  # of a folder and all that is made in it


def restrict(write: Iterable[Path]) -> list[str]:
    """Give these folders a low label, then lower this process to it. Raises: OSError."""
    if sys.platform != "win32":
        return []
    for folder in write:
        _label(folder)
    _one_process()
    _lower()
    return ["job object", "low integrity"]


def _require(is_done: int) -> None:
    if sys.platform == "win32" and not is_done:
        import ctypes

        raise ctypes.WinError(ctypes.get_last_error())


def _one_process() -> None:
    """A job object that allows one process. Its handle is left open for as long as the process lives."""
    if sys.platform != "win32":
        return
    import ctypes
    import struct

    system = ctypes.WinDLL("kernel32", use_last_error=True)
    system.CreateJobObjectW.restype = system.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(system.CreateJobObjectW(None, None))
    flags = ACTIVE_PROCESS | KILL_ON_CLOSE | DIE_ON_EXCEPTION
    basic = struct.pack("qqIxxxxPPIxxxxPII", 0, 0, flags, 0, 0, 1, 0, 0, 0)
    limits = basic + bytes(48 + 32)  # counters of reads and writes, and four sizes that stay unlimited
    _require(system.SetInformationJobObject(job, EXTENDED_LIMITS, limits, len(limits)))
    _require(system.AssignProcessToJobObject(job, ctypes.c_void_p(system.GetCurrentProcess())))


def _lower() -> None:
    """Take all privileges and the right to write to what is not labelled low."""
    if sys.platform != "win32":
        return
    import ctypes
    import struct

    system, rights = ctypes.WinDLL("kernel32", use_last_error=True), ctypes.WinDLL("advapi32", use_last_error=True)
    system.GetCurrentProcess.restype = ctypes.c_void_p
    token, label = ctypes.c_void_p(), ctypes.c_void_p()
    own = ctypes.c_void_p(system.GetCurrentProcess())
    _require(rights.OpenProcessToken(own, ADJUST_AND_QUERY, ctypes.byref(token)))
    _require(rights.AdjustTokenPrivileges(token, True, None, 0, None, None))
    _require(rights.ConvertStringSidToSidW(LOW, ctypes.byref(label)))
    said = struct.pack("PIxxxx", label.value or 0, LABEL_IS_INTEGRITY)
    _require(rights.SetTokenInformation(token, INTEGRITY, said, len(said) + rights.GetLengthSid(label)))


def _label(folder: Path) -> None:
    """Let processes of low integrity write in a folder of ours."""
    if sys.platform != "win32":
        return
    import ctypes

    rights = ctypes.WinDLL("advapi32", use_last_error=True)
    described, access_list = ctypes.c_void_p(), ctypes.c_void_p()
    there, by_default = ctypes.c_int(), ctypes.c_int()
    text_to_label = rights.ConvertStringSecurityDescriptorToSecurityDescriptorW
    _require(text_to_label(LOW_LABEL, 1, ctypes.byref(described), None))
    found = (ctypes.byref(there), ctypes.byref(access_list), ctypes.byref(by_default))
    _require(rights.GetSecurityDescriptorSacl(described, *found))
    if code := rights.SetNamedSecurityInfoW(str(folder), FILES, BY_LABEL, None, None, None, access_list):
        raise ctypes.WinError(code)
