"""Does the model stay finite, whatever it is fed and however often it is called?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import Samples, block_for, blocks_of, decibels, noise, silence
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "No NaN, infinity or burst"
BURST = 16.0  # 24 dB over full scale: what the guard mutes while playing
HOT = 16.0  # 24 dB over full scale
CALLS, MANY = 8, 2000
LONG_SECONDS = 1.0


def check_finite(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """Silence, full scale and more, an impulse, denormals and DC, each from the first state; then many calls."""
    block = block_for(captured)
    peak = 0.0
    for name, audio in _signals(captured, CALLS * block).items():
        loudest, broken = _loudest(captured, audio, block, 1.0)
        if broken:
            return _failed(f"{name}, in call {broken}")
        peak = max(peak, loudest if name != "sound 24 dB too loud" else 0.0)
    loudest, broken = _loudest(captured, np.tile(noise(captured, 50 * block), MANY // 50), block, LONG_SECONDS)
    if broken:
        return _failed(f"noise, but only in call {broken}")
    peak = max(peak, loudest)
    advice = "" if peak < BURST else "It is muted while playing: bring its output near ±1."
    verdict = "pass" if peak < BURST else "fail"
    return Check(
        id="finite", verdict=verdict, value=round(decibels(peak), 1) + 0.0, unit="dBFS", title=TITLE, advice=advice
    )


def _failed(where: str) -> Check:
    advice = f"It gives NaN or infinity for {where}; look for divisions, logs and roots of zero."
    return Check(id="finite", verdict="fail", value="NaN", title=TITLE, advice=advice)


def _loudest(captured: Captured, audio: Samples, block: int, seconds: float) -> tuple[float, int]:
    """The peak of what comes out, and the number of the first call that is not finite (0: none)."""
    peak = 0.0
    for number, made in enumerate(blocks_of(captured, audio, block, seconds=seconds), 1):
        loudest = float(made.abs().max())
        if not np.isfinite(loudest):
            return peak, number
        peak = max(peak, loudest)
    return peak, 0


def _signals(captured: Captured, frames: int) -> dict[str, Samples]:
    impulse = silence(captured, frames)
    impulse[:, frames // 3] = 1.0
    return {
        "silence": silence(captured, frames),
        "full scale": np.sign(noise(captured, frames)),
        "an impulse": impulse,
        "denormals": noise(captured, frames) * np.float32(1e-39),
        "a constant": silence(captured, frames) + np.float32(0.5),
        "sound 24 dB too loud": noise(captured, frames, HOT),
    }
