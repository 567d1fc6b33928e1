"""Run one job in a child process and wait for it; whatever happens there, here it is an answer or one sentence."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable
from typing import IO, Any

from studio.diagnostics.noting import noted
from studio.errors import Cancelled, CompileError, JobError, StudioError, error_from
from studio.link.child import LOCK
from studio.link.ending import ended, timed_out
from studio.link.lock.access import Access
from studio.link.process import Limits, Process
from studio.link.ready import Ready
from studio.storage import scratch_folder

__all__ = ["Access", "Limits", "Ready", "Report", "run_job"]

Report = Callable[[float | None, str], None]
LONGEST_LINE = 64 << 20
TICK = 0.03  # s between looks at the clock and at `cancel`
GRACE = 1.0  # s for an exit code after the line broke, and for a last line after the exit


def run_job(
    name: str,
    request: dict[str, Any],
    *,
    report: Report | None = None,
    cancel: threading.Event | None = None,
    limits: Limits | None = None,
    inherit: tuple[int, ...] = (),
    access: Access | None = None,
    ready: Ready | None = None,
) -> dict[str, Any]:
    """Run `studio.jobs.NAME` in a child process and return its result. Blocks; not for the window's own thread.

    Args:
        name: of the job.
        request: what the job is asked, JSON values only.
        report: called on this thread with progress 0…1 (None: unknown) and what is being done.
        cancel: when it is set the child and all it started are killed within a tenth of a second.
        limits: time, memory and threads of the child.
        inherit: open files that the child finds by these numbers (see `link.handles`).
        access: of a job that opens foreign files: what it may reach, beside a folder of its own, gone afterwards.
            A job that is not told anything reaches nothing, unless it is one of those that need no lock.
        ready: keeps a process of this job; it is asked where it waits, else another one is started.

    Raises: Cancelled; whatever StudioError the job raised; JobFault for a mistake of ours in there; JobError
        with one sentence when the child crashed, was killed, ended itself or took too long.
    """
    limits = limits or Limits()
    if cancel is not None and cancel.is_set():
        raise Cancelled("Stopped.")
    with contextlib.ExitStack() as stack:
        if access is not None:
            access = access.at_home(stack.enter_context(scratch_folder("job")))
            use = {"processor_seconds": limits.processor_seconds, "file_bytes": limits.file_bytes}
            request = {**request, LOCK: {**access.to_json(), **use}}
        process = _taken(ready, name, limits, stack) if access is not None and not inherit else None
        process = process or Process(name, limits, inherit, access=access)
        stack.callback(process.kill)
        stack.enter_context(noted(f"Job {name}", process.exit_code))
        return _Waiting(process, request, limits, cancel).for_result(report)


def _taken(ready: Ready | None, name: str, limits: Limits, stack: contextlib.ExitStack) -> Process | None:
    """The process that is kept ready, where there is one."""
    if ready is None:
        return None
    stack.callback(ready.done)
    return ready.take(name, limits)


class _Waiting:
    """One job's end, whichever comes first: an answer, an exit, the clock, or the user."""

    def __init__(
        self, process: Process, request: dict[str, Any], limits: Limits, cancel: threading.Event | None
    ) -> None:
        self._process, self._limits, self._cancel = process, limits, cancel
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue(maxsize=1000)
        self._given_up = threading.Event()
        self._started = time.monotonic()
        self._loaded = False
        threading.Thread(target=self._talk, args=(request,), name="job messages", daemon=True).start()

    def for_result(self, report: Report | None) -> dict[str, Any]:
        try:
            while True:
                message = self._next()
                if "result" in message:
                    return dict(message["result"])
                if "error" in message:
                    raise self._error(message)
                if report is not None and message.get("step"):
                    report(message.get("progress"), str(message.get("step", "")))
        finally:
            self._given_up.set()

    def _next(self) -> dict[str, Any]:
        """Wait for a message. Raises: the reason why there will be none."""
        gone_at = None
        asked = time.monotonic()
        while True:
            with contextlib.suppress(queue.Empty):
                message = self._messages.get(timeout=TICK)
                self._loaded = True
                if message is None:
                    raise self._silence()
                return message
            if self._cancel is not None and self._cancel.is_set():
                raise Cancelled("Stopped.")
            now = time.monotonic()
            if self._limits.seconds is not None and now - self._started > self._limits.seconds:
                raise timed_out(self._limits.seconds, self._process.output())
            if self._loaded and self._limits.silence is not None and now - asked > self._limits.silence:
                raise timed_out(self._limits.silence, self._process.output())
            if gone_at is None and self._process.exit_code() is not None:
                gone_at = now
            if gone_at is not None and now - gone_at > GRACE:  # a child of the child may keep the line open
                raise self._silence()

    def _silence(self) -> JobError:
        code = self._process.exit_code(GRACE)
        if code is not None:
            return ended(code, self._process.output())
        error = JobError(
            "The model cut the line to the process that opened it.", "Its code closes files it did not open."
        )
        error.output = self._process.output()
        return error

    def _error(self, message: dict[str, Any]) -> StudioError:
        error = error_from(message["error"])
        if isinstance(error, (JobError, CompileError)):
            error.output = str(message.get("traceback", "")) or self._process.output()
        return error

    def _talk(self, request: dict[str, Any]) -> None:
        """On a thread: send the request, then pass on every line that is a message."""
        with contextlib.suppress(OSError, ValueError):  # a closed pipe: the child is gone
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        with contextlib.suppress(OSError), self._process.stdout as stream:
            self._pass_on(stream)
        self._put(None)

    def _pass_on(self, stream: IO[bytes]) -> None:
        while text := stream.readline(LONGEST_LINE):
            with contextlib.suppress(ValueError, RecursionError):
                message = json.loads(text)
                if isinstance(message, dict) and not self._put(message):
                    return
            if len(text) == LONGEST_LINE:
                return

    def _put(self, message: dict[str, Any] | None) -> bool:
        while not self._given_up.is_set():
            with contextlib.suppress(queue.Full):
                self._messages.put(message, timeout=0.1)
                return True
        return False
