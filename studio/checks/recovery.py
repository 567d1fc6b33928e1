"""Does one bad block spoil it for ever?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import block_for, noise, play, silence
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "It recovers from a bad block"
CALLS = 8


def check_recovery(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001 - every check is asked alike
    """A block of NaN, then sound; and the same after reset."""
    block = block_for(captured)
    audio = noise(captured, CALLS * block)
    play(captured, silence(captured, block) + np.float32(np.nan), block)
    by_itself = bool(np.isfinite(play(captured, audio, block, reset=False)[:, -1]).all())
    after_reset = bool(np.isfinite(play(captured, audio, block)).all())
    if not after_reset:
        advice = "After a block of NaN it gives NaN even when it was reset: keep state in buffers of the module."
        return Check(id="recovery", verdict="fail", value="never", title=TITLE, advice=advice)
    if by_itself:
        return Check(id="recovery", verdict="pass", value="by itself", title=TITLE)
    advice = "A block of NaN stays in its state until it is reset; the player resets it, not every host does."
    return Check(id="recovery", verdict="pass", value="by reset", title=TITLE, advice=advice)
