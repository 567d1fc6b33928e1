"""The entry of every child process: `python -m studio.link.child JOB`.

One JSON line comes in, the request. JSON lines go out: `{"progress": 0.4, "step": "…"}` any number of times, then
`{"result": {…}}` or `{"error": {…}}`. A job is a module of `studio.jobs` with `run(request, report) -> dict`, or,
where both sides keep talking, `converse(request, line)`.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from studio.errors import JobError, StudioError
from studio.link.line import Line

JOBS = "studio.jobs"
ADDRESS_SPACE = "STUDIO_ADDRESS_SPACE"  # bytes; 0 or absent: no limit
PARENT = "STUDIO_PARENT"  # process id of whoever started the child
REPORTS_PER_SECOND = 20

Report = Callable[[float | None, str], None]
Run = Callable[[dict[str, Any], Report], dict[str, Any]]
Converse = Callable[[dict[str, Any], Line], None]


def main(name: str) -> int:
    """Serve one job of `studio.jobs`. The exit code is 0 whenever a result or an error was told."""
    if not re.fullmatch(r"[a-z_]+", name):
        return 64
    line = Line.take_standard_streams()
    guard()
    return serve(lambda: importlib.import_module(f"{JOBS}.{name}"), line)


def guard() -> None:
    """Die with the parent, stay within the memory given, and say where a crash happened."""
    faulthandler.enable()
    limit = int(os.environ.get(ADDRESS_SPACE, "0"))
    if limit and sys.platform == "linux":  # macOS ignores it, Windows has no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    _die_with_parent()


def serve(load: Callable[[], Any], line: Line) -> int:
    """Read the request, load the job, run it and tell its end."""
    try:
        request = line.receive()
        if request is None:
            return 0
        job = load()  # may take seconds and fail: it imports torch
        if hasattr(job, "converse"):
            job.converse(request, line)
            return 0
        _watch_for_the_end(line)
        line.send({"loaded": True})  # from now on silence is the model's, not a cold disk's
        line.send({"result": job.run(request, Reporter(line))})
    except BaseException as error:  # foreign code may raise SystemExit or KeyboardInterrupt
        with contextlib.suppress(OSError, ValueError):
            line.send(told(error))
    return 0


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
    if isinstance(error, StudioError):
        return {"error": error.to_dict(), "traceback": _trace(error)}
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
    code = main(sys.argv[1] if len(sys.argv) == 2 else "")
    sys.stderr.flush()
    os._exit(code)  # not through interpreter shutdown: threads of foreign code would keep it waiting
