"""Is it fast enough to be played?"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch

from studio.checks.asking import block_for, noise, play
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "It is faster than real time"
WARM_UPS, CALLS, LONGEST = 20, 60, 3.0  # LONGEST: seconds that one timing may take


def check_speed(captured: Captured, sample_rate: int) -> Check:
    """Seconds of sound for one second of computing, from the median of many blocks."""
    block = block_for(captured)
    audio = noise(captured, block)
    with torch.inference_mode():
        median = time_calls(lambda: play(captured, audio, block, reset=False))
    factor = round(block / sample_rate / median, 2)
    if factor >= 2:
        return Check(id="speed", verdict="pass", value=factor, unit="x", title=TITLE)
    said = "is slower than real time" if factor < 1 else "leaves little room"
    advice = f"At blocks of {block} samples it {said}: use a larger block or a smaller model."
    return Check(id="speed", verdict="warn", value=factor, unit="x", title=TITLE, advice=advice)


def time_calls(call: Callable[[], object]) -> float:
    """Median of many calls, in seconds, after a warm-up: the first calls of TorchScript compile."""
    ends = time.perf_counter() + LONGEST
    for _ in range(WARM_UPS):
        call()
        if time.perf_counter() > ends:
            break
    taken: list[float] = []
    ends = time.perf_counter() + LONGEST
    while len(taken) < CALLS and (not taken or time.perf_counter() < ends):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return float(np.median(taken))
