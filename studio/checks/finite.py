"""Does the model stay finite, whatever it is fed?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import Samples, block_for, decibels, noise, play
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "No NaN, infinity or burst"
BURST = 100.0  # 40 dB over full scale: what the guard mutes while playing


def check_finite(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """Silence, full scale, an impulse, denormals and DC, each from the first state."""
    block = block_for(captured)
    peak = 0.0
    for name, audio in _signals(captured, 8 * block).items():
        made = play(captured, audio, block)
        if not np.isfinite(made).all():
            advice = f"It gives NaN or infinity for {name}; look for divisions, logs and roots of zero."
            return Check(id="finite", verdict="fail", value="NaN", title=TITLE, advice=advice)
        peak = max(peak, float(np.abs(made).max()))
    advice = "" if peak < BURST else "It is muted while playing: bring its output near ±1."
    verdict = "pass" if peak < BURST else "fail"
    return Check(id="finite", verdict=verdict, value=round(decibels(peak), 1), unit="dBFS", title=TITLE, advice=advice)


def _signals(captured: Captured, frames: int) -> dict[str, Samples]:
    silence = np.zeros((captured.call.channels_in, frames), np.float32)
    impulse = silence.copy()
    impulse[:, frames // 3] = 1.0
    return {
        "silence": silence,
        "full scale": np.sign(noise(captured, frames)),
        "an impulse": impulse,
        "denormals": noise(captured, frames) * np.float32(1e-39),
        "a constant": silence + np.float32(0.5),
    }
