"""Is loud sound treated as soft sound is?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import Samples, block_for, decibels, noise, play, rms, silence
from studio.document.check import Check, Plot, Series
from studio.wrappers.captured import Captured

TITLE = "Loud and soft are treated alike"
LEVELS = tuple(range(-60, 1, 6))  # peak of the noise, dBFS
STRAIGHT = 0.5  # dB of gain that may change
SECONDS = 0.2
FRAMES = 8192


def check_linearity(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001 - every check is asked alike
    """Gain for noise from −60 to 0 dBFS; what silence gives is taken off first."""
    block = block_for(captured)
    frames = max(4, FRAMES // block) * block
    rest = play(captured, silence(captured, frames), block, seconds=SECONDS)
    ins, outs = [], []
    for level in LEVELS:
        audio = noise(captured, frames, 10 ** (level / 20))
        made = play(captured, audio, block, seconds=SECONDS)
        ins.append(round(decibels(rms(audio)), 2))
        outs.append(round(decibels(rms(_settled(made, rest))), 2))
    if max(outs) < -200:
        return Check(id="linearity", verdict="skip", title=TITLE, advice="Nothing comes out.")
    gains = np.array(outs) - np.array(ins)
    change = round(float(gains[-1] - gains[0]), 1) + 0.0  # no minus zero
    spread = float(gains.max() - gains.min())
    line = Series(name="level", x=tuple(ins), y=tuple(outs))
    plot = Plot(x_label="input (dBFS)", y_label="output (dBFS)", series=(line,))
    advice = _said(change, spread)
    return Check(id="linearity", verdict="pass", value=change, unit="dB", title=TITLE, advice=advice, plot=plot)


def _settled(made: Samples, rest: Samples) -> Samples:
    """The second half, without what silence gives."""
    common = min(made.shape[1], rest.shape[1])
    half: Samples = (made[:, :common] - rest[:, :common])[:, common // 2 :]
    return half


def _said(change: float, spread: float) -> str:
    if spread <= STRAIGHT:
        return "Linear: the gain is the same from −60 to 0 dBFS."
    if abs(change) <= STRAIGHT:
        return f"Not linear: the gain changes by {spread:.1f} dB with the level."
    how = "compresses" if change < 0 else "expands"
    return (
        f"It {how}: the gain at 0 dBFS is {abs(change):.1f} dB {'below' if change < 0 else 'above'} that at −60 dBFS."
    )
