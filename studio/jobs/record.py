"""Write what goes to the card to files, from a ring that the engine fills: it never waits for a disk."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from studio.audio.growing import GrowingWav
from studio.errors import FileError
from studio.link.handles import take
from studio.link.tape import Take, Tape
from studio.link.tape_reader import Piece, TapeReader
from studio.storage import unwritable

UNLOCKED = True  # it writes what the engine plays, and opens no model
Report = Callable[[float | None, str], None]
TICK = 0.1  # s between looks at the tape
SETTLE = 1.0  # s of sound at most that a file loses with its writer


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer `flows.recording.record`; see there for the request and the result."""
    descriptor = take(request["tape"])
    tape = Tape(descriptor)
    os.close(descriptor)
    reader = TapeReader(tape, Take(request["number"], request["start"]))
    files = Files(Path(request["target"]), request["bits"], with_dry=request["dry"])
    trouble: FileError | None = None
    try:
        for piece in _followed(reader, lambda: report(None, f"Recording {files.name}")):
            files.add(piece)
    except OSError as error:
        if not files.written:
            raise unwritable(Path(request["target"]), error) from error
        trouble = unwritable(files.written[-1].path, error)
    except FileError as error:
        trouble = error
    with contextlib.suppress(OSError):  # a full disk has been told already
        files.close()
    return files.described() | {"trouble": trouble.to_dict() if trouble else None}


def _followed(reader: TapeReader, tell: Callable[[], None]) -> Iterator[Piece | None]:
    """What comes until the recording is ended; None after each look at the tape."""
    is_over = False
    while not is_over:
        is_over = reader.is_over
        time.sleep(TICK)  # after the end, too: the engine may be at its last block
        yield from reader.pieces()
        yield None
        tell()


class Files:
    """The files of one recording: another one for each sample rate, and beside each the dry sound if that is wanted.

    Attributes:
        written: those with the heard sound; `dry` stand beside them.
        missed: seconds that were overwritten before they were read.
        seams: how often the sound was interrupted by another device or engine.
    """

    def __init__(self, target: Path, bits: int, *, with_dry: bool) -> None:
        self._target, self._bits, self._with_dry = target, bits, with_dry
        self.written: list[GrowingWav] = []
        self.dry: list[GrowingWav] = []
        self.missed, self.seams = 0.0, 0
        self._epoch = 0
        self._settled = time.monotonic()

    @property
    def name(self) -> str:
        return (self.written[-1].path if self.written else self._target).name

    def add(self, piece: Piece | None) -> None:
        """Write a piece; now and then see to it that the files can be played.

        Raises: OSError where a disk does not take it; FileError where somebody deleted the files.
        """
        if piece is not None:
            self._write(piece)
        if time.monotonic() - self._settled > SETTLE:
            self._settled = time.monotonic()
            self._settle()

    def close(self) -> None:
        with contextlib.ExitStack() as both:  # the second one, too, where the first fails
            for file in (*self.written[-1:], *self.dry[-1:]):
                both.callback(file.close)

    def described(self) -> dict[str, Any]:
        files = [
            {"path": str(each.path), "frames": each.frames, "sample_rate": each.sample_rate} for each in self.written
        ]
        dry = [str(each.path) for each in self.dry]
        return {"files": files, "dry": dry, "missed": self.missed, "seams": self.seams}

    def _write(self, piece: Piece) -> None:
        if piece.epoch.number != self._epoch:
            self.seams += bool(self._epoch)
            self._epoch = piece.epoch.number
            if not self.written or self.written[-1].sample_rate != piece.epoch.sample_rate:
                self.close()
                self._begin(piece.epoch.sample_rate)
        self.missed += piece.missed / piece.epoch.sample_rate
        with contextlib.ExitStack() as both:
            if self._with_dry:
                both.callback(self.dry[-1].write, piece.samples[2:])
            self.written[-1].write(piece.samples[:2])

    def _begin(self, sample_rate: int) -> None:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        number = len(self.written) + 1
        while (path := self._numbered(number)).exists() or _dry_of(path).exists():
            number += 1
        self.written.append(GrowingWav(path, 2, sample_rate, self._bits))
        if self._with_dry:
            self.dry.append(GrowingWav(_dry_of(path), 2, sample_rate, self._bits))

    def _numbered(self, number: int) -> Path:
        return self._target if number == 1 else self._target.with_stem(f"{self._target.stem}-{number}")

    def _settle(self) -> None:
        files = [*self.written[-1:], *self.dry[-1:]]
        for file in files:
            file.settle()
        gone = [file for file in files if file.is_gone]
        for file in gone:
            file.rescue()
        if gone:
            said = f"{gone[0].path} was deleted while it was recorded."
            raise FileError(said, "What had been recorded was written there again.", about=gone[0].path.name)


def _dry_of(path: Path) -> Path:
    return path.with_stem(f"{path.stem}_dry")
