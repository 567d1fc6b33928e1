"""How much of the past, and of the future, does one sample of output hear?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.checks.asking import Samples, block_for, count, mendable, noise, play
from studio.checks.context import mend_by_context
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "It hears the past only"
HEARD = 1e-6  # of the peak: a smaller change is rounding
STEPS = (0, 1, 5, 14, 37)  # positions that are tried: strides and gates answer unlike at each
FIRST, LONGEST = 4096, 1 << 17
SECONDS = 0.3  # that the first playing may take
MEMORY = 2.0  # seconds for which a model with state is listened to


@dataclass(frozen=True)
class Extent:
    """Samples of input that are heard before and after a sample of output.

    Attributes:
        past, future: the greatest that was seen.
        bounded: an end was seen on both sides; else these are the least.
    """

    past: int
    future: int
    bounded: bool


def check_receptive(captured: Captured, sample_rate: int) -> Check:
    """Change single samples of a noise and see where the output changes."""
    if captured.call.random:
        return Check(id="receptive", verdict="skip", title=TITLE, advice="The model is random.")
    extent = measure_extent(captured, sample_rate)
    said = f"{'' if extent.bounded else 'at least '}{count(extent.past)} ({1000 * extent.past / sample_rate:.1f} ms)"
    if not extent.bounded and captured.call.stateful:
        said = f"no bounded past: a change is heard after {1000 * extent.past / sample_rate:.0f} ms still (recurrent)"
    value: int | str = extent.past if extent.bounded else "unbounded"
    unit = "samples" if extent.bounded else ""
    if extent.future < max(1, captured.call.multiple) or captured.call.block_sizes:
        inside = f" and, inside a block, {extent.future} after it" if extent.future else ""
        advice = f"A sample of output hears {said} before it{inside}."
        return Check(id="receptive", verdict="pass", value=value, unit=unit, title=TITLE, advice=advice)
    advice = (
        f"A sample of output hears {said} before it and {extent.future} after it, which the end of a block has not."
    )
    mend = mend_by_context(captured, extent.past, extent.future) if extent.bounded and mendable(captured) else None
    return Check(id="receptive", verdict="warn", value=value, unit=unit, title=TITLE, advice=advice, mend=mend)


def measure_extent(captured: Captured, sample_rate: int) -> Extent:
    """Past and future in input samples. A model without state is called with ever longer sounds until ends show."""
    call = captured.call
    if call.block_sizes or keeps_state(captured):
        block = block_for(captured, FIRST // 2)
        return _extent(captured, block, max(8 * block, block_for_whole(round(MEMORY * sample_rate), block)))
    length = block_for(captured, FIRST)
    while True:
        extent = _extent(captured, length, length)
        if extent.bounded or 4 * length > LONGEST:
            return extent
        length = block_for(captured, 4 * length)


def keeps_state(captured: Captured) -> bool:
    """Whether blocks are joined by the wrapper itself, so that it may not be called with one long sound instead."""
    call = captured.call
    treated = call.cached or call.overlap > 0 or call.look_ahead > 0 or call.spectrum is not None
    return call.stateful or treated or bool(call.filters_before or call.filters_after)


def block_for_whole(frames: int, block: int) -> int:
    """The least multiple of `block` that is not below `frames`."""
    return -(-frames // block) * block


def _extent(captured: Captured, block: int, frames: int) -> Extent:
    """Extent seen in `frames` samples played in blocks of `block`."""
    up, down = captured.call.ratio
    audio = noise(captured, frames)
    base = play(captured, audio, block, seconds=SECONDS)
    reach = base.shape[1] * down // up
    middle = reach // 2 if block == frames else min(2 * block, reach // 2)
    past = future = 0
    bounded = True
    for step in STEPS:
        at = middle + step
        changed = _changed(captured, audio, base, at, block) * down // up
        if len(changed) == 0:
            continue
        past, future = max(past, int(changed[-1]) - at), max(future, at - int(changed[0]))
        whole = block == frames and changed[0] == 0 and past > 0
        bounded = bounded and changed[-1] < reach - max(1, down // up) and not whole
    return Extent(past, future, bounded)


def _changed(
    captured: Captured, audio: Samples, base: Samples, at: int, block: int
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    other = audio[:, : base.shape[1] * captured.call.ratio[1] // captured.call.ratio[0]].copy()
    other[:, at] = np.where(audio[:, at] > 0, -0.5, 0.5)
    made = play(captured, other, block, seconds=4 * SECONDS)
    common = min(made.shape[1], base.shape[1])
    apart = np.abs(made[:, :common] - base[:, :common]).max(axis=0)
    found: np.ndarray[tuple[int], np.dtype[np.intp]] = np.flatnonzero(apart > HEARD * float(np.abs(base).max()))
    return found
