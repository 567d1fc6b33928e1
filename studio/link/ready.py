"""A job kept ready: a process that has imported all it needs, and waits to be asked its one question."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from studio.link.lock.access import Access
from studio.link.lock.strength import strength
from studio.link.process import GIB, Limits, Process

CALM_SECONDS = 3.0  # after a start or a job, before the next process is made: the user is waiting for something else
LEAST_FREE = 2 * GIB  # of memory; below, nothing is kept
LOOK_SECONDS = 30.0  # between two looks at the memory
DEATHS = 3  # of processes that nobody had asked anything, then none is started again


class Ready:
    """Keeps one process of one job ready. Each serves one job, locks itself in for it, and is replaced.

    It is started when all has been calm for a while, on a thread of its own that lives as long as the processes may:
    Linux ends a child together with the thread that started it.

    Args:
        name: of the job.
        limits: of the process; a job with others starts one of its own.
        calm: seconds without a job until the next process is made.
    """

    def __init__(self, name: str, limits: Limits, calm: float = CALM_SECONDS) -> None:
        self._name, self._limits, self._calm_seconds = name, limits, calm
        self._changed = threading.Condition()
        self._process: Process | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._deaths = self._busy = 0

    @property
    def pid(self) -> int | None:
        """Of the process that waits; None while there is none."""
        with self._changed:
            return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Begin to keep one, where the lock can be put on from inside; returns at once."""
        if strength().name not in ("landlock", "job-object", "none") or self._thread is not None:
            return
        self._thread = threading.Thread(target=self._keep, name=f"ready {self._name}", daemon=True)
        self._thread.start()

    def take(self, name: str, limits: Limits) -> Process | None:
        """The process that waits, for one job; None where there is none, or none that fits. Say `done` afterwards."""
        with self._changed:
            self._busy += 1
            self._changed.notify()
            process, fits = self._process, (name, limits) == (self._name, self._limits)
            if process is None or not fits or process.exit_code() is not None:
                return None
            self._process = None
            return process

    def done(self) -> None:
        """A job has come to its end, on whichever process."""
        with self._changed:
            self._busy -= 1
            self._changed.notify()

    def close(self) -> None:
        """End the process that waits. One that was taken is its taker's."""
        with self._changed:
            self._closed = True
            process, self._process = self._process, None
            self._changed.notify()
        if process is not None:
            _end(process)

    def _keep(self) -> None:
        while self._calm():
            if free_bytes() < LEAST_FREE or self._deaths >= DEATHS:
                self._wait(LOOK_SECONDS)
            else:
                self._put(Process(self._name, self._limits, access=Access(), is_early=True))

    def _calm(self) -> bool:
        """Wait until none is there, no job runs, and a while has passed. Returns: False when all is over."""
        with self._changed:
            while not self._closed:
                if self._process is not None and self._process.exit_code() is not None:
                    _end(self._process)
                    self._process, self._deaths = None, self._deaths + 1
                if self._process is not None or self._busy:
                    self._changed.wait(LOOK_SECONDS)
                elif not self._changed.wait(self._calm_seconds):  # nothing happened in all that time
                    return True
            return False

    def _put(self, process: Process) -> None:
        with self._changed:
            if not self._closed:
                self._process = process
                return
        _end(process)

    def _wait(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)


def _end(process: Process) -> None:
    process.kill()
    process.stdout.close()  # nobody else reads it


def free_bytes() -> int:
    """Memory that programs may still take; plenty where the system does not say."""
    if sys.platform != "linux":
        return 1 << 62
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return 1 << 62
