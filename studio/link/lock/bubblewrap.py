"""Bubblewrap: for Linux kernels without Landlock, a program that starts the job in name spaces of its own."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from studio.link.lock import places
from studio.link.lock.access import Access

PROGRAM = "bwrap"
FOLDERS = ("/usr", "/etc/alternatives", "/etc/ld.so.cache", "/sys/devices/system")
TRY = 10.0  # s


@functools.cache
def is_there() -> bool:
    """Whether the program is installed and this user may use it: some systems forbid name spaces."""
    if sys.platform != "linux" or not (program := shutil.which(PROGRAM)):
        return False
    command = [program, "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--", "/bin/true"]
    try:
        return subprocess.run(command, capture_output=True, timeout=TRY, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def wrapped(command: Sequence[str], access: Access, program: str = PROGRAM) -> list[str]:
    """The command line that runs `command` where nothing but `access` and the libraries can be seen.

    It has no network, sees no other process and ends with its parent.
    """
    words = [program, "--unshare-all", "--die-with-parent", "--new-session"]
    words += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
    seen = [path for path in places.readable() if not path.is_relative_to("/dev") and not path.is_relative_to("/proc")]
    for path in _shortest_first([*map(Path, FOLDERS), *seen]):
        words += ["--ro-bind-try", str(path), str(path)]
    for option, paths in (("--ro-bind-try", access.read), ("--bind", access.write)):
        for path in _shortest_first(paths):
            words += [option, str(path.absolute()), str(path.absolute())]
    return [*words, "--", *command]


def _shortest_first(paths: Sequence[Path]) -> list[Path]:
    """A folder before what lies in it: what is bound later covers what was bound before."""
    return sorted(dict.fromkeys(paths), key=lambda path: len(path.parts))
