"""Keeps the edits of one window on the disk while they are made, on a thread of its own."""

from __future__ import annotations

import contextlib
import queue
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

from studio.document.claim import Claim
from studio.document.edits import Move, first_record, record
from studio.document.history import History
from studio.document.journal import Journal, files_of
from studio.document.project import Project
from studio.errors import FileError, StudioError
from studio.storage import unwritable

RESTART_EDITS, RESTART_BYTES = 500, 1 << 20
RETRY_S = 5.0
LOCK, TRIED, DECLINED = ".lock", ".tried", ".declined"  # what stands behind the name of a journal
Told = Callable[[StudioError | None], None]


class Keeper:
    """A journal from the first edit on, and a lock beside it for as long as this process lives.

    All methods return at once. One thread writes, which outlives an end of the app; another brings what is written to
    the disk, which outlives an end of the computer and may take its time. Where that fails the edits stay in memory,
    which is told once; as soon as they can be written again all of them are, which is told too.

    Args:
        folder: of all journals.
        told: of an error, or None when it is over; called on the thread.
        retry_s: seconds between attempts while the disk refuses.
    """

    def __init__(self, folder: Path, told: Told, retry_s: float = RETRY_S) -> None:
        self._folder, self._told, self._retry_s = folder, told, retry_s
        self._history: History[Project] = History(Project())
        self._file: Path | None = None
        self._digest = ""
        self._claim: Claim | None = None
        self._journal: Journal | None = None
        self._failing = False
        self._first_size = 0
        self._again_at = 0.0
        self._asked: queue.SimpleQueue[Callable[[], bool]] = queue.SimpleQueue()
        self._written = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._syncing = threading.Thread(target=self._bring, name="journal to disk", daemon=True)
        self._thread.start()
        self._syncing.start()

    def begin(
        self, history: History[Project], file: Path | None, digest: str = "", adopted: Claim | None = None
    ) -> None:
        """Follow another project. The journal of the one before stays for the next start, if it was not saved.

        Args:
            history: as it is now; it is copied.
            file, digest: of the project, and its content as it was read.
            adopted: lock of the journal this project was restored from: it goes on with that one.
        """
        known = History.resumed(history.steps, history.position, history.saved)
        self._asked.put(lambda: self._begin(known, file, digest, adopted))

    def move(self, move: Move) -> None:
        """An edit, an undo, a redo, the end of a drag, a save."""
        self._asked.put(lambda: self._move(move))

    def drop(self) -> None:
        """What is not saved by now is not wanted any more."""
        self._asked.put(lambda: self._history.mark_saved() or True)  # type: ignore[func-returns-value]

    def settle(self) -> None:
        """A good moment to write all of it anew: the user looks elsewhere."""
        self._asked.put(self._settle)

    def flush(self, timeout_s: float) -> bool:
        """Wait until all that was asked is on the disk; False where it is not by then."""
        done = threading.Event()

        def settled() -> bool:
            try:
                return self._sync(self._journal)
            finally:
                done.set()

        self._asked.put(settled)
        return done.wait(timeout_s) and not self._failing

    def close(self, keep: bool, timeout_s: float = 3.0) -> None:
        """End. `keep` leaves what is not saved for the next start; otherwise nothing stays."""
        if self._thread.is_alive():
            self._asked.put(lambda: self._end(keep))
            self._thread.join(timeout_s)
            self._over = True
            self._written.set()
            self._syncing.join(timeout_s)

    def _work(self) -> None:
        running = True
        while running:
            try:
                wait = max(0.0, self._again_at - time.monotonic()) if self._failing else None
                wanted = [self._asked.get(timeout=wait)]
                while not self._asked.empty():
                    wanted.append(self._asked.get())
            except queue.Empty:
                wanted = [self._settle]
            for each in wanted:
                running = self._tried(each) and running
            self._written.set()

    def _bring(self) -> None:
        """To the disk, as often as there is something new; a failure is the other thread's to tell."""
        while not self._over:
            self._written.wait()
            self._written.clear()
            journal = self._journal
            try:
                self._sync(journal)
            except OSError as error:
                if journal is self._journal and not self._failing:
                    self._asked.put(lambda error=error: _throw(error))  # type: ignore[misc]

    def _tried(self, do: Callable[[], bool]) -> bool:
        """What `do` says, or True after a failure, which is told when it is the first."""
        before = self._failing
        try:
            return do()
        except Exception as error:  # whatever it is, somebody has to know that nothing is kept
            self._failing, self._again_at = True, time.monotonic() + self._retry_s
            if not before:
                self._told(_explained(error, self._folder))
            return True
        finally:
            if before and not self._failing:
                self._told(None)

    def _begin(self, history: History[Project], file: Path | None, digest: str, adopted: Claim | None) -> bool:
        self._leave(keep=True)
        self._history, self._file, self._digest, self._claim = history, file, digest, adopted
        if adopted is not None or not history.is_saved:
            self._write_all()
        return True

    def _move(self, move: Move) -> bool:
        before = self._history.state
        if not move.apply(self._history):
            return True
        if move.kind == "save":
            self._file, self._digest = move.file, move.digest
        is_clean = self._journal is None and self._history.is_saved
        if is_clean or (self._failing and time.monotonic() < self._again_at):
            return True
        if self._journal is None or self._failing or move.kind == "save" or self._is_long(self._journal):
            self._write_all()
        else:
            self._journal.append(record(move, before))
        return True

    def _is_long(self, journal: Journal) -> bool:
        return journal.count > RESTART_EDITS or journal.size - self._first_size > RESTART_BYTES

    def _settle(self) -> bool:
        if self._history.is_saved and self._journal is None:
            self._failing = False
        elif self._failing or (self._journal is not None and self._journal.count > 1):
            self._write_all()
        return True

    def _sync(self, journal: Journal | None) -> bool:
        if journal is not None and not self._failing:
            journal.sync()
        return True

    def _write_all(self) -> None:
        """One record instead of many: a walk, wherever it is, is whole in it."""
        first = first_record(self._history, self._file, self._digest)
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._claim is None:
            claim = Claim(self._folder / f"{secrets.token_hex(8)}{LOCK}")
            claim.take()
            self._claim = claim
        if self._journal is None:
            self._journal = Journal(self._claim.path, first)
        else:
            self._journal.restart(first)
        self._first_size = self._journal.size
        self._failing = False

    def _leave(self, keep: bool) -> None:
        """Let go of the journal; where it is kept, whoever comes next may have it."""
        claim, journal = self._claim, self._journal
        self._journal, self._claim, self._failing = None, None, False
        if journal is not None:
            with contextlib.suppress(OSError):
                journal.sync()
            journal.close()
        if claim is not None:
            if not keep or self._history.is_saved:
                forget(claim)
            claim.release()

    def _end(self, keep: bool) -> bool:
        if self._failing and keep:
            with contextlib.suppress(OSError):
                self._write_all()
        self._leave(keep)
        return False


def forget(claim: Claim) -> None:
    """Remove the journal that a lock belongs to, and all that was noted about it."""
    marks = [claim.path.with_suffix(ending) for ending in (TRIED, DECLINED)]
    for path in [*files_of(claim.path), *marks]:
        with contextlib.suppress(OSError):
            path.unlink()


def _throw(error: OSError) -> bool:
    raise error


def _explained(error: Exception, folder: Path) -> StudioError:
    said = unwritable(folder, error) if isinstance(error, OSError) else error
    reason = (str(said) or type(said).__name__).rpartition(": ")[2].rstrip(".")
    return FileError(
        f"Unsaved edits are not being kept for now: {reason}.",
        f"You can go on working, and save. It is tried again by itself; the place is {folder}.",
        about=folder.name,
    )
