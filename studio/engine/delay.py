"""A delay line of whole samples, for the dry sound."""

from __future__ import annotations

import numpy as np

from studio.engine.ramp import Floats


class Delay:
    """Give back what came in `samples` earlier; zeros at first.

    Shapes: `[channels, block]` in and out.
    """

    def __init__(self, channels: int, block: int, samples: int) -> None:
        self._block, self._samples = block, samples
        self._length = block * (-(-samples // block) + 1)  # whole blocks: writing never wraps
        self._line = np.zeros((channels, self._length), np.float32)
        self._at = 0

    def reset(self) -> None:
        self._line.fill(0.0)

    def process(self, audio: Floats, out: Floats) -> None:
        """Write the delayed sound to `out`, which may not be `audio`."""
        at, block, line = self._at, self._block, self._line
        line[:, at : at + block] = audio
        start = (at - self._samples) % self._length
        first = self._length - start
        if first >= block:
            out[:] = line[:, start : start + block]
        else:
            out[:, :first] = line[:, start:]
            out[:, first:] = line[:, : block - first]
        self._at = (at + block) % self._length
