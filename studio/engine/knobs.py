"""The positions of a model's knobs, as one row of samples each."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from studio.engine.ramp import Ramp


class Knobs:
    """Follows the positions that a hand moves, 16 ms behind and without steps.

    Attributes:
        rows: `[count, block]`, the positions 0…1 of the present block.
    """

    def __init__(self, count: int, sample_rate: int, block: int) -> None:
        self.rows = np.zeros((count, block), np.float32)
        self._count = count
        self._ramps = [Ramp(0.0, sample_rate, block) for _ in range(count)]
        self._aimed: list[float] = []
        self._unsettled = set(range(count))  # rows that are not yet the same value all along
        self._fresh = True

    def reset(self) -> None:
        """Start at the next positions instead of moving there."""
        self._fresh = True

    def follow(self, positions: NDArray[np.float64]) -> None:
        """Fill `rows` for the next block; `positions` `[≥ count]`, those that are not 0…1 are held at the ends."""
        if not self._count:
            return
        now = positions[: self._count].tolist()
        if self._fresh or now != self._aimed:
            self._aim(now)
        if self._unsettled:
            moving = {index for index, ramp in enumerate(self._ramps) if ramp.is_moving}
            for index in self._unsettled | moving:
                self._ramps[index].fill(self.rows[index])
            self._unsettled = moving

    def _aim(self, positions: list[float]) -> None:
        self._aimed = positions
        for index, (ramp, wanted) in enumerate(zip(self._ramps, positions, strict=True)):
            if math.isnan(wanted):  # a hand is never nowhere
                continue
            position = min(1.0, max(0.0, wanted))
            if self._fresh:
                ramp.jump(position)
            else:
                ramp.aim(position)
            self._unsettled.add(index)
        self._fresh = False
