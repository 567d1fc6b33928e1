"""Gains that hands move: in front of the model, behind it, and of each of its outputs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from studio.engine.ramp import Floats, Ramp
from studio.link.shared import SILENT_DB

LOUDEST_DB = 60.0  # what is above is no wish


def gain_of(gain_db: float) -> float:
    return 10 ** (min(gain_db, LOUDEST_DB) / 20) if gain_db > SILENT_DB else 0.0


class Level:
    """A gain that moves without steps, and costs nothing while it is 0 dB."""

    def __init__(self, sample_rate: int, block: int) -> None:
        self._ramp, self._amounts = Ramp(1.0, sample_rate, block), np.ones(block, np.float32)
        self._gain_db, self._is_unity = 0.0, True

    @property
    def gain(self) -> float:
        return self._ramp.value

    @property
    def is_moving(self) -> bool:
        return self._ramp.is_moving

    def jump(self, gain_db: float) -> None:
        if math.isnan(gain_db):
            return
        self._gain_db = gain_db
        self._ramp.jump(gain_of(gain_db))
        self._is_unity = self._ramp.value == 1.0

    def apply(self, audio: Floats, gain_db: float) -> None:
        """Scale `[channels, block]` in place."""
        if gain_db != self._gain_db:
            self.aim(gain_db)
        if self._is_unity:
            return
        if self._ramp.is_moving:
            audio *= self.next()
            self._is_unity = not self._ramp.is_moving and self._ramp.value == 1.0
        else:
            audio *= np.float32(self._ramp.value)

    def aim(self, gain_db: float) -> None:
        """Move there; a hand is never nowhere."""
        if not math.isnan(gain_db):
            self._gain_db, self._is_unity = gain_db, False
            self._ramp.aim(gain_of(gain_db))

    def next(self) -> Floats:
        """The gains of the next block `[block]`, overwritten by the next call."""
        self._ramp.fill(self._amounts)
        return self._amounts


class StemMixer:
    """Adds a model's outputs up, each at its own level.

    Args:
        outputs: channels of each.
        channels: of the sum.

    Shapes: `[rows of all outputs, block]` → `[channels, block]`.
    """

    def __init__(self, outputs: tuple[int, ...], channels: int, sample_rate: int, block: int) -> None:
        self._whole = _whole_mix(outputs, channels)
        self._mix = self._whole  # at the present levels, while none moves
        self._levels = [Level(sample_rate, block) for _ in outputs]
        starts = np.cumsum((0, *outputs)).tolist()
        self._rows = [slice(*pair) for pair in pairwise(starts)]
        self._scaled = np.zeros((sum(outputs), block), np.float32)
        self._mixed = np.zeros((channels, block), np.float32)
        self._wanted: tuple[float, ...] = ()
        self._is_moving, self._fresh = False, True

    def reset(self) -> None:
        """Start at the next levels instead of moving there."""
        self._fresh = True

    def process(self, rows: Floats, stem_db: Iterable[float]) -> Floats:
        """The sum, overwritten by the next call; levels in the order of the outputs, 0 dB where missing."""
        wanted = tuple(stem_db)
        if wanted != self._wanted or self._fresh:
            self._aim(wanted)
        if not self._is_moving:
            return np.matmul(self._mix, rows, out=self._mixed)
        for level, part in self._parts():
            np.multiply(rows[part], level.next(), out=self._scaled[part])
        self._is_moving = any(level.is_moving for level in self._levels)
        self._settle()
        return np.matmul(self._whole, self._scaled, out=self._mixed)

    def _aim(self, wanted: tuple[float, ...]) -> None:
        self._wanted = wanted
        for level, gain_db in zip(self._levels, wanted, strict=False):
            if self._fresh:
                level.jump(gain_db)
            else:
                level.aim(gain_db)
        self._fresh = False
        self._is_moving = any(level.is_moving for level in self._levels)
        self._settle()

    def _settle(self) -> None:
        if not self._is_moving:
            gains = [np.full(rows.stop - rows.start, level.gain) for level, rows in self._parts()]
            self._mix = self._whole * np.concatenate(gains).astype(np.float32)

    def _parts(self) -> Iterable[tuple[Level, slice]]:
        return zip(self._levels, self._rows, strict=True)


def _whole_mix(outputs: tuple[int, ...], channels: int) -> Floats:
    """How outputs add up `[channels, rows]`: each at full level, so that those of a separator give the whole again."""
    columns = []
    for count in outputs:
        share = np.zeros((channels, count), np.float32)
        for channel in range(channels):
            share[channel, channel % count] = 1.0
        if channels == 1:
            share[:] = 1.0 / count
        columns.append(share)
    return np.concatenate(columns, axis=1)
