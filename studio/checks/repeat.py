"""Does the same sound give the same result: twice from the start, and after a reset?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import Samples, block_for, decibels, noise, play
from studio.document.check import Check
from studio.wrappers.captured import Captured

SAME = -100.0


def check_determinism(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """Two runs from the first state with the same seed."""
    block = block_for(captured)
    audio = noise(captured, 8 * block)
    distance = _distance(play(captured, audio, block), play(captured, audio, block))
    title = "The same sound gives the same result"
    if distance <= SAME:
        return Check(id="determinism", verdict="pass", value=distance, unit="dB", title=title)
    advice = "It gives another result each time although its seed is fixed."
    return Check(id="determinism", verdict="warn", value=distance, unit="dB", title=title, advice=advice)


def check_reset(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """A run after another sound was heard and reset was called."""
    block = block_for(captured)
    audio = noise(captured, 8 * block)
    first = play(captured, audio, block)
    play(captured, noise(captured, 8 * block, 0.9, seed=5), block, reset=False)
    distance = _distance(first, play(captured, audio, block))
    title = "Reset forgets what was heard"
    if distance <= SAME or captured.call.random:
        return Check(id="reset", verdict="pass", value=distance, unit="dB", title=title)
    advice = (
        "Something survives reset: keep state in tensors, buffers or numbers of the module, not in dicts or objects."
    )
    return Check(id="reset", verdict="fail", value=distance, unit="dB", title=title, advice=advice)


def _distance(one: Samples, other: Samples) -> float:
    if one.shape != other.shape:
        return 0.0
    peak = max(float(np.abs(one).max()), 1e-9)
    return round(decibels(float(np.abs(one - other).max()) / peak), 1)
