"""One project, one window that saves it: a lock by the file's real place, wherever the window found it."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from studio.document.claim import Claim
from studio.errors import FileError
from studio.settings import state_dir

FOLDER = "open"


class OpenElsewhere(FileError):
    """Another window has the project open and may save it."""

    code = "open-elsewhere"


def claim_of(path: Path) -> Claim:
    """The lock of a project file, not taken yet."""
    return Claim(_place(path))


def taken(claim: Claim) -> bool:
    """Whether nobody else has it; where no lock can be made nobody can tell, and the user goes on."""
    with suppress(OSError):
        return claim.take()
    return True


def require(claim: Claim, path: Path) -> None:
    """Take the lock before saving. Raises: OpenElsewhere."""
    if not taken(claim):
        hint = "Close it there, or save under another name."
        raise OpenElsewhere(f"{path.name} is open in another window.", hint, about=path.name)


def is_of(claim: Claim, path: Path) -> bool:
    """Whether it is the lock of this file."""
    return claim.path == _place(path)


def _place(path: Path) -> Path:
    name = hashlib.blake2b(os.fsencode(os.path.realpath(path)), digest_size=16).hexdigest()
    return state_dir() / FOLDER / f"{name}.lock"
