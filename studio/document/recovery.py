"""Work that a window could not save before it ended: finding it, trying it once, declining it, removing it.

Nothing is removed before a save has succeeded, but a journal that holds nothing more than the saved file does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from studio.document.claim import Claim
from studio.document.edits import NewerWork, Work, replay
from studio.document.journal import FIRST, SECOND, files_of, read_files
from studio.document.keeping import DECLINED, LOCK, TRIED, forget
from studio.errors import FileError
from studio.settings import state_dir
from studio.storage import move_file_into_place, write_bytes

FOLDER, ASIDE = "journals", "set-aside"


@dataclass(frozen=True)
class Found:
    """Unsaved work of a window that is gone.

    Attributes:
        claim: the lock of its journal; ours until it is released.
        work: what the journal holds.
        changed_at: when the journal was written last, in seconds since 1970; only to be shown.
        declined: somebody wanted the saved file instead.
    """

    claim: Claim
    work: Work
    changed_at: float
    declined: bool

    @property
    def id(self) -> str:
        return self.claim.path.stem


@dataclass(frozen=True)
class Search:
    """All that was found.

    Attributes:
        found: the latest first.
        notes: sentences about what cannot be offered.
    """

    found: tuple[Found, ...] = ()
    notes: tuple[str, ...] = ()

    def release(self) -> None:
        """Leave all of it to others."""
        for each in self.found:
            each.claim.release()


def journals() -> Path:
    """The folder of all journals."""
    return state_dir() / FOLDER


def find_work(folder: Path, mend: bool = True) -> Search:
    """Everything in the folder of journals that no living window has; locked until it is released.

    Args:
        folder: of journals.
        mend: also set aside what cannot be restored, and remove what holds nothing unsaved.
    """
    found: list[Found] = []
    notes: list[str] = []
    for path in _names(folder):
        claim = Claim(path.with_suffix(LOCK))
        try:
            if claim.take():
                found += _looked(path, claim, notes, mend)
        except OSError as error:
            notes.append(f"Unsaved work in {path} cannot be looked at: {error.strerror}.")
            claim.release()
    return Search(tuple(sorted(found, key=lambda each: -each.changed_at)), tuple(notes))


def read_work(path: Path) -> Work:
    """What a journal holds. Raises: FileError where not even its first record can be read; OSError."""
    return replay(read_files(path).records, path.name)


def begin_restore(found: Found) -> None:
    """Note that it is tried: if that ends the app, it is not tried again. Raises: FileError."""
    write_bytes(found.claim.path.with_suffix(TRIED), b"")


def end_restore(claim: Claim) -> None:
    """The window lives with what was restored."""
    with contextlib.suppress(OSError):
        claim.path.with_suffix(TRIED).unlink()


def decline(found: Found) -> None:
    """Do not offer it by itself again; it stays until a save."""
    with contextlib.suppress(FileError):
        write_bytes(found.claim.path.with_suffix(DECLINED), b"")
    found.claim.release()


def forget_declined(folder: Path, saved: Path) -> None:
    """A project was saved: what was declined in its favour, or never had a file, is not needed any more."""
    for path in folder.glob(f"*{DECLINED}"):
        claim = Claim(path.with_suffix(LOCK))
        with contextlib.suppress(OSError, FileError):
            if claim.take() and read_work(path).file in (saved, None):
                forget(claim)
        claim.release()


def set_aside(folder: Path) -> Iterable[Path]:
    """Journals that could not be restored."""
    return _names(folder / ASIDE)


def _names(folder: Path) -> list[Path]:
    """One name for each journal, whichever of its files there are."""
    found = [*folder.glob(f"*{FIRST}"), *folder.glob(f"*{SECOND}")]
    return sorted({each.with_suffix(FIRST) for each in found})


def _looked(path: Path, claim: Claim, notes: list[str], mend: bool) -> list[Found]:
    """What one journal gives; anything but an offer is dealt with here."""
    if not any(each.exists() for each in files_of(path)):  # its window closed while we came
        claim.release()
        return []
    if mend and path.with_suffix(TRIED).exists():
        place = _put_aside(path, claim)
        notes.append(
            f"Restoring unsaved work ended the app last time, so it is not tried again. It is kept in {place}."
        )
        return []
    try:
        work = read_work(path)
    except NewerWork as error:
        notes.append(error.sentence)
        claim.release()
        return []
    except FileError as error:
        notes.append(f"{error.sentence} It is kept in {_put_aside(path, claim) if mend else path}.")
        claim.release()
        return []
    if work.history.is_saved:
        if mend:
            forget(claim)
        claim.release()
        return []
    changed_at = max(each.stat().st_mtime for each in files_of(path) if each.exists())
    return [Found(claim, work, changed_at, path.with_suffix(DECLINED).exists())]


def _put_aside(path: Path, claim: Claim) -> Path:
    place = path.parent / ASIDE / path.name
    place.parent.mkdir(exist_ok=True)
    for each in files_of(path):
        if each.exists():
            move_file_into_place(each, place.with_name(each.name))
    forget(claim)
    claim.release()
    return place
