"""A block that is missing, made bearable: what was heard last fades out, what comes back fades in."""

from __future__ import annotations

import numpy as np

from studio.engine.ramp import Fade, Floats, release


class Gap:
    """Stands between a signal and the ear; costs nothing while no block is missing.

    Shapes: `[channels, block]`.
    """

    def __init__(self, channels: int, sample_rate: int, block: int) -> None:
        self._release = release(sample_rate, block)
        self._last = np.zeros((channels, 1), np.float32)
        self._door = Fade(True, sample_rate, block)
        self._is_gap = False

    def fill(self, out: Floats) -> None:
        """Write what is heard instead of a block."""
        np.multiply(self._last, self._release, out=out)
        self._last.fill(0.0)
        self._door.jump(is_open=False)
        self._is_gap = True

    def close(self, audio: Floats) -> None:
        """Mend a block that is there, in place, where one was missing before it."""
        if self._is_gap:
            self._is_gap = False
            self._door.open()
        if not self._door.is_open:
            audio *= self._door.next(audio.shape[1])
        self._last[:, 0] = audio[:, -1]
