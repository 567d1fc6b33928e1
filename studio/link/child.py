"""The entry of every child process: `python -m studio.link.child JOB`.

One JSON line comes in, the request. JSON lines go out: `{"progress": 0.4, "step": "…"}` any number of times, then
`{"result": {…}}` or `{"error": {…}}`. A job is a module of `studio.jobs` with `run(request, report) -> dict`, or,
where both sides keep talking, `converse(request, line)`. Between the import of the job and its run the process locks
itself in (see `link.lock`), unless the job says `UNLOCKED = True`: it opens no foreign file, or locks itself in later.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import re
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from studio.errors import JobError, StudioError
from studio.link.denied import denial
from studio.link.line import Line
from studio.link.lock.access import Access
from studio.link.lock.limits import limit_memory
from studio.link.lock.lock import LockError, lock_down

JOBS = "studio.jobs"
ADDRESS_SPACE = "STUDIO_ADDRESS_SPACE"  # bytes; 0 or absent: no limit
PARENT = "STUDIO_PARENT"  # process id of whoever started the child
HOMES = ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
LOCK = "lock"  # in the request: which files the job may reach
EARLY = "early"  # the word on the command line of a job that is kept ready
REPORTS_PER_SECOND = 20

Report = Callable[[float | None, str], None]
Run = Callable[[dict[str, Any], Report], dict[str, Any]]
Converse = Callable[[dict[str, Any], Line], None]


def main(name: str, early: str = "") -> int:
    """Serve one job of `studio.jobs`. The exit code is 0 whenever a result or an error was told.

    Args:
        name: of the job.
        early: `early` to import what it needs before it is asked, see `link.ready`.
    """
    if not re.fullmatch(r"[a-z_]+", name):
        return 64
    line = Line.take_standard_streams()
    guard()
    return serve(lambda: importlib.import_module(f"{JOBS}.{name}"), line, is_early=early == EARLY)


def guard() -> None:
    """Die with the parent, stay within the memory given, and say where a crash happened."""
    faulthandler.enable()
    limit_memory(int(os.environ.get(ADDRESS_SPACE, "0")))
    _die_with_parent()


def serve(load: Callable[[], Any], line: Line, *, is_early: bool = False) -> int:
    """Read the request, load the job, run it and tell its end; one that `is_early` is loaded before it is asked."""
    try:
        if is_early:
            load()
        request = line.receive()
        if request is None:
            return 0
        asked = request.pop(LOCK, {})
        job = load()  # may take seconds and fail: it imports torch
        if hasattr(job, "converse"):
            job.converse(request, line)
            return 0
        if not getattr(job, "UNLOCKED", False):
            shut_in(asked)
        _watch_for_the_end(line)
        line.send({"loaded": True})  # from now on silence is the model's, not a cold disk's
        line.send({"result": job.run(request, Reporter(line))})
    except BaseException as error:  # foreign code may raise SystemExit or KeyboardInterrupt
        with contextlib.suppress(OSError, ValueError):
            line.send(told(error))
    return 0


def shut_in(asked: dict[str, Any]) -> None:
    """Leave this process the files that `asked` names; without any, the libraries alone. Raises: JobError."""
    access = Access.from_json(asked)
    if access.home is not None:  # of its own, so that nothing is left behind and no cache of the user's is touched
        os.environ.update(dict.fromkeys(HOMES, str(access.home)))
        tempfile.tempdir = None  # looked up anew
    try:
        lock_down(
            access.read,
            access.write,
            processor_seconds=int(asked.get("processor_seconds", 0)),
            file_bytes=int(asked.get("file_bytes", 0)),
        )
    except LockError as error:
        raise JobError(str(error), "Nothing was opened. Run studio doctor and report what it says.") from error


class Reporter:
    """Passes progress on, at most twenty times a second unless the step changes."""

    def __init__(self, line: Line) -> None:
        self._line, self._step, self._last = line, "", 0.0

    def __call__(self, progress: float | None, step: str) -> None:
        now = time.monotonic()
        if step == self._step and now - self._last < 1 / REPORTS_PER_SECOND:
            return
        self._step, self._last = step, now
        self._line.send({"progress": progress, "step": step})


def told(error: BaseException) -> dict[str, Any]:
    """An exception as the last message of a child."""
    if (refused := denial(error)) is not None:
        return {"error": refused.to_dict(), "traceback": _trace(error)}
    if isinstance(error, StudioError):
        return {"error": error.to_dict(), "traceback": getattr(error, "output", "") or _trace(error)}
    if isinstance(error, MemoryError) or "DefaultCPUAllocator: can't allocate" in str(error):
        said = JobError("The model ran out of memory.", "Close other programs, or try a smaller model.").to_dict()
    elif isinstance(error, (SystemExit, KeyboardInterrupt)):
        said = JobError("The model ended the process that opened it.", "Take exit() out of its code.").to_dict()
    else:
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        said = {"code": "fault", "message": f"Something unforeseen happened: {first}", "hint": "", "fields": []}
    return {"error": said, "traceback": _trace(error)}


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-4096:]


def _die_with_parent() -> None:
    """Linux kills this process when the thread that started it ends; elsewhere see `_watch_for_the_end`."""
    if sys.platform != "linux":
        return
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    parent = int(os.environ.get(PARENT, "0"))
    if parent and os.getppid() != parent:  # it was gone before we asked
        os._exit(0)


def _watch_for_the_end(line: Line) -> None:
    """Where the kernel does not do it: end when the parent's side of standard input closes."""
    if sys.platform == "linux":
        return

    def wait() -> None:
        with contextlib.suppress(ValueError, OSError):
            line.receive()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    code = main(*(sys.argv[1:3] or [""]))
    sys.stderr.flush()
    os._exit(code)  # not through interpreter shutdown: threads of foreign code would keep it waiting
