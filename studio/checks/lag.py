"""By how many samples one sound lags behind another, told in several ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.floating]
CLEAR = 8.0  # times the usual correlation: the greatest of 300 000 chance ones reaches 5
ONSET = 0.02  # of the peak: where an impulse response starts
ENVELOPE = 64  # samples that are averaged for an envelope


@dataclass(frozen=True)
class Vote:
    """One way's answer: the lag in samples, and whether it stands out from chance."""

    way: str
    lag: int
    sure: bool


def correlation(before: Sound, after: Sound, *, whiten: bool = False) -> NDArray[np.float64]:
    """Circular cross-correlation −1…1 at lags 0, 1, … and, from the end, −1, −2, …; phase only with `whiten`."""
    size = 1 << (len(before) + len(after)).bit_length()
    one, other = np.fft.rfft(before - np.mean(before), size), np.fft.rfft(after - np.mean(after), size)
    product = other * np.conj(one)
    if whiten:
        strength = np.abs(product)
        product = product / np.maximum(strength, 1e-9 * max(float(strength.max()), 1e-30))
        scale = 1.0
    else:
        scale = float(np.linalg.norm(before - np.mean(before)) * np.linalg.norm(after - np.mean(after)))
    found: NDArray[np.float64] = np.fft.irfft(product, size) / max(scale, 1e-30)
    return found


def vote(way: str, strength: NDArray[np.float64]) -> Vote:
    """The lag of the greatest value of a correlation, sure where it stands far out of the usual ones."""
    sizes = np.abs(strength)
    lag = int(np.argmax(sizes))
    usual = float(np.median(np.r_[sizes[: len(sizes) // 8], sizes[-len(sizes) // 8 :]])) / 0.6745  # the rest is padding
    clear = bool(np.isfinite(sizes[lag])) and float(sizes[lag]) > max(CLEAR * usual, 1e-6)
    return Vote(way, lag if lag < len(sizes) // 2 else lag - len(sizes), clear)


def measure_lag(before: Sound, after: Sound) -> tuple[int, bool]:
    """Samples by which `after` lags behind `before`, by correlation, and whether that is sure."""
    found = vote("noise", correlation(before, after))
    return found.lag, found.sure


def noise_votes(before: Sound, after: Sound) -> list[Vote]:
    """Plain, phase-only, and of the sizes alone, which survive a model that turns phases or signs."""
    return [
        vote("noise", correlation(before, after)),
        vote("phase", correlation(before, after, whiten=True)),
        vote("size", correlation(np.abs(before), np.abs(after))),
    ]


def impulse_votes(response: Sound, at: int) -> list[Vote]:
    """Peak and onset of the answer to an impulse at sample `at`, the answer to silence taken off."""
    sizes = np.abs(response)
    peak = int(np.argmax(sizes))
    if not float(sizes[peak]) > 1e-5:
        return []
    onset = int(np.argmax(sizes > ONSET * sizes[peak]))
    return [Vote("impulse", peak - at, True), Vote("onset", onset - at, True)]


def envelope_lag(before: Sound, after: Sound) -> Vote:
    """The lag of loudness alone, to within some ENVELOPE samples."""
    return vote("envelope", correlation(_envelope(before), _envelope(after)))


def elect(votes: list[Vote], declared: int) -> Vote | None:
    """What most sure votes agree on to a sample, at least two and half of all; the declared lag where two say so."""
    sure = [each for each in votes if each.sure]
    if sum(abs(each.lag - declared) <= 1 for each in sure) >= 2:
        return min((each for each in sure if abs(each.lag - declared) <= 1), key=lambda each: abs(each.lag - declared))
    counted = [(sum(abs(each.lag - other.lag) <= 1 for other in sure), each) for each in sure]
    best = max(counted, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] >= max(2, len(votes) / 2) else None


def _envelope(sound: Sound) -> NDArray[np.float64]:
    smooth: NDArray[np.float64] = np.convolve(np.abs(sound), np.ones(ENVELOPE) / ENVELOPE, mode="same")
    return smooth
