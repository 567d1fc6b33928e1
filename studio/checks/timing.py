"""How long calls take: the usual one, the slow ones, the worst."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

WARM_UPS, CALLS, LONGEST = 20, 60, 3.0  # LONGEST: seconds that one timing may take


@dataclass(frozen=True)
class Times:
    """Seconds of one call: median, 99th percentile, worst."""

    median: float
    p99: float
    worst: float


def measure_times(call: Callable[[], object], calls: int = CALLS, longest: float = LONGEST) -> Times:
    """Time many calls after a warm-up: the first calls of TorchScript compile. At least one call is timed."""
    ends = time.perf_counter() + longest
    for _ in range(WARM_UPS):
        call()
        if time.perf_counter() > ends:
            break
    taken: list[float] = []
    ends = time.perf_counter() + longest
    while len(taken) < calls and (not taken or time.perf_counter() < ends):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return Times(float(np.median(taken)), float(np.percentile(taken, 99)), max(taken))


def time_calls(call: Callable[[], object]) -> float:
    """Median of many calls, in seconds."""
    return measure_times(call).median
