"""Values that move without a click: linear ramps for numbers, raised-cosine fades between two sounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
RAMP_SECONDS = 0.016  # a tenth of the way, which can be heard, within 1.6 ms; shorter ones begin to click
FADE_SECONDS = 0.010
RELEASE_SECONDS = 0.005


def release(sample_rate: int, block: int) -> Floats:
    """Shares `[block]` by which a sample that was the last one dies away."""
    length = min(block, max(1, round(RELEASE_SECONDS * sample_rate)))
    curve = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, length + 1) / length)
    return np.concatenate([curve, np.zeros(block - length)]).astype(np.float32)


class Ramp:
    """A number that reaches each new target in 16 ms, sample by sample.

    Args:
        value: where it starts.
        sample_rate: in Hz.
        block: samples of each call.

    Attributes:
        is_moving: it has not arrived.
    """

    def __init__(self, value: float, sample_rate: int, block: int) -> None:
        self._length = max(1, round(RAMP_SECONDS * sample_rate))
        self._count = np.arange(1, block + 1, dtype=np.float32)
        self.value = self._target = value
        self._left, self._step = 0, 0.0
        self.is_moving = False

    def jump(self, value: float) -> None:
        self.value = self._target = value
        self._left, self.is_moving = 0, False

    def aim(self, target: float) -> None:
        if target != self._target:
            self._target, self._left, self.is_moving = target, self._length, True
            self._step = (target - self.value) / self._length

    def fill(self, out: Floats) -> None:
        """Write the next block `[block]` of values."""
        if self._left == 0:
            out.fill(self.value)
            return
        moved = min(len(out), self._left)
        np.multiply(self._count[:moved], self._step, out=out[:moved])
        out[:moved] += self.value
        out[moved:] = self._target
        self._left -= moved
        self.is_moving = self._left > 0
        self.value = self.value + self._step * moved if self.is_moving else self._target


class Fade:
    """A share between 0 and 1 that goes from one end to the other in 10 ms, and may turn round on the way.

    Raised cosine: its slope is zero at both ends, so that the ends make no click either.

    Attributes:
        is_moving: it has not arrived.
        is_open, is_closed: it is at 1, or at 0, and stays there. Plain values: they are asked for in every block.
    """

    def __init__(self, is_open: bool, sample_rate: int, block: int) -> None:
        self.length = max(1, round(FADE_SECONDS * sample_rate))
        curve = 0.5 - 0.5 * np.cos(np.pi * np.arange(self.length + 1) / self.length)
        self._up = np.concatenate([curve, np.ones(block)]).astype(np.float32)
        self._down = np.concatenate([curve[::-1], np.zeros(block)]).astype(np.float32)
        self.jump(is_open)

    @property
    def left(self) -> int:
        """Samples until it has arrived."""
        return abs(self._target - self._at)

    def open(self) -> None:
        self._target = self.length
        self._look()

    def close(self) -> None:
        self._target = 0
        self._look()

    def jump(self, is_open: bool) -> None:
        self._at = self._target = self.length if is_open else 0  # steps up from 0
        self._look()

    def settle(self) -> None:
        """Be where it was going."""
        self._at = self._target
        self._look()

    def next(self, count: int) -> Floats:
        """The next `count` shares, at most a block: a view that must not be written to."""
        if self._target == self.length:
            shares = self._up[self._at + 1 : self._at + 1 + count]
            self._at = min(self.length, self._at + count)
        else:
            start = self.length - self._at + 1
            shares = self._down[start : start + count]
            self._at = max(0, self._at - count)
        self._look()
        return shares

    def _look(self) -> None:
        self.is_moving = self._at != self._target
        self.is_open = self._at == self._target == self.length
        self.is_closed = self._at == self._target == 0
