"""Whether a model that forgets between calls sounds the same however its input is cut, and what makes it so."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from studio.loading.behaviour import FAR, PATIENCE, Reach, find_reach
from studio.loading.fit import Fit, fit, reaches_far_enough
from studio.loading.found import Found
from studio.loading.outputs import rows_of
from studio.loading.trial import Runner, TrialError, noise

SEAM = 1e-3  # of the peak: cuts that are weaker than -60 dB are not heard
BLOCK, LONG, SHORT = 512, 49152, 8192
DOUBLINGS = 11


def seamless(runner: Runner, found: Found, reach: Reach, multiple: int) -> tuple[Reach, Fit, int] | None:
    """The reach, fit and multiple with which cuts are not heard; None where nothing tried does that.

    A poke does not find everything: a threshold it did not cross, a tap beyond the block. So the fit is heard first,
    then more context is tried, then a coarser grid, for models that pad to a grid of their own.
    """
    begun = time.thread_time()
    if not reaches_far_enough(found.sound, reach):
        return None
    for fitted in _more_context(fit(found.sound, reach, multiple, True), found, multiple):
        if runner.late or seam(runner, found, fitted, multiple) <= SEAM:
            return reach, fitted, multiple
    for doubling in range(1, DOUBLINGS):
        if time.thread_time() - begun > PATIENCE:
            break
        coarse = multiple << doubling
        seen = find_reach(runner, found, coarse)
        if seen is None or not reaches_far_enough(found.sound, seen):
            continue
        fitted = fit(found.sound, seen, coarse, True)
        if seam(runner, found, fitted, coarse) <= SEAM:
            return seen, fitted, coarse
    return None


def seam(runner: Runner, found: Found, fitted: Fit, multiple: int) -> float:
    """Largest difference between blocks made one by one and the same cut out of a whole, relative to the peak."""
    ratio = found.sound.ratio
    step = math.lcm(multiple, ratio.denominator)
    block = -(-BLOCK // step) * step
    least = fitted.look_behind + 8 * block
    x = _swelling(found.way.channels, -(-max(least, _length(runner, found)) // step) * step)
    whole = rows_of(runner.run(found.way, x), found.sound)
    shift = fitted.start - int(ratio * fitted.look_behind)
    worst = 0.0
    for part in (0.0, 0.13, 0.29, 0.41, 0.57, 0.68, 0.83, 0.97):
        # not the very beginning: there a model may pad as it likes
        begin = fitted.look_behind + step + int(part * (x.shape[1] - least)) // step * step
        try:
            made = rows_of(runner.run(found.way, x[:, begin - fitted.look_behind : begin + block]), found.sound)
        except (TrialError, ValueError):
            return math.inf
        at = int(ratio * begin) + shift
        skip = max(0, -at)
        wanted = whole[:, at + skip : at + int(ratio * block)]
        kept = made[:, fitted.start + skip : fitted.start + int(ratio * block)]
        if kept.shape != wanted.shape:
            return math.inf
        worst = max(worst, float((kept - wanted).abs().max()) if kept.numel() else 0.0)
    return worst / max(float(whole.abs().max()), 1e-9)


def _more_context(first: Fit, found: Found, multiple: int) -> Iterator[Fit]:
    """The fit, then the same with four times the context each time."""
    yield first
    step = math.lcm(multiple, found.sound.ratio.denominator)
    longer = max(256, first.look_behind)
    while longer < FAR:
        longer *= 4
        past = -(-min(longer, FAR) // step) * step
        more = int(found.sound.ratio * (past - first.look_behind))
        yield replace(first, look_behind=past, start=first.start + more)


def _length(runner: Runner, found: Found) -> int:
    """Long enough for long memories, unless the model is slow."""
    begun = time.thread_time()
    runner.run(found.way, noise(found.way.channels, found.length))
    fast = (time.thread_time() - begun) * LONG / found.length < PATIENCE / 8
    return LONG if fast else SHORT


def _swelling(channels: int, samples: int) -> Tensor:
    """Noise that swells and fades between −60 dB and full scale, so that thresholds are crossed."""
    level = 10 ** (-3 * (0.5 + 0.5 * torch.cos(torch.arange(samples) * (2 * math.pi * 5.6 / samples))))
    return noise(channels, samples, seed=9, level=1.0) * level
