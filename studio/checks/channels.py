"""What does it do with left and right?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import Samples, block_for, decibels, distance, noise, play, rms
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "Left and right behave"
SAME = -80.0  # dB: alike
LOST = -10.0  # dB of the power that a sum to mono may lose
STEREO = 2


def check_channels(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001 - every check is asked alike
    """Cross-talk, alike channels, swapped channels, and what is left of the sound in mono."""
    if captured.call.channels_in < STEREO and captured.call.channels_out != STEREO:
        return Check(id="channels", verdict="skip", title=TITLE, advice="It has one channel.")
    said = []
    value: float | None = None
    same = noise(captured, 16 * block_for(captured))
    same[1:] = same[:1]
    alike = _play(captured, same)
    if captured.call.channels_in >= STEREO and alike.shape[0] == captured.call.channels_in:
        value, words = _crosstalk(captured)
        said += words
    if alike.shape[0] > 1 and len(captured.call.outputs) == 1:
        apart = distance(alike[:1], alike[1:2])
        said.append("mono stays mono" if apart <= SAME else f"alike channels come out {apart:.0f} dB apart")
        mono = round(decibels(rms(alike[:2].mean(axis=0)) / max(rms(alike[:2]), 1e-9)), 1)
        if mono < LOST:
            advice = f"Summed to mono it loses {-mono:.0f} dB: its channels cancel each other."
            return Check(id="channels", verdict="warn", value=mono, unit="dB", title=TITLE, advice=advice)
    advice = _sentence(said)
    return Check(id="channels", verdict="pass", value=value, unit="dB" if value else "", title=TITLE, advice=advice)


def _crosstalk(captured: Captured) -> tuple[float, list[str]]:
    """How loud one channel is in the others, in dB of what it gives itself, and words about that and about a swap."""
    audio = noise(captured, 16 * block_for(captured), seed=8)
    left, right = audio.copy(), audio.copy()
    left[1:], right[0] = 0.0, 0.0
    alone, other = _play(captured, left), _play(captured, right)
    crosstalk = round(max(_over(alone[1:], alone[:1]), _over(other[:1], other[1:])), 1)
    swapped = distance(_play(captured, audio)[::-1], _play(captured, audio[::-1].copy()))
    said = ["channels do not touch" if crosstalk < SAME else f"cross-talk {crosstalk:.0f} dB"]
    said.append("swapped in, swapped out" if swapped <= SAME else f"left and right are treated {swapped:.0f} dB apart")
    return crosstalk, said


def _over(leaked: Samples, own: Samples) -> float:
    return decibels(rms(leaked) / rms(own)) if rms(leaked) > 1e-9 else -240.0


def _play(captured: Captured, audio: Samples) -> Samples:
    return play(captured, np.ascontiguousarray(audio), block_for(captured))


def _sentence(said: list[str]) -> str:
    text = "; ".join(said).replace("-", "−").replace("cross−talk", "cross-talk")
    return f"{text[:1].upper()}{text[1:]}." if text else ""
