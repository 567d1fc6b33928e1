"""Peak meters that fall slowly, so that a window which looks 30 times a second misses nothing."""

from __future__ import annotations

import numpy as np

from studio.engine.guard import BURST
from studio.engine.ramp import Floats

FALL_DB_PER_SECOND = 24.0
HELD_SECONDS = 0.02  # of sound at most; the levels are asked for more often than that


class Meter:
    """The peak of each channel, worked out when it is asked for.

    Keeping a block costs a fifth of what measuring it does, and nobody looks at every block.

    Shapes: `[channels, block]` in.
    """

    def __init__(self, channels: int, sample_rate: int, block: int) -> None:
        self._block = block
        self._held = np.zeros((channels, block * max(1, round(HELD_SECONDS * sample_rate / block))), np.float32)
        self._count = 0  # samples to measure
        self._fall_db = FALL_DB_PER_SECOND / sample_rate
        self._levels = [0.0] * channels

    @property
    def levels(self) -> list[float]:
        """Of each channel; sound that the guard would not let be heard does not move them."""
        if self._count:
            self._measure()
        return self._levels

    def hear(self, audio: Floats) -> None:
        """Take in the next block."""
        end = self._count + self._block
        self._held[:, self._count : end] = audio
        self._count = end
        if end == self._held.shape[1]:
            self._measure()

    def _measure(self) -> None:
        peaks = np.abs(self._held[:, : self._count]).max(axis=1).tolist()
        fall = 10 ** (-self._fall_db * self._count / 20)
        pairs = zip(self._levels, peaks, strict=True)
        self._levels = [peak if level * fall < peak <= BURST else level * fall for level, peak in pairs]
        self._count = 0
