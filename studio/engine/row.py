"""Several sounds, one directly after the other."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from studio.engine.ramp import Floats

Samples = NDArray[np.float32]


class Row:
    """Reads as one sound; never changed, so that a thread may exchange it while another reads.

    Args:
        parts: `[1 or more channels, frames]` each; mono is doubled, of more than `channels` the first are taken.
        channels: that are read.

    Attributes:
        frames: of all parts.
    """

    def __init__(self, parts: tuple[Samples, ...], channels: int) -> None:
        self._channels = channels
        self._parts = tuple(np.asarray(part[:channels]) for part in parts)  # slices of a memmap are slow
        self._alone = self._parts[0] if len(self._parts) == 1 else None
        ends = np.cumsum([part.shape[1] for part in self._parts], dtype=np.int64)
        self._ends: list[int] = ends.tolist()
        self.frames = self._ends[-1] if self._ends else 0

    def with_part(self, samples: Samples) -> Row:
        return Row((*self._parts, samples), self._channels)

    def read(self, position: int, out: Floats) -> None:
        """Copy from `position` on; before the start and behind the end there is silence."""
        count, done = out.shape[1], 0
        if self._alone is not None and 0 <= position <= self.frames - count:  # nearly always
            out[:] = self._alone[:, position : position + count]
            return
        if position < 0:
            done = min(count, -position)
            out[:, :done] = 0.0
        index = bisect_right(self._ends, position + done)
        while done < count:
            if index == len(self._parts):
                out[:, done:] = 0.0
                return
            part = self._parts[index]
            at = position + done - self._ends[index] + part.shape[1]
            some = min(count - done, part.shape[1] - at)
            out[:, done : done + some] = part[:, at : at + some]
            done += some
            index += 1
