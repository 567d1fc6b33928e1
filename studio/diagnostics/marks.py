"""How a process ended: a file that is there while it runs, takes the trace of a crash, and goes at a clean end."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import time
from dataclasses import dataclass
from pathlib import Path

from studio.diagnostics.locks import try_lock
from studio.diagnostics.log import log_folder
from studio.errors import StudioError
from studio.settings import state_dir
from studio.storage import write_text

WINDOW = "window"
BOOT = Path("/proc/sys/kernel/random/boot_id")
MOST = 64_000  # characters of a trace
BEGINNING_SECONDS = 60.0  # a file this young may not have been locked yet
RULE = "---"


@dataclass(frozen=True)
class Crash:
    """A process that did not end as it should.

    Attributes:
        kind: of process: window or command.
        head: its version and when it began.
        trace: where each of its threads was; empty where it was killed.
    """

    kind: str
    head: str
    trace: str


class Mark:
    """Says that this process runs, and where it was when it crashed. A disk that takes no file is no hindrance.

    Args:
        kind: window or command.
    """

    def __init__(self, kind: str) -> None:
        self._path = _folder() / f"{kind}-{os.getpid()}.txt"
        self._stream = None
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("w", encoding="utf-8")
            with contextlib.suppress(OSError):  # where the disk knows no locks it is as if nobody held it
                try_lock(self._stream.fileno())
            began = time.strftime("%Y-%m-%d %H:%M:%S")
            self._stream.write(f"{kind}\n{_boot()}\n{began}\n{RULE}\n")
            self._stream.flush()
            faulthandler.enable(self._stream)

    def clear(self) -> None:
        """It has ended well."""
        if self._stream is None:
            return
        faulthandler.disable()
        with contextlib.suppress(OSError):
            self._stream.close()
            self._path.unlink()


def collect_crashes() -> list[Crash]:
    """Those that have not been told of, the oldest first; each is returned once.

    Of windows all are; of commands only those that left a trace, since a command that is killed surprises nobody.
    What ended with the whole computer has not crashed.
    """
    found = []
    for path in sorted(_folder().glob("*.txt"), key=_age, reverse=True):
        with contextlib.suppress(OSError):
            crash = _taken(path)
            if crash is not None:
                found.append(crash)
    if found:
        _keep(found)
    return found


def take_news() -> bool:
    """Whether a window has crashed of which no other was told; True for one of them only."""
    try:
        _news().unlink()
    except OSError:
        return False
    return True


def last_crash() -> str:
    """What is known of the last crash; empty where there was none."""
    try:
        return _kept().read_text(encoding="utf-8")
    except OSError:
        return ""


def _taken(path: Path) -> Crash | None:
    """What a file of a dead process says; it is removed."""
    with path.open("r+", encoding="utf-8", errors="replace") as stream:
        if not try_lock(stream.fileno()):
            return None
        text = stream.read(MOST)
        if not text and _age(path) < BEGINNING_SECONDS:
            return None
    path.unlink()
    head, _, trace = text.partition(f"\n{RULE}\n")
    kind, boot, began = (*head.splitlines(), "", "", "")[:3]
    trace = trace.strip()
    if not trace and (kind != WINDOW or boot != _boot()):
        return None
    return Crash(kind, began, trace)


def _keep(crashes: list[Crash]) -> None:
    """For the next report, and for the next window."""
    last = crashes[-1]
    text = f"The {last.kind} that began {last.head} ended unexpectedly.\n{last.trace}\n"
    with contextlib.suppress(OSError, StudioError):
        if any(each.kind == WINDOW for each in crashes):
            _news().touch()
        write_text(_kept(), text)


def _age(path: Path) -> float:
    with contextlib.suppress(OSError):
        return time.time() - path.stat().st_mtime
    return 0.0


def _folder() -> Path:
    return state_dir() / "running"


def _news() -> Path:
    return _folder() / "untold"


def _kept() -> Path:
    return log_folder() / "last-crash.txt"


def _boot() -> str:
    """Of the computer, where it tells: the same until it is started again."""
    with contextlib.suppress(OSError):
        return BOOT.read_text(encoding="ascii").strip()
    return ""
