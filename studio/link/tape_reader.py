"""Reading the tape behind the engine that writes it: all of it, in order, and whatever was missed is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from studio.link.tape import LENGTH, ROWS, SLACK, Epoch, Floats, Take, Tape

PIECE = 1 << 16  # frames copied at once


@dataclass(frozen=True)
class Piece:
    """Sound without a seam `[4, frames]`; the first `missed` frames were overwritten before they were read: silence."""

    epoch: Epoch
    samples: Floats
    missed: int = 0


class TapeReader:
    """Follows one recording from its first frame."""

    def __init__(self, tape: Tape, take: Take) -> None:
        self._tape, self._take, self._at = tape, take, take.start

    @property
    def is_over(self) -> bool:
        """Nothing more will be written than the block that the engine may be at."""
        return self._tape.take != self._take.number

    def pieces(self) -> Iterator[Piece]:
        """What has been written since the last time."""
        end = self._tape.frames  # before the epochs: all that began in front of it are there
        epochs = self._tape.epochs()
        while self._at < end:
            epoch, last = _epoch_at(epochs, self._at, end)
            yield self._piece(epoch, min(last, self._at + PIECE))

    def _piece(self, epoch: Epoch, last: int) -> Piece:
        """Copy up to frame `last`, then see what was overwritten meanwhile."""
        first, self._at = self._at, last
        samples = np.empty((ROWS, last - first), np.float32)
        start = first % LENGTH
        before = min(last - first, LENGTH - start)
        samples[:, :before] = self._tape.samples[:, start : start + before]
        samples[:, before:] = self._tape.samples[:, : last - first - before]
        missed = min(max(0, self._tape.frames + SLACK - LENGTH - first), last - first)
        samples[:, :missed] = 0.0
        return Piece(epoch, samples, missed)


def _epoch_at(epochs: list[Epoch], frame: int, end: int) -> tuple[Epoch, int]:
    """The epoch that a frame belongs to, and the frame where that ends. What is older than all is of the oldest."""
    found, last = epochs[0], end
    for each in epochs:
        if each.start <= frame:
            found = each
        else:
            last = min(last, each.start)
            break
    return found, last
