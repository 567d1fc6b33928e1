"""Knobs that move by themselves while the sound plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


class Automation:
    """Lanes over the frames of the sound; never changed, so that a thread may exchange it while another reads.

    Args:
        lanes: by the index of the knob (the second model's stand behind the first's): frames in ascending order, and
            the position 0…1 at each. Straight from point to point, held before the first and after the last.
    """

    def __init__(self, lanes: Mapping[int, tuple[Sequence[float], Sequence[float]]]) -> None:
        self._lanes = [
            (index, np.asarray(frames, np.float64), np.asarray(positions, np.float64))
            for index, (frames, positions) in lanes.items()
            if len(frames)
        ]

    def move(self, positions: NDArray[np.float64], frame: int) -> None:
        """Put the automated ones of `positions` where they belong at this frame."""
        for index, frames, values in self._lanes:
            if index < len(positions):
                positions[index] = np.interp(frame, frames, values)
