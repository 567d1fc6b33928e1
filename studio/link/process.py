"""Starting a child process and ending it with everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass
from typing import IO, Any

from studio.link.child import ADDRESS_SPACE, EARLY, PARENT
from studio.link.lock.access import Access
from studio.link.lock.outside import Outside, outside

OUTPUT_KEPT = 4096
PUBLISHING = "publish"
TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
GIB = 1 << 30
KEPT = (  # of the environment by a job that is locked in: how Python and its libraries find themselves
    "PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "PATHEXT", "NUMBER_OF_PROCESSORS", "TERM", "NO_COLOR",
)  # fmt: skip
KEPT_HEADS = ("LC_", "PYTHON", "CONDA_", "STUDIO_", "KMP_", "MKL_", "OMP_", "GOMP_", "MALLOC_", "COVERAGE_", "COV_")


@dataclass(frozen=True)
class Limits:
    """What a child may use.

    Attributes:
        seconds: until it is killed; None: no end.
        silence: seconds without a word of progress until it is killed, once the job is loaded; None: no end.
        address_space: in bytes, 0 for no limit. Torch alone reserves 0.6 GB, so less than 2 GB is of no use.
        threads: of torch and the libraries below it.
        file_bytes: how large a file of a job that is locked in may become.
    """

    seconds: float | None = 600.0
    silence: float | None = None
    address_space: int = 8 * GIB
    threads: int = 1
    file_bytes: int = 32 * GIB

    @property
    def processor_seconds(self) -> int:
        """A bound that holds where the parent's clock does not; 0 for none."""
        return 0 if self.seconds is None else 60 + round(self.seconds) * self.threads


class Process:
    """A running `python -m studio.link.child JOB`, head of its own process group.

    On Linux the child dies with the *thread* that made this object: keep that thread for as long as the child.

    Args:
        job: its name.
        limits: what it may use.
        inherit: open files that it finds by these numbers.
        access: of a job that is locked in: it gets a clean environment, and what of the lock is put on from outside.
        is_early: it imports what it needs before it is asked.
    """

    def __init__(
        self,
        job: str,
        limits: Limits,
        inherit: tuple[int, ...] = (),
        *,
        access: Access | None = None,
        is_early: bool = False,
    ) -> None:
        command = [sys.executable, "-P", "-m", "studio.link.child", job, *([EARLY] if is_early else [])]
        started = Outside(command) if access is None else outside(command, access)
        self._hides_signals = started.hides_signals
        self._popen = subprocess.Popen(
            started.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(job, limits, is_locked=access is not None) | started.environment,
            **_detached(inherit),
        )
        self._tail: deque[bytes] = deque(maxlen=64)
        self._listening = threading.Thread(target=self._listen, name=f"stderr of {job}", daemon=True)
        self._listening.start()

    @property
    def stdin(self) -> IO[bytes]:
        assert self._popen.stdin is not None
        return self._popen.stdin

    @property
    def stdout(self) -> IO[bytes]:
        assert self._popen.stdout is not None
        return self._popen.stdout

    @property
    def pid(self) -> int:
        return self._popen.pid

    def exit_code(self, wait: float = 0.0) -> int | None:
        """The code, or minus the signal; None while it runs, also after `wait` seconds."""
        code = self._popen.poll()
        if code is None and wait:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._popen.wait(wait)
        return 128 - code if self._hides_signals and code is not None and code > 128 else code

    def kill(self) -> None:
        """End the whole group at once, also the children of a child that has ended.

        Closing `stdout` is left to its reader: to close a stream that a thread waits on would wait as well.
        """
        self.signal_kill()
        self._popen.wait()
        self._listening.join(1.0)
        with contextlib.suppress(OSError):
            self.stdin.close()

    def signal_kill(self) -> None:
        """Let the group be killed without waiting for it."""
        if sys.platform == "win32":
            self._popen.kill()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)

    def output(self) -> str:
        """The last 4 kB of what it printed."""
        return b"".join(self._tail)[-OUTPUT_KEPT:].decode(errors="replace")

    def _listen(self) -> None:
        assert self._popen.stderr is not None
        with self._popen.stderr as stream:
            while part := os.read(stream.fileno(), OUTPUT_KEPT):
                self._tail.append(part)


def _environment(job: str, limits: Limits, *, is_locked: bool) -> dict[str, str]:
    """Ours and what the child needs; a token is for the job that publishes, not for models."""
    threads = str(limits.threads)
    inherited = {name: value for name, value in os.environ.items() if job == PUBLISHING or name not in TOKENS}
    if is_locked:
        inherited = {name: value for name, value in inherited.items() if name in KEPT or name.startswith(KEPT_HEADS)}
    return inherited | {
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "PYTHONHASHSEED": "0",  # torch writes sets into archives in their order: the same model, the same bytes
        "PYTHONUNBUFFERED": "1",  # what was printed before a crash is part of the evidence
        ADDRESS_SPACE: str(limits.address_space),
        PARENT: str(os.getpid()),
    }


def _detached(inherit: tuple[int, ...]) -> dict[str, Any]:
    """A group of its own, and no handles but the three streams and those named."""
    if sys.platform != "win32":
        return {"start_new_session": True, "pass_fds": inherit}
    startup = subprocess.STARTUPINFO()
    startup.lpAttributeList = {"handle_list": list(inherit)}
    flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return {"creationflags": flags, "startupinfo": startup}
