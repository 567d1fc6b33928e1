"""How loud is it, does it clip, and does it shift the middle line?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import Samples, block_for, decibels, noise, play, rms
from studio.checks.filtering import mend_by_high_pass
from studio.document.check import Check
from studio.wrappers.captured import Captured

LOUD, QUIET, SHIFT = 12.0, -60.0, -40.0
OVER = 6.0  # dB over full scale that turning down a little mends
LASTING = 32768  # samples: noise of this length has little mean of its own
UNEVEN = 0.5  # dB between channels that are told apart


def check_gain(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """Output over input level (RMS) for noise at −15 dBFS; of each row where they differ, and of the peaks."""
    block = block_for(captured)
    audio = noise(captured, 16 * block)
    made = play(captured, audio, block)
    gain = round(decibels(rms(made) / rms(audio)), 1)
    title = "It is about as loud as what goes in"
    if gain > LOUD:
        advice = f"It is {gain:.0f} dB louder than its input and may clip: turn the output down."
        return Check(id="gain", verdict="warn", value=gain, unit="dB", title=title, advice=advice)
    if gain < QUIET:
        return Check(id="gain", verdict="warn", value=gain, unit="dB", title=title, advice="Hardly anything comes out.")
    return Check(id="gain", verdict="pass", value=gain, unit="dB", title=title, advice=_told(audio, made))


def check_clipping(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """The peak that comes out for noise that fills the full scale."""
    block = block_for(captured)
    made = play(captured, noise(captured, 16 * block, 1.0), block)
    peak = round(decibels(float(np.abs(made).max())), 1)
    title = "Full scale stays within full scale"
    if peak > OVER:
        advice = f"Full-scale sound comes out {peak:.1f} dB over full scale and clips in most hosts: turn it down."
        return Check(id="clipping", verdict="warn", value=peak, unit="dBFS", title=title, advice=advice)
    advice = f"Leave {peak:.1f} dB of headroom for full-scale sound." if peak > 0.1 else ""
    return Check(id="clipping", verdict="pass", value=peak, unit="dBFS", title=title, advice=advice)


def check_dc(captured: Captured, sample_rate: int) -> Check:
    """The mean of what comes out for noise without one, in dBFS."""
    block = block_for(captured)
    audio = noise(captured, max(32, LASTING // block) * block)
    audio -= audio.mean(axis=1, keepdims=True)
    made = play(captured, audio, block)
    shift = round(decibels(float(np.abs(made.mean(axis=1)).max())), 1)
    title = "The middle line stays in the middle"
    if shift <= SHIFT:
        return Check(id="dc", verdict="pass", value=shift, unit="dBFS", title=title)
    advice = "The output has a constant part, which clicks at start and stop: add a high pass behind the model."
    mend = mend_by_high_pass(captured, made, sample_rate, SHIFT)
    return Check(id="dc", verdict="warn", value=shift, unit="dBFS", title=title, advice=advice, mend=mend)


def _told(audio: Samples, made: Samples) -> str:
    source = rms(audio)
    rows = [round(decibels(rms(row[None]) / source), 1) for row in made]
    peaks = decibels(float(np.abs(made).max()) / float(np.abs(audio).max()))
    said = f"Peaks: {peaks:.1f} dB."
    if max(rows) - min(rows) > UNEVEN:
        listed = ", ".join(f"{gain:.1f}" for gain in rows[:8])
        said += f" Row by row: {listed} dB."
    return said.replace("-", "−")
