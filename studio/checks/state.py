"""Does it remember earlier blocks, and is that declared?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import Samples, block_for, decibels, mendable, noise, play
from studio.checks.receptive import block_for_whole, keeps_state
from studio.document.check import Check, Mend
from studio.wrappers.captured import Captured

TITLE = "What it remembers is declared"
HEARD = -120.0  # dB of the peak
LISTENED = 0.5  # seconds that a declared memory may take to be heard
PASTS = ((0.1, 11), (0.9, 12))  # level and seed


def check_state(captured: Captured, sample_rate: int) -> Check:
    """The same block after two unlike pasts; a declared look-behind is filled with the same sound first."""
    if captured.call.random:
        return Check(id="state", verdict="skip", title=TITLE, advice="The model is random.")
    declared = keeps_state(captured)
    apart = _apart(captured, round(LISTENED * sample_rate) if declared else 0)
    remembers = apart > HEARD
    value = "yes" if remembers else "no"
    if remembers and not declared and mendable(captured):
        advice = f"Earlier blocks change later ones by {apart:.0f} dB of the peak, which is not declared."
        mend = Mend(label="Declare that it keeps state: measured", call={"stateful": True})
        return Check(id="state", verdict="warn", value=value, title=TITLE, advice=advice, mend=mend)
    advice = f"Earlier blocks change later ones by {apart:.0f} dB of the peak." if remembers else "Blocks stand alone."
    if declared and not remembers:
        advice = f"It is said to keep state, but no earlier block changed the {LISTENED:g} s after it."
    return Check(id="state", verdict="pass", value=value, title=TITLE, advice=advice)


def _apart(captured: Captured, frames: int) -> float:
    """Greatest change in dB that earlier blocks make in the `frames` that follow, or in the last of them alone."""
    call = captured.call
    block = block_for(captured)
    up, down = call.ratio
    same = noise(captured, block_for_whole(max(call.look_behind + block, frames), block), seed=3)
    quiet, loud = (_after(captured, noise(captured, 4 * block, level, seed), same, block) for level, seed in PASTS)
    heard = slice(None) if frames else slice(-(block * up // down), None)
    peak = max(float(np.abs(quiet[:, heard]).max()), 1e-9)
    return decibels(float(np.abs(quiet[:, heard] - loud[:, heard]).max()) / peak)


def _after(captured: Captured, past: Samples, same: Samples, block: int) -> Samples:
    play(captured, past, block)
    return play(captured, same, block, reset=False, seconds=30.0)
