"""How loud is it, and does it shift the middle line?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import block_for, decibels, noise, play
from studio.document.check import Check
from studio.wrappers.captured import Captured

LOUD, QUIET, SHIFT = 12.0, -60.0, -40.0


def check_gain(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """Output over input level for noise at −15 dBFS."""
    block = block_for(captured)
    audio = noise(captured, 16 * block)
    made = play(captured, audio, block)
    gain = round(decibels(_level(made) / _level(audio)), 1)
    title = "It is about as loud as what goes in"
    if gain > LOUD:
        advice = f"It is {gain:.0f} dB louder than its input and may clip: turn the output down."
        return Check(id="gain", verdict="warn", value=gain, unit="dB", title=title, advice=advice)
    if gain < QUIET:
        return Check(id="gain", verdict="warn", value=gain, unit="dB", title=title, advice="Hardly anything comes out.")
    return Check(id="gain", verdict="pass", value=gain, unit="dB", title=title)


def check_dc(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """The mean of what comes out for noise without one, in dBFS."""
    block = block_for(captured)
    made = play(captured, noise(captured, 32 * block), block)
    shift = round(decibels(float(np.abs(made.mean(axis=1)).max())), 1)
    title = "The middle line stays in the middle"
    if shift <= SHIFT:
        return Check(id="dc", verdict="pass", value=shift, unit="dBFS", title=title)
    advice = "The output has a constant part, which clicks at start and stop: add a high pass behind the model."
    return Check(id="dc", verdict="warn", value=shift, unit="dBFS", title=title, advice=advice)


def _level(audio: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> float:
    return max(float(np.sqrt(np.mean(np.square(audio, dtype=np.float64)))), 1e-12)
