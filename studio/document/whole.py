"""Damage that is told before anything is opened: what a file claims must be there, and its checksums must be right."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from studio.document.kind import Kind
from studio.document.scans.checksums import check_checksums
from studio.document.scans.result import Scan, listed
from studio.document.scans.scan import SCRIPTED, STORED, scan
from studio.document.trust import Trust
from studio.errors import FileError

HINT = "Download or save it again."
CHECKED = SCRIPTED | STORED | {"pt2"}  # kinds that are zip archives, where torch would load a flipped bit silently


def refuse_damaged(
    path: Path, kind: Kind, digest: str, trust: Trust, is_stopped: Callable[[], bool] = lambda: False
) -> None:
    """Raise FileError for a model file that is damaged; one whose digest was found whole before is not read again.

    Args:
        digest: of the content, by which it is remembered.
        is_stopped: asked while checksums are compared.

    Raises: FileError.
    """
    if kind.name == "python" or trust.is_whole(digest):
        return
    file = path / "model.pt" if path.is_dir() else path
    try:
        found = scan(file, kind.name)
        if found.verdict != "damaged" and kind.name in CHECKED:
            found = check_checksums(file, is_stopped)
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror}.", HINT, about=path.name) from error
    if found.verdict == "damaged":
        raise FileError(_sentence(path, found), HINT, about=path.name)
    if not is_stopped():
        with contextlib.suppress(FileError):  # it is looked through again next time
            trust.remember_whole(digest, path.name)


def _sentence(path: Path, found: Scan) -> str:
    said = listed([each.text for each in found.deciding], "; ")
    return f"{path.name} {said}." if said.startswith(("is ", "holds ")) else f"{path.name} is damaged: {said}."
