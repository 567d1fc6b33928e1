"""Damage that is told before anything is opened: what a file claims must be there, and its checksums must be right."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from studio.document.folders import opened_files
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
    files = opened_files(path)
    for file in [each for each in files if len(files) == 1 or each.suffix != ".json"]:
        _refuse_damaged_file(file, file if len(files) > 1 else path, kind.name, is_stopped)
    if not is_stopped():
        with contextlib.suppress(FileError):  # it is looked through again next time
            trust.remember_whole(digest, path.name)


def _refuse_damaged_file(file: Path, shown: Path, kind: str, is_stopped: Callable[[], bool]) -> None:
    kind = "state_dict" if kind == "openunmix" else kind
    try:
        found = scan(file, kind)
        if found.verdict != "damaged" and kind in CHECKED:
            found = check_checksums(file, is_stopped)
    except OSError as error:
        raise FileError(f"{shown.name} cannot be read: {error.strerror}.", HINT, about=shown.name) from error
    if found.verdict == "damaged":
        raise FileError(_sentence(shown, found), HINT, about=shown.name)


def _sentence(path: Path, found: Scan) -> str:
    said = listed([each.text for each in found.deciding], "; ")
    return f"{path.name} {said}." if said.startswith(("is ", "holds ")) else f"{path.name} is damaged: {said}."
