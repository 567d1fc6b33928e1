"""How high a sound rises, between its samples too."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from studio.engine.ramp import Floats

LOOKS = 8  # at each sample interval; ITU-R BS.1770-4 asks for four, which miss 0.25 dB of white noise
TAPS = 24
DELAY = TAPS // 2
FRAME = 32  # samples whose looks are one row of a matrix product
BETA = 6.0


class TruePeak:
    """The peak over all channels of each sample and of the interval behind it, `DELAY` samples late.

    A windowed-sinc interpolation to eight times the rate; all its phases stand side by side in a banded matrix.

    Shapes: `[channels, block]` → `[block]`.
    """

    def __init__(self, channels: int, block: int) -> None:
        frames = -(-block // FRAME)
        width = FRAME + TAPS - 1
        self._block, self._past = block, np.zeros((channels, TAPS - 1), np.float32)
        self._line = np.zeros((channels, frames * FRAME + TAPS - 1), np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(self._line, width, axis=1)
        self._windows = windows[:, ::FRAME]  # [channels, frames, width]: a view that follows the line
        self._cut = np.zeros((channels, frames, width), np.float32)
        made = np.zeros((channels * frames, LOOKS * FRAME), np.float32)
        self._factors = torch.from_numpy(self._cut.reshape(channels * frames, width)), torch.from_numpy(_matrix())
        self._product = torch.from_numpy(made)
        self._looks = made, made.reshape(channels, frames, LOOKS, FRAME)
        self._highest = np.zeros((channels, frames, FRAME), np.float32)
        self._peaks = np.zeros((frames, FRAME), np.float32)
        self._found: Floats = self._peaks.reshape(-1)[:block]

    def reset(self) -> None:
        self._past.fill(0.0)

    def process(self, audio: Floats) -> Floats:
        """The peaks; overwritten by the next call."""
        kept = TAPS - 1
        self._line[:, :kept] = self._past
        self._line[:, kept : kept + self._block] = audio
        self._past[:] = self._line[:, self._block : self._block + kept]
        np.copyto(self._cut, self._windows)
        torch.mm(*self._factors, out=self._product)  # numpy's product would wake threads of its own
        flat, looks = self._looks
        np.abs(flat, out=flat)
        np.maximum.reduce(looks, axis=2, out=self._highest)
        np.maximum.reduce(self._highest, axis=0, out=self._peaks)
        return self._found


def _matrix() -> NDArray[np.float32]:
    """`[FRAME + TAPS - 1, LOOKS * FRAME]`: the taps of each look below the sample it belongs to."""
    matrix = np.zeros((FRAME + TAPS - 1, LOOKS, FRAME))
    for look in range(LOOKS):
        at = np.arange(TAPS) - (DELAY - 1) - look / LOOKS  # samples from the look to each tap
        window = np.i0(BETA * np.sqrt(np.maximum(0.0, 1 - (at / DELAY) ** 2))) / np.i0(BETA)
        for sample in range(FRAME):
            matrix[sample : sample + TAPS, look, sample] = np.sinc(at) * window
    return matrix.reshape(len(matrix), -1).astype(np.float32)
