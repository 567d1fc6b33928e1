"""How far a limiter lowers the sound at each sample."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

RELEASE_SECONDS = 0.080  # until the reduction, in dB, has fallen to a third
OVER = 1e-5  # nepers: a reduction that is no more
Doubles = NDArray[np.float64]


class Reduction:
    """From peaks to a gain that is low enough when each peak comes, `window` - 1 samples later, and moves softly.

    Peaks over the ceiling, in nepers, are held for the window, fall back exponentially, and go through a Hann window of
    the same length: an average of values that are all enough for the peak is enough for it. Release by a running
    maximum of the reductions on an exponential scale, so that no sample is touched one by one.

    Attributes:
        nepers: the largest of the last block.
    """

    def __init__(self, window: int, sample_rate: int, block: int) -> None:
        self._window, self._block = window, block
        fall = np.arange(1, block + 1) / (RELEASE_SECONDS * sample_rate)
        self._rise, self._fall = np.exp(fall), np.exp(-fall)
        weights = np.hanning(window + 2)[1:-1]
        self._weights = weights / weights.sum()
        self._over = np.zeros(window + block)  # behind what is held of the block before
        self._held = self._over.copy(), self._over.copy()
        self._envelope = np.zeros(window - 1 + block)
        self._last, self._rests = 0.0, True
        self.nepers = 0.0

    def reset(self) -> None:
        self._over.fill(0.0)
        self._envelope.fill(0.0)
        self._last, self._rests, self.nepers = 0.0, True, 0.0

    def process(self, peaks: NDArray[np.float32], ceiling: float) -> Doubles | None:
        """The gains `[block]` for `peaks` `[block]`; None where nothing has to be lowered."""
        new = self._over[self._window :]
        np.maximum(peaks, ceiling, out=new)
        new /= ceiling
        np.log(new, out=new)
        if self._rests and not new.any():
            return None
        self._release(self._hold())
        self._over[: self._window] = self._over[self._block :]
        lowered = np.convolve(self._envelope, self._weights, "valid")
        self._envelope[: self._window - 1] = self._envelope[self._block :]
        self.nepers = float(lowered.max())
        self._rests = self._last == 0.0 and not self._envelope.any() and not self._over.any()
        np.negative(lowered, out=lowered)
        return np.exp(lowered, out=lowered)

    def _hold(self) -> Doubles:
        """The largest of each `window` + 1 values in a row, by doubling."""
        found, (free, other) = self._over, self._held
        have, wanted = 1, self._window + 1
        while have < wanted:
            step = min(have, wanted - have)
            count = len(found) - step
            np.maximum(found[:count], found[step:], out=free[:count])
            found, free, other = free[:count], other, free
            have += step
        return found

    def _release(self, held: Doubles) -> None:
        """Append to the envelope what is held, falling back slowly."""
        new = self._envelope[self._window - 1 :]
        np.multiply(held, self._rise, out=new)
        np.maximum.accumulate(new, out=new)
        np.maximum(new, self._last, out=new)
        new *= self._fall
        last = float(new[-1])
        self._last = last if math.isfinite(last) and last > OVER else 0.0
