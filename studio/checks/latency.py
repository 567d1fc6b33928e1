"""Does the output lag behind the input as is declared?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import Samples, block_for, noise, play
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "The delay is the one declared"
SURE = 0.1  # least correlation coefficient that is believed; unlike noises of this length reach 0.04
FRAMES = 16384


def check_latency(captured: Captured, sample_rate: int) -> Check:
    """Correlate noise with what comes out; a model that smears sound has no one delay and is skipped."""
    declared = captured.call.latency
    if captured.call.ratio != (1, 1):
        return Check(id="latency", verdict="skip", value=declared, unit="samples", title=TITLE)
    block = block_for(captured)
    count = max(2, -(-(FRAMES + 2 * declared) // block))
    audio = noise(captured, count * block)
    lag, sure = measure_lag(audio.mean(axis=0), play(captured, audio, block).mean(axis=0))
    if not sure:
        advice = "The sound is changed too much to tell a delay."
        return Check(id="latency", verdict="skip", value=declared, unit="samples", title=TITLE, advice=advice)
    if abs(lag - declared) <= 1:
        return Check(id="latency", verdict="pass", value=lag, unit="samples", title=TITLE)
    late = 1000 * (lag - declared) / sample_rate
    advice = f"It is declared as {declared}: dry and wet would be {late:.2f} ms apart. Declare {lag}."
    return Check(id="latency", verdict="warn", value=lag, unit="samples", title=TITLE, advice=advice)


def measure_lag(before: Samples, after: Samples) -> tuple[int, bool]:
    """Samples by which `after` lags behind `before`, by FFT cross-correlation, and whether that is sure."""
    size = 1 << (len(before) + len(after)).bit_length()
    product = np.fft.rfft(after, size) * np.conj(np.fft.rfft(before, size))
    strength = np.abs(np.fft.irfft(product, size))
    lag = int(np.argmax(strength))
    signed = lag if lag < size // 2 else lag - size
    energy = float(np.linalg.norm(before) * np.linalg.norm(after))
    return signed, bool(strength[lag] > SURE * energy > 0)
