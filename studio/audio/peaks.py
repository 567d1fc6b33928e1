"""Least and greatest sample of every stretch, at every zoom: what a waveform is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.audio.raw import RawAudio
from studio.audio.reader import Samples

BASE = 256  # samples in a bin of the finest level
STEP = 4  # bins of one level in a bin of the next
CHUNK = BASE << 12  # samples reduced at once: stays in the cache and lets other threads in


@dataclass(frozen=True)
class Level:
    """Bins of `size` samples: least and greatest value of each, `[channels, bins]`."""

    size: int
    low: Samples
    high: Samples


@dataclass(frozen=True)
class Peaks:
    """A pyramid over a sound.

    Attributes:
        samples: the sound itself, `[channels, frames]`, usually mapped from a file.
        levels: from fine to coarse.
    """

    samples: Samples
    levels: tuple[Level, ...]

    @property
    def frames(self) -> int:
        return int(self.samples.shape[1])

    def view(self, start: float, end: float, pixels: int) -> tuple[Samples, Samples]:
        """Least and greatest value `[channels, pixels]` of `pixels` equal stretches from `start` to `end` frames.

        No peak is ever lost; it may show one pixel early. What lies outside the sound is left out: the range is
        cut to it first.
        """
        start = min(max(start, 0.0), self.frames - 1.0)
        end = min(max(end, start + 1.0), float(self.frames))
        level = self._level((end - start) / pixels)
        edges = np.linspace(start, end, pixels + 1)[:-1] / level.size
        first, last = int(edges[0]), min(-int(-end // level.size), level.low.shape[1])
        index = np.minimum(edges.astype(np.int64), last - 1) - first
        low = np.minimum.reduceat(level.low[:, first:last], index, axis=1)
        high = np.maximum.reduceat(level.high[:, first:last], index, axis=1)
        return low, high

    def _level(self, samples_per_pixel: float) -> Level:
        fitting = [level for level in self.levels if level.size <= samples_per_pixel]
        return fitting[-1] if fitting else Level(1, self.samples, self.samples)


def build_peaks(raw: RawAudio) -> Peaks:
    """The pyramid of a decoded sound; one hour of stereo takes well below a second."""
    return peaks_of(raw.samples())


def peaks_of(samples: Samples) -> Peaks:
    """The pyramid of `[channels, frames]`, at least one frame."""
    level = _finest(samples)
    levels = [level]
    while level.low.shape[1] > STEP:
        starts = np.arange(0, level.low.shape[1], STEP)
        low = np.minimum.reduceat(level.low, starts, axis=1)
        high = np.maximum.reduceat(level.high, starts, axis=1)
        level = Level(level.size * STEP, low, high)
        levels.append(level)
    return Peaks(samples, tuple(levels))


def _finest(samples: Samples) -> Level:
    channels, frames = samples.shape
    bins = -(-frames // BASE)
    low, high = np.empty((channels, bins), np.float32), np.empty((channels, bins), np.float32)
    for channel in range(channels):
        for start in range(0, frames, CHUNK):
            part = samples[channel, start : start + CHUNK]
            starts = np.arange(0, len(part), BASE)
            at = slice(start // BASE, start // BASE + len(starts))
            low[channel, at] = np.minimum.reduceat(part, starts)
            high[channel, at] = np.maximum.reduceat(part, starts)
    return Level(BASE, low, high)
