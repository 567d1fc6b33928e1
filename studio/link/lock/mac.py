"""macOS: the job is started by `sandbox-exec`, under a profile that denies everything first.

Not tried on this system: written after the profiles that browsers and package managers ship. Apple calls the program
deprecated and keeps it. The kernel there limits no address space, so memory is limited by the clock alone.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from studio.link.lock import places
from studio.link.lock.access import Access

PROGRAM = "sandbox-exec"
ALWAYS = """(version 1)
(deny default)
(allow process-info* (target self))
(allow signal (target self))
(allow sysctl-read)
(allow file-read-metadata)
(allow file-read* (subpath "/System") (subpath "/usr/lib") (subpath "/usr/share") (subpath "/Library/Frameworks"))
(allow file-read* file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/urandom"))
"""


def is_there() -> bool:
    """Whether this is macOS and has the program."""
    return sys.platform == "darwin" and shutil.which(PROGRAM) is not None


def wrapped(command: Sequence[str], access: Access) -> list[str]:
    """The command line that runs `command` under the profile. The program itself has to be startable."""
    return [PROGRAM, "-p", profile(access, command[0]), *command]


def profile(access: Access, program: str) -> str:
    """What the job may do, in the language of the sandbox: no network, no other program, these files."""
    said = ALWAYS + f"(allow process-exec (literal {_quoted(Path(program).resolve())}))\n"
    said += _rule("file-read*", [*places.readable(), *access.read])
    return said + _rule("file-read* file-write*", access.write)


def layers() -> list[str]:
    """What holds inside the job: all of it was put on from outside."""
    return ["sandbox-exec"] if is_there() else []


def _rule(what: str, paths: Iterable[Path]) -> str:
    """Paths as they are and without links: the kernel compares the latter."""
    both = dict.fromkeys(each for path in paths for each in (path.absolute(), path.resolve()))
    return "".join(f"(allow {what} (subpath {_quoted(path)}))\n" for path in both)


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
