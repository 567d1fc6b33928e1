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
        self._line[:, self._at : self._at + self._block] = audio
        start = (self._at - self._samples) % self._length
        first = min(self._block, self._length - start)
        out[:, :first] = self._line[:, start : start + first]
        out[:, first:] = self._line[:, : self._block - first]
        self._at = (self._at + self._block) % self._length
