"""How loud a sound is to the ear: integrated loudness of ITU-R BS.1770-5."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from studio.audio.reader import Samples

Complex = npt.NDArray[np.complex128]

BLOCK_S, STEPS = 0.4, 4  # gating blocks, of which each begins a quarter after the one before
ABSOLUTE_LUFS, RELATIVE_LU = -70.0, -10.0
OFFSET = -0.691  # so that a sine of 997 Hz is as many LUFS as it is dBFS
TAIL_S = 0.5  # by then the filters have died away below the resolution of the sound


def integrated_loudness(audio: Samples, sample_rate: int) -> float:
    """Loudness of a whole sound in LUFS; minus infinity where it is silent.

    A sound shorter than one gating block counts as one block.

    Args:
        audio: `[channels, samples]`; each channel weighs the same, so mono that two loudspeakers play is given twice.
        sample_rate: in Hz.
    """
    if audio.shape[1] == 0:
        return -math.inf
    power = _block_power(_weighted(np.asarray(audio, np.float64), sample_rate), sample_rate)
    loud = power[_lufs(power) >= ABSOLUTE_LUFS]
    if loud.size == 0:
        return -math.inf
    kept = loud[_lufs(loud) >= _lufs(loud.mean()) + RELATIVE_LU]
    return float(_lufs(kept.mean()))


def _lufs(power: npt.NDArray[np.float64] | np.float64) -> npt.NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.asarray(OFFSET + 10 * np.log10(power))


def _block_power(weighted: npt.NDArray[np.float64], sample_rate: int) -> npt.NDArray[np.float64]:
    """Mean square of each gating block, summed over the channels `[blocks]`."""
    samples = weighted.shape[1]
    block = min(samples, round(BLOCK_S * sample_rate))
    starts = np.arange(0, samples - block + 1, max(1, block // STEPS))
    total = np.concatenate([[0.0], np.cumsum((weighted**2).sum(axis=0))])
    return np.asarray((total[starts + block] - total[starts]) / block)


def _weighted(audio: npt.NDArray[np.float64], sample_rate: int) -> npt.NDArray[np.float64]:
    """The sound as the ear weighs it: a shelf for the head, and less of the lows.

    Filtered by multiplying spectra: exact but for the filters' tails, and without a loop over the samples.
    """
    samples = audio.shape[1]
    size = _fast_size(samples + round(TAIL_S * sample_rate))
    response = _shelf(size, sample_rate) * _high_pass(size, sample_rate)
    return np.asarray(np.fft.irfft(np.fft.rfft(audio, size) * response, size)[:, :samples])


def _fast_size(least: int) -> int:
    """The next size whose only prime factors are 2, 3 and 5."""
    sizes = (odd << math.ceil(math.log2(least / odd)) for odd in (1, 3, 5, 9, 15) if odd <= least)
    return min(sizes)


def _shelf(size: int, sample_rate: int) -> Complex:
    """About 4 dB more above 2 kHz; the constants give the standard's coefficients at 48 kHz."""
    k, q = math.tan(math.pi * 1681.974450955533 / sample_rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    top = (high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k)
    return _response(top, _poles(k, q), size)


def _high_pass(size: int, sample_rate: int) -> Complex:
    """12 dB an octave below 38 Hz; the standard does not divide by the first pole's coefficient here."""
    k, q = math.tan(math.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    gain = 1 + k / q + k * k
    return _response((gain, -2 * gain, gain), _poles(k, q), size)


def _poles(k: float, q: float) -> tuple[float, float, float]:
    return 1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k


def _response(top: tuple[float, ...], bottom: tuple[float, ...], size: int) -> Complex:
    """A filter of second order at the frequencies of a real transform of `size`."""
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    return np.asarray(np.polyval(top[::-1], z) / np.polyval(bottom[::-1], z))
