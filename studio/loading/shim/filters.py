"""Recursive filters under torchaudio's names, in pieces of 64 samples instead of one by one.

The formulas of the second-order sections are those of Robert Bristow-Johnson's cookbook, as there.
"""

import math

import torch
from torch import Tensor

PIECE = 64  # samples


@torch.jit.script_if_tracing  # type: ignore[untyped-decorator]
def _recursion(x: Tensor, a: Tensor) -> Tensor:
    """y[n] = x[n] − a₁·y[n−1] − a₂·y[n−2] …; x `[rows, samples]`, a `[order]`.

    Within a piece the answer to its input is a product with a triangular matrix, and so is that to the last outputs.
    """
    order, rows, samples, piece = a.size(0), x.size(0), x.size(1), 64
    ring = torch.zeros(piece, dtype=x.dtype, device=x.device)
    past = torch.zeros(order, piece, dtype=x.dtype, device=x.device)  # the answer to each of the last outputs
    for n in range(piece):
        value = torch.ones(1, dtype=x.dtype, device=x.device) if n == 0 else torch.zeros(1, dtype=x.dtype)
        for k in range(order):
            if n - 1 - k >= 0:
                value = value - a[k] * ring[n - 1 - k]
        ring[n] = value[0]
        for state in range(order):
            fading = torch.zeros(1, dtype=x.dtype, device=x.device)
            for k in range(order):
                if n - 1 - k >= 0:
                    fading = fading - a[k] * past[state, n - 1 - k]
                elif k - n == state:
                    fading = fading - a[k]
            past[state, n] = fading[0]
    at = torch.arange(piece, device=x.device)
    lag = at[None, :] - at[:, None]
    inside = torch.where(lag >= 0, ring[lag.clamp(min=0)], torch.zeros(1, dtype=x.dtype, device=x.device))
    last = torch.zeros(rows, order, dtype=x.dtype, device=x.device)  # newest first
    whole = (samples + piece - 1) // piece * piece
    padded = torch.constant_pad_nd(x, [0, whole - samples])
    made = torch.zeros_like(padded)
    for start in range(0, whole, piece):
        part = torch.matmul(padded[:, start : start + piece], inside) + torch.matmul(last, past)
        made[:, start : start + piece] = part
        last = torch.flip(part[:, piece - order :], [1])
    return made[:, :samples]


def lfilter(waveform: Tensor, a_coeffs: Tensor, b_coeffs: Tensor, clamp: bool = True, batching: bool = True) -> Tensor:
    """A filter with denominator `a_coeffs` and numerator `b_coeffs`, delays rising; cut to ±1 unless `clamp` is off.

    One filter for all channels; a bank of filters `[filters, order + 1]` is not taken.
    """
    if a_coeffs.dim() != 1 or b_coeffs.dim() != 1:
        raise ValueError("this stand-in filters with one set of coefficients; the real torchaudio takes banks")
    order = a_coeffs.size(0) - 1
    flat = waveform.reshape(-1, waveform.size(-1))
    b, a = b_coeffs / a_coeffs[0], a_coeffs[1:] / a_coeffs[0]
    padded = torch.constant_pad_nd(flat, [order, 0])
    forward = torch.conv1d(padded.unsqueeze(1), torch.flip(b, [0]).reshape(1, 1, -1)).squeeze(1)
    made = _recursion(forward, a).reshape(waveform.shape)
    return torch.clamp(made, min=-1.0, max=1.0) if clamp else made


def filtfilt(waveform: Tensor, a_coeffs: Tensor, b_coeffs: Tensor, clamp: bool = True) -> Tensor:
    """The filter forwards and backwards: no phase."""
    once = lfilter(waveform, a_coeffs, b_coeffs, clamp=False)
    return torch.flip(lfilter(torch.flip(once, [-1]), a_coeffs, b_coeffs, clamp=clamp), [-1])


def biquad(waveform: Tensor, b0: float, b1: float, b2: float, a0: float, a1: float, a2: float) -> Tensor:
    """A second-order section; a coefficient may be a tensor too."""
    return _section(
        waveform,
        torch.as_tensor(b0),
        torch.as_tensor(b1),
        torch.as_tensor(b2),
        torch.as_tensor(a0),
        torch.as_tensor(a1),
        torch.as_tensor(a2),
    )


def _section(waveform: Tensor, b0: Tensor, b1: Tensor, b2: Tensor, a0: Tensor, a1: Tensor, a2: Tensor) -> Tensor:
    return lfilter(waveform, _row(waveform, a0, a1, a2), _row(waveform, b0, b1, b2))


def _row(like: Tensor, first: Tensor, second: Tensor, third: Tensor) -> Tensor:
    return torch.cat([each.to(like).reshape(1) for each in (first, second, third)])


def _angle(sample_rate: int, frequency: float, like: Tensor) -> Tensor:
    return 2 * math.pi * torch.as_tensor(frequency, dtype=like.dtype, device=like.device) / sample_rate


def _slope(angle: Tensor, q: float, like: Tensor) -> Tensor:
    return torch.sin(angle) / 2 / torch.as_tensor(q, dtype=like.dtype, device=like.device)


def lowpass_biquad(waveform: Tensor, sample_rate: int, cutoff_freq: float, Q: float = 0.707) -> Tensor:
    w = _angle(sample_rate, cutoff_freq, waveform)
    alpha, c = _slope(w, Q, waveform), torch.cos(w)
    return _section(waveform, (1 - c) / 2, 1 - c, (1 - c) / 2, 1 + alpha, -2 * c, 1 - alpha)


def highpass_biquad(waveform: Tensor, sample_rate: int, cutoff_freq: float, Q: float = 0.707) -> Tensor:
    w = _angle(sample_rate, cutoff_freq, waveform)
    alpha, c = _slope(w, Q, waveform), torch.cos(w)
    return _section(waveform, (1 + c) / 2, -1 - c, (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha)


def allpass_biquad(waveform: Tensor, sample_rate: int, central_freq: float, Q: float = 0.707) -> Tensor:
    w = _angle(sample_rate, central_freq, waveform)
    alpha, c = _slope(w, Q, waveform), torch.cos(w)
    return _section(waveform, 1 - alpha, -2 * c, 1 + alpha, 1 + alpha, -2 * c, 1 - alpha)


def bandpass_biquad(
    waveform: Tensor,
    sample_rate: int,
    central_freq: float,
    Q: float = 0.707,
    const_skirt_gain: bool = False,
) -> Tensor:
    w = _angle(sample_rate, central_freq, waveform)
    alpha, c = _slope(w, Q, waveform), torch.cos(w)
    peak = torch.sin(w) / 2 if const_skirt_gain else alpha
    return _section(waveform, peak, torch.zeros_like(c), -peak, 1 + alpha, -2 * c, 1 - alpha)


def bandreject_biquad(waveform: Tensor, sample_rate: int, central_freq: float, Q: float = 0.707) -> Tensor:
    w = _angle(sample_rate, central_freq, waveform)
    alpha, c = _slope(w, Q, waveform), torch.cos(w)
    return _section(waveform, torch.ones_like(c), -2 * c, torch.ones_like(c), 1 + alpha, -2 * c, 1 - alpha)


def equalizer_biquad(
    waveform: Tensor,
    sample_rate: int,
    center_freq: float,
    gain: float,
    Q: float = 0.707,
) -> Tensor:
    w = _angle(sample_rate, center_freq, waveform)
    alpha, c, level = _slope(w, Q, waveform), torch.cos(w), _shelf_level(gain, waveform)
    up, down = alpha * level, alpha / level
    return _section(waveform, 1 + up, -2 * c, 1 - up, 1 + down, -2 * c, 1 - down)


def bass_biquad(
    waveform: Tensor,
    sample_rate: int,
    gain: float,
    central_freq: float = 100,
    Q: float = 0.707,
) -> Tensor:
    return _shelf(waveform, sample_rate, gain, central_freq, Q, 1.0)


def treble_biquad(
    waveform: Tensor,
    sample_rate: int,
    gain: float,
    central_freq: float = 3000,
    Q: float = 0.707,
) -> Tensor:
    return _shelf(waveform, sample_rate, gain, central_freq, Q, -1.0)


def _shelf_level(gain: float, like: Tensor) -> Tensor:
    return torch.exp(torch.as_tensor(gain, dtype=like.dtype, device=like.device) / 40 * math.log(10))


def _shelf(waveform: Tensor, sample_rate: int, gain: float, frequency: float, q: float, side: float) -> Tensor:
    """A shelf below (`side` 1) or above (−1) the frequency."""
    w = _angle(sample_rate, frequency, waveform)
    alpha, level = _slope(w, q, waveform), _shelf_level(gain, waveform)
    c, bend = side * torch.cos(w), 2 * torch.sqrt(level) * alpha
    more, less = level + 1, level - 1
    return _section(
        waveform,
        level * (more - less * c + bend),
        side * 2 * level * (less - more * c),
        level * (more - less * c - bend),
        more + less * c + bend,
        side * -2 * (less + more * c),
        more + less * c - bend,
    )
