"""Does the same sound give the same result: twice from the start, with another seed, and after a reset?"""

from __future__ import annotations

import numpy as np
import torch

from studio.checks.asking import Samples, block_for, call_once, distance, mendable, noise, play
from studio.document.check import Check, Mend
from studio.wrappers.captured import Captured

SAME = -100.0
LONG = 64  # calls before a reset: some state starts late


def check_determinism(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """Two runs from the first state, and two with unlike seeds."""
    block = block_for(captured)
    audio = noise(captured, 8 * block)
    first = play(captured, audio, block)
    apart, seeded = distance(first, play(captured, audio, block)), distance(first, _reseeded(captured, audio, block))
    title = "The same sound gives the same result"
    if apart > SAME:
        advice = "It gives another result each time although its seed is fixed."
        return Check(
            id="determinism", verdict="warn", value=apart, unit="dB", title=title, advice=advice, mend=_random(captured)
        )
    if seeded > SAME and not captured.call.random:
        advice = f"It draws random numbers: another seed changes it by {seeded:.0f} dB, which is not declared."
        return Check(
            id="determinism",
            verdict="warn",
            value=seeded,
            unit="dB",
            title=title,
            advice=advice,
            mend=_random(captured),
        )
    return Check(id="determinism", verdict="pass", value=apart, unit="dB", title=title)


def check_reset(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001
    """A run after another sound was heard and reset was called: bit for bit the first one."""
    block = block_for(captured)
    audio = noise(captured, 8 * block)
    first = play(captured, audio, block)
    for level in (0.9, 4.0):
        play(captured, noise(captured, LONG * block, level, seed=5), block, reset=False)
    second = play(captured, audio, block)
    apart = distance(first, second)
    title = "Reset forgets what was heard"
    common = min(first.shape[1], second.shape[1])
    if np.array_equal(first[:, :common], second[:, :common]) or captured.call.random:
        return Check(id="reset", verdict="pass", value=apart, unit="dB", title=title)
    if apart <= SAME:
        advice = "Almost: the last bits differ."
        return Check(id="reset", verdict="pass", value=apart, unit="dB", title=title, advice=advice)
    advice = (
        "Something survives reset: keep state in tensors, buffers or numbers of the module, not in dicts or objects."
    )
    return Check(id="reset", verdict="fail", value=apart, unit="dB", title=title, advice=advice)


def _reseeded(captured: Captured, audio: Samples, block: int) -> Samples:
    captured.module.reset()
    torch.manual_seed(12345)
    starts = range(0, audio.shape[1] - block + 1, block)
    made = [call_once(captured, audio[:, start : start + block]).float() for start in starts]
    joined: Samples = torch.cat(made, 1).numpy()
    return joined


def _random(captured: Captured) -> Mend | None:
    if not mendable(captured):
        return None
    return Mend(label="Declare that it is random: two runs differed", call={"random": True})
