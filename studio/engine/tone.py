"""The strongest tone in a sound, looked for about fifty times a second."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.engine.ramp import Floats

HOP_SECONDS = 0.0213
LOWEST_HZ = 100.0  # below it, a tone and a bass drum are the same to windows this short
FLOOR_DB = -120.0
LOBE = 2  # bins at either side that a steady tone spreads over under a Hann window


@dataclass(frozen=True)
class Tone:
    """What one window holds.

    Attributes:
        bin: of the strongest tone.
        level_db: of that tone; 0 is a sine of full scale.
        share: of the sound's power, 0…1.
        sound_db: level of the whole sound.
        peak: of the samples since the last window, the lesser of up and down: a howl swings both ways.
    """

    bin: int
    level_db: float
    share: float
    sound_db: float
    peak: float


class Ear:
    """Gathers blocks, and looks at the last 43 ms of them every 21 ms.

    Args:
        sample_rate: in Hz.
    """

    def __init__(self, sample_rate: int) -> None:
        self._size = 1 << round(math.log2(2 * HOP_SECONDS * sample_rate))
        self.hop = self._size // 2
        self._window = np.hanning(self._size + 1)[:-1].astype(np.float32)
        self._past = np.zeros(self._size, np.float32)
        self._fresh = np.zeros(self.hop, np.float32)
        self._spectrum: NDArray[np.complexfloating] = np.zeros(self._size // 2 + 1, np.complex64)
        self._power, self._peak = np.zeros(self._size // 2 + 1, np.float32), 0.0
        self._lowest = max(LOBE + 1, round(LOWEST_HZ * self._size / sample_rate))
        self._scale = 32 / 3 / self._size**2

    def hear(self, audio: Floats, at: int) -> None:
        """Keep `audio` `[1 or 2, frames]` as frames `at`… of the coming hop."""
        np.add(audio[0], audio[-1], out=self._fresh[at : at + audio.shape[1]])

    def take(self) -> None:
        """Take in a hop that is full. This, `transform` and `look` are steps, so that no block has to do all of it."""
        self._past[: -self.hop] = self._past[self.hop :]
        np.multiply(self._fresh, 0.5, out=self._past[-self.hop :])

    def transform(self) -> None:
        """Work out the spectrum of what was taken in last."""
        self._spectrum = np.fft.rfft(self._past * self._window)

    def look(self) -> Tone:
        """The strongest tone of what was transformed last."""
        fresh = self._past[-self.hop :]
        self._peak = min(float(fresh.max()), -float(fresh.min()))
        self._power = self._spectrum.real**2 + self._spectrum.imag**2
        strongest = self._lowest + int(self._power[self._lowest : -LOBE].argmax())
        lobe = self._lobe(strongest)
        all_of_it = float(self._power.sum())
        share = lobe / max(all_of_it, 1e-20)
        return Tone(strongest, self._level(lobe), share, self._level(all_of_it), self._peak)

    def level_of(self, index: int) -> float:
        """Of the tone at this bin in the last window, in dB."""
        return self._level(self._lobe(index))

    def _lobe(self, index: int) -> float:
        return float(self._power[index - LOBE : index + LOBE + 1].sum())

    def _level(self, power: float) -> float:
        return max(FLOOR_DB, 10 * math.log10(max(power * self._scale, 1e-12)))
