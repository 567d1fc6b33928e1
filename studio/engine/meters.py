"""Peak meters that fall slowly, so that a window which looks 30 times a second misses nothing."""

from __future__ import annotations

import numpy as np

from studio.engine.guard import BURST
from studio.engine.ramp import Floats

FALL_DB_PER_SECOND = 24.0


class Meter:
    """The peak of each channel.

    Shapes: `[channels, block]` in.

    Attributes:
        levels: of each channel; plain numbers, since arrays of two cost more than they hold.
    """

    def __init__(self, channels: int, sample_rate: int, block: int) -> None:
        self._size = np.zeros((channels, block), np.float32)
        self._fall = 10 ** (-FALL_DB_PER_SECOND * block / sample_rate / 20)
        self._peaks = [0.0] * channels
        self.levels = [0.0] * channels

    def measure(self, audio: Floats) -> float:
        """The peak of this block over all channels; NaN where there is one in it."""
        highest, fall = self.peak(audio), self._fall
        if highest <= BURST:  # the guard lets nothing else be heard
            pairs = zip(self.levels, self._peaks, strict=True)
            self.levels = [peak if peak > level * fall else level * fall for level, peak in pairs]
        else:
            self.levels = [level * fall for level in self.levels]
        return highest

    def peak(self, audio: Floats) -> float:
        """The same without showing it."""
        np.abs(audio, out=self._size)
        self._peaks = peaks = np.maximum.reduce(self._size, axis=1).tolist()
        highest: float = peaks[0]
        for peak in peaks:
            if not peak <= highest:  # also where it is NaN
                highest = peak
        return highest
