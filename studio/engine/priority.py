"""Being served before other programs: what a thread that makes sound needs, and what this system grants."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

from studio.link.shared import Priority

LEVEL = 60  # of 1…99, below what sound servers take for themselves
NICE = -11
PERIOD_SECONDS = 0.003


def raise_priority() -> Priority:
    """Ask the system to put the calling thread first; what it granted. Drivers have often done so already.

    Linux asks the scheduler itself, then for a nice value. RealtimeKit is left out: it wants a limit under which a
    model that computes for 200 ms without a pause is killed. macOS and Windows are written by their makers'
    documentation and have not been run.
    """
    if sys.platform == "linux":
        return _raise_on_linux()
    with suppress(OSError, AttributeError):  # a system library without the function
        if sys.platform == "darwin":
            return _raise_on_macos()
        if sys.platform == "win32":
            return _raise_on_windows()
    return Priority.UNKNOWN


def probe_priority() -> Priority:
    """What a thread of this user would be granted."""
    granted = []
    thread = threading.Thread(target=lambda: granted.append(raise_priority()), name="priority probe")
    thread.start()
    thread.join()
    return granted[0]


def standing() -> str:
    """What the system allows this user, in the words of its own tools."""
    if sys.platform != "linux":
        return ""
    import resource

    def said(limit: int) -> str:
        return "unlimited" if limit == resource.RLIM_INFINITY else str(limit)

    audio = sorted(_groups() & {"audio", "realtime", "jackuser", "pipewire"})
    where = f"in the group {', '.join(audio)}" if audio else "not in the group audio"
    allowed = resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
    root = "; root may take any" if os.geteuid() == 0 else ""
    return f"ulimit -r is {said(allowed)}, {where}{root}"


def _groups() -> set[str]:
    import grp

    names = set()
    for group in os.getgroups():
        with suppress(KeyError):  # of a container's host
            names.add(grp.getgrgid(group).gr_name)
    return names


def _raise_on_linux() -> Priority:
    if os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK in (os.SCHED_FIFO, os.SCHED_RR):
        return Priority.REAL_TIME
    for level in _levels():
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(level))
            return Priority.REAL_TIME
    thread = threading.get_native_id()
    with suppress(OSError):
        if os.getpriority(os.PRIO_PROCESS, thread) > NICE:
            os.setpriority(os.PRIO_PROCESS, thread, NICE)
        return Priority.RAISED
    return Priority.ORDINARY


def _levels() -> Iterator[int]:
    """Ours, then the most that this user may ask for."""
    import resource

    yield LEVEL
    most = resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
    if 0 < most < LEVEL:
        yield most


class _Timebase(ctypes.Structure):
    _fields_ = (("numer", ctypes.c_uint32), ("denom", ctypes.c_uint32))


class _TimeConstraint(ctypes.Structure):
    """Of `thread_policy_set`, in units of `mach_absolute_time`."""

    _fields_ = (
        ("period", ctypes.c_uint32),
        ("computation", ctypes.c_uint32),
        ("constraint", ctypes.c_uint32),
        ("preemptible", ctypes.c_int32),
    )


def _raise_on_macos() -> Priority:
    """THREAD_TIME_CONSTRAINT_POLICY (2), unless CoreAudio has set it for its own thread."""
    system = ctypes.CDLL("/usr/lib/libSystem.B.dylib")
    system.pthread_self.restype = ctypes.c_void_p
    system.pthread_mach_thread_np.argtypes = [ctypes.c_void_p]
    system.pthread_mach_thread_np.restype = ctypes.c_uint32
    thread = ctypes.c_uint32(system.pthread_mach_thread_np(system.pthread_self()))
    policy, count, is_default = _TimeConstraint(), ctypes.c_uint32(4), ctypes.c_int32(0)
    found = system.thread_policy_get(
        thread, ctypes.c_uint32(2), ctypes.byref(policy), ctypes.byref(count), ctypes.byref(is_default)
    )
    if found == 0 and not is_default.value:
        return Priority.REAL_TIME
    base = _Timebase()
    system.mach_timebase_info(ctypes.byref(base))
    period = round(PERIOD_SECONDS * 1e9 * base.denom / base.numer)
    policy = _TimeConstraint(period, period // 2, period, 1)
    refused = system.thread_policy_set(thread, ctypes.c_uint32(2), ctypes.byref(policy), ctypes.c_uint32(4))
    return Priority.ORDINARY if refused else Priority.REAL_TIME


def _raise_on_windows() -> Priority:
    """The multimedia class "Pro Audio"; a thread that WASAPI has put there already is refused with 1552."""
    if sys.platform != "win32":
        return Priority.UNKNOWN
    multimedia = ctypes.WinDLL("avrt", use_last_error=True)
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    multimedia.AvSetMmThreadCharacteristicsW.argtypes = [ctypes.c_wchar_p, ctypes.POINTER(ctypes.c_uint32)]
    multimedia.AvSetMmThreadCharacteristicsW.restype = ctypes.c_void_p
    kernel.GetCurrentThread.restype = ctypes.c_void_p
    kernel.SetThreadPriority.argtypes = [ctypes.c_void_p, ctypes.c_int]
    task = ctypes.c_uint32(0)
    if multimedia.AvSetMmThreadCharacteristicsW("Pro Audio", ctypes.byref(task)) or ctypes.get_last_error() == 1552:
        return Priority.REAL_TIME
    critical = 15
    raised = kernel.SetThreadPriority(kernel.GetCurrentThread(), critical)
    return Priority.RAISED if raised else Priority.ORDINARY
