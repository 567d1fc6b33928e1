"""What one call of a model costs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_CALLS = 50
SECONDS = 0.3  # about: a slow model is not called for longer than it must
STRETCHES = 8
Clock = Callable[[], float]
OWN_TIME: Clock = time.perf_counter if sys.platform == "win32" else time.thread_time  # there in steps of 16 ms


@dataclass(frozen=True)
class Cost:
    """Seconds of one call, for a block of the host.

    Attributes:
        mean_seconds: over blocks that the model only collects, too.
        worst_seconds: of the block for which it computes.
    """

    mean_seconds: float
    worst_seconds: float


def measure_cost(call: Callable[[], object], reset: Callable[[], None], period: int, clock: Clock = OWN_TIME) -> Cost:
    """Time the same stretch of calls several times: what the machine stood still for in one is not in the others.

    Args:
        call: one block through the model.
        reset: brings the model to where a stretch begins.
        period: calls after which the model has computed once.
        clock: in seconds; that of this thread alone, since other programs are busy now and not when sound is urgent.
    """
    reset()
    fastest = _times(call, clock, period * max(2, -(-LEAST_CALLS // period)), least=period)
    whole = fastest.sum()
    for _ in range(min(STRETCHES, int(SECONDS / whole) if whole else STRETCHES) - 1):
        reset()
        np.minimum(fastest, _times(call, clock, len(fastest), least=len(fastest)), out=fastest)
    return Cost(float(fastest.mean()), float(fastest.max()))


def _times(call: Callable[[], object], clock: Clock, most: int, least: int) -> NDArray[np.float64]:
    """Seconds of each call: `least`, and up to `most` while there is time for all that twice."""
    taken: list[float] = []
    began = before = clock()
    while len(taken) < least or (len(taken) < most and before - began < SECONDS / 2):
        call()
        now = clock()
        taken.append(now - before)
        before = now
    return np.array(taken)
