"""Peak meters that fall slowly, so that a window which looks 30 times a second misses nothing."""

from __future__ import annotations

import numpy as np

from studio.engine.guard import BURST
from studio.engine.ramp import Floats

FALL_DB_PER_SECOND = 24.0


class Meter:
    """The peak of each channel.

    Shapes: `[channels, block]` in, `levels` `[channels]`.
    """

    def __init__(self, channels: int, sample_rate: int, block: int) -> None:
        self._size = np.zeros((channels, block), np.float32)
        self._fall = np.float32(10 ** (-FALL_DB_PER_SECOND * block / sample_rate / 20))
        self._peaks = np.zeros(channels, np.float32)
        self.levels = np.zeros(channels, np.float32)

    def measure(self, audio: Floats) -> float:
        """The peak of this block over all channels; NaN where there is one in it."""
        np.abs(audio, out=self._size)
        np.max(self._size, axis=1, out=self._peaks)
        self.levels *= self._fall
        peak = float(self._peaks.max())
        if peak <= BURST:  # the guard lets nothing else be heard
            np.maximum(self.levels, self._peaks, out=self.levels)
        return peak
