"""What comes out of silence, at the start and after sound; and does near-silence cost more?"""

from __future__ import annotations

import time

import numpy as np
import torch

from studio.checks.asking import Samples, block_for, decibels, noise, play, rms, silence
from studio.document.check import Check
from studio.wrappers.captured import Captured

FLOOR = -60.0  # dBFS: what is heard
TAIL = 2.0  # seconds after which a sound should have died away
SLOWER = 3.0  # times
TINY = np.float32(1e-38)
RUNS = 3


def check_silence(captured: Captured, sample_rate: int) -> Check:
    """The level for silence from the first state, and 2 s after loud sound stopped."""
    block = block_for(captured)
    nothing = silence(captured, max(2, round(TAIL * sample_rate) // block) * block)
    first = play(captured, nothing[:, : max(2, 16384 // block) * block], block)
    first = first[:, first.shape[1] // 2 :]  # behind what starts up
    play(captured, noise(captured, 8 * block, 0.9), block)
    last = play(captured, nothing, block, reset=False)[:, -block:]
    floor, after = decibels(rms(first)), decibels(rms(last))
    value, title = round(max(floor, after), 1), "Silence stays silent"
    plain = {"id": "silence", "value": value, "unit": "dBFS", "title": title}
    if floor > FLOOR and abs(float(first.mean())) > 0.9 * rms(first):
        return Check(
            verdict="warn", advice="Silence comes out as a constant: a high pass behind it mends that.", **plain
        )
    if floor > FLOOR:
        return Check(verdict="warn", advice=f"Silence comes out as sound of {floor:.0f} dBFS: gate it.", **plain)
    if after > FLOOR:
        advice = f"{TAIL:g} s after sound stopped it still gives {after:.0f} dBFS: it oscillates or has a long tail."
        return Check(verdict="warn", advice=advice, **plain)
    return Check(verdict="pass", **plain)


def check_denormals(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001 - every check is asked alike
    """How much longer a dying tail and tiny sound take than noise, on a processor that does not flush them."""
    block = block_for(captured)
    frames = 16 * block
    torch.set_flush_denormal(False)
    usual = _seconds(captured, noise(captured, frames), block)
    tiny = _seconds(captured, noise(captured, frames) * TINY, block)
    tail = noise(captured, frames)
    tail[:, block:] = 0.0
    ratio = round(max(tiny, _seconds(captured, tail, block)) / max(usual, 1e-9), 1)
    title = "Near-silence costs no more than sound"
    if ratio <= SLOWER:
        return Check(id="denormals", verdict="pass", value=ratio, unit="x", title=title)
    advice = (
        f"Denormal numbers make it {ratio:.0f} times slower in hosts that do not flush them: add 1e-20 to its state."
    )
    return Check(id="denormals", verdict="warn", value=ratio, unit="x", title=title, advice=advice)


def _seconds(captured: Captured, audio: Samples, block: int) -> float:
    """Seconds for each sample, the fastest of a few runs."""
    best = float("inf")
    for _ in range(RUNS):
        started = time.perf_counter()
        made = play(captured, audio, block, seconds=0.3)
        best = min(best, (time.perf_counter() - started) / made.shape[1])
    return best
