"""Does it sound the same however a host cuts the blocks?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import block_for, decibels, noise, play
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "The cut of the blocks is not heard"
GOOD = -80.0


def check_parity(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """The difference between short and long blocks, in dB of the peak."""
    if captured.call.random:
        return Check(id="parity", verdict="skip", title=TITLE, advice="The model is random.")
    short, long = _sizes(captured)
    if short == long:
        return Check(id="parity", verdict="skip", title=TITLE, advice="The model takes one block size only.")
    frames = short * long // np.gcd(short, long) * 2
    frames *= max(1, 8192 // frames)
    audio = noise(captured, frames)
    one, other = play(captured, audio, short), play(captured, audio, long)
    peak = max(float(np.abs(one).max()), 1e-9)
    distance = round(decibels(float(np.abs(one - other).max()) / peak), 1)
    if distance <= GOOD:
        return Check(id="parity", verdict="pass", value=distance, unit="dB", title=TITLE)
    advice = (
        f"Blocks of {short} and of {long} samples sound different, so edges may click. Give the model the past it "
        "needs (look-behind), or keep its state from block to block."
    )
    return Check(id="parity", verdict="warn", value=distance, unit="dB", title=TITLE, advice=advice)


def _sizes(captured: Captured) -> tuple[int, int]:
    if captured.call.block_sizes:
        return min(captured.call.block_sizes), max(captured.call.block_sizes)
    return block_for(captured, 256), block_for(captured, 1024)
