"""Functions of torchaudio after their published definitions, from torch operators alone: they trace, script and export.

Sounds are `[..., samples]`, spectra `[..., bins, frames]`.
"""

import math
from typing import Optional

import torch
from torch import Tensor

from studio.loading.shim.filters import (  # noqa: F401 - they belong to the same module there
    allpass_biquad,
    bandpass_biquad,
    bandreject_biquad,
    bass_biquad,
    biquad,
    equalizer_biquad,
    filtfilt,
    highpass_biquad,
    lfilter,
    lowpass_biquad,
    treble_biquad,
)


def resample(
    waveform: Tensor,
    orig_freq: int,
    new_freq: int,
    lowpass_filter_width: int = 6,
    rolloff: float = 0.99,
    resampling_method: str = "sinc_interp_hann",
    beta: Optional[float] = None,
) -> Tensor:
    """Band-limited interpolation; the result has ⌈samples · new/orig⌉ samples."""
    if orig_freq == new_freq:
        return waveform
    kernel = resampling_kernel(orig_freq, new_freq, lowpass_filter_width, rolloff, resampling_method, beta)
    return resample_with(waveform, kernel.to(waveform), orig_freq, new_freq)


def resampling_kernel(
    orig_freq: int, new_freq: int, lowpass_filter_width: int, rolloff: float, method: str, beta: Optional[float]
) -> Tensor:
    """One windowed sinc for each output phase, `[new, 1, taps]`."""
    common = math.gcd(int(orig_freq), int(new_freq))
    orig, new = int(orig_freq) // common, int(new_freq) // common
    cutoff = min(orig, new) * rolloff
    width = math.ceil(lowpass_filter_width * orig / cutoff)
    taps = torch.arange(-width, width + orig, dtype=torch.float64) / orig
    phases = -torch.arange(new, dtype=torch.float64) / new
    at = ((phases[:, None] + taps[None, :]) * cutoff).clamp(-lowpass_filter_width, lowpass_filter_width)
    if method in ("sinc_interp_hann", "sinc_interpolation"):
        window = torch.cos(at * math.pi / lowpass_filter_width / 2) ** 2
    elif method in ("sinc_interp_kaiser", "kaiser_window"):
        steep = torch.tensor(14.769656459379492 if beta is None else float(beta), dtype=torch.float64)
        inside = (1 - (at / lowpass_filter_width) ** 2).clamp(min=0)
        window = torch.i0(steep * torch.sqrt(inside)) / torch.i0(steep)
    else:
        raise ValueError(f"resampling_method is sinc_interp_hann or sinc_interp_kaiser, not {method}")
    return (torch.sinc(at) * window * (cutoff / orig)).float()[:, None, :]


def resample_with(waveform: Tensor, kernel: Tensor, orig_freq: int, new_freq: int) -> Tensor:
    """Apply the kernels of `resampling_kernel`."""
    common = math.gcd(orig_freq, new_freq)
    orig, new = orig_freq // common, new_freq // common
    width = (kernel.size(2) - orig) // 2
    samples = waveform.size(-1)
    flat = torch.constant_pad_nd(waveform.reshape(-1, 1, samples), [width, width + orig])
    made = torch.conv1d(flat, kernel, stride=[orig]).transpose(1, 2).reshape(flat.size(0), -1)
    wanted = (new * samples + orig - 1) // orig
    return made[:, :wanted].reshape(waveform.shape[:-1] + (made[:, :wanted].size(1),))


def spectrogram(
    waveform: Tensor,
    pad: int,
    window: Tensor,
    n_fft: int,
    hop_length: int,
    win_length: int,
    power: Optional[float],
    normalized: bool,
    center: bool = True,
    pad_mode: str = "reflect",
    onesided: bool = True,
) -> Tensor:
    """Short-time spectrum: magnitudes to `power`, or complex where that is None."""
    if pad > 0:
        waveform = torch.constant_pad_nd(waveform, [pad, pad])
    shape = waveform.shape
    made = torch.stft(
        waveform.reshape(-1, shape[-1]),
        n_fft,
        hop_length,
        win_length,
        window,
        center=center,
        pad_mode=pad_mode,
        normalized=False,
        onesided=onesided,
        return_complex=True,
    )
    made = made.reshape(shape[:-1] + made.shape[-2:])
    if normalized:
        made = made / window.pow(2.0).sum().sqrt()
    if power is None:
        return made
    return made.abs() if power == 1.0 else made.abs().pow(power)


def inverse_spectrogram(
    spec: Tensor,
    length: Optional[int],
    pad: int,
    window: Tensor,
    n_fft: int,
    hop_length: int,
    win_length: int,
    normalized: bool,
    center: bool = True,
    pad_mode: str = "reflect",
    onesided: bool = True,
) -> Tensor:
    """Sound from a complex spectrum."""
    if normalized:
        spec = spec * window.pow(2.0).sum().sqrt()
    flat = spec.reshape(-1, spec.size(-2), spec.size(-1))
    whole = None if length is None else length + 2 * pad
    made = torch.istft(flat, n_fft, hop_length, win_length, window, center, False, onesided, whole)
    if pad > 0:
        made = made[:, pad : made.size(1) - pad]
    return made.reshape(spec.shape[:-2] + made.shape[-1:])


def _to_mel(hz: float, scale: str) -> float:
    if scale == "htk":
        return 2595.0 * math.log10(1.0 + hz / 700.0)
    return hz * 3 / 200 if hz < 1000 else 15.0 + 27.0 * math.log(hz / 1000.0) / math.log(6.4)


def _to_hz(mels: Tensor, scale: str) -> Tensor:
    if scale == "htk":
        return 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    return torch.where(mels < 15.0, mels * 200 / 3, 1000.0 * torch.exp((mels - 15.0) * math.log(6.4) / 27.0))


def melscale_fbanks(
    n_freqs: int,
    f_min: float,
    f_max: float,
    n_mels: int,
    sample_rate: int,
    norm: Optional[str] = None,
    mel_scale: str = "htk",
) -> Tensor:
    """Triangles that are even on the mel scale, `[n_freqs, n_mels]`; each of area 1 with norm "slaney"."""
    if mel_scale not in ("htk", "slaney") or norm not in (None, "slaney"):
        raise ValueError(f"mel_scale is htk or slaney and norm is None or slaney, not {mel_scale} and {norm}")
    bins = torch.linspace(0, sample_rate // 2, n_freqs)
    corners = _to_hz(torch.linspace(_to_mel(f_min, mel_scale), _to_mel(f_max, mel_scale), n_mels + 2), mel_scale)
    width = corners[1:] - corners[:-1]
    rising = (bins[:, None] - corners[None, :-2]) / width[:-1]
    falling = (corners[None, 2:] - bins[:, None]) / width[1:]
    bank = torch.minimum(rising, falling).clamp(min=0.0)
    return bank if norm is None else bank * (2.0 / (corners[2:] - corners[:-2]))


def create_dct(n_mfcc: int, n_mels: int, norm: Optional[str]) -> Tensor:
    """Cosines of the second kind, `[n_mels, n_mfcc]`."""
    at = torch.arange(n_mels, dtype=torch.float32)
    made = torch.cos(math.pi / n_mels * (at + 0.5) * torch.arange(n_mfcc, dtype=torch.float32)[:, None])
    if norm is None:
        return (2.0 * made).t()
    made[0] *= 1.0 / math.sqrt(2.0)
    return (made * math.sqrt(2.0 / n_mels)).t()


def amplitude_to_DB(
    x: Tensor, multiplier: float, amin: float, db_multiplier: float, top_db: Optional[float] = None
) -> Tensor:
    """Decibels; with `top_db` nothing lies further than that below the greatest of its sound."""
    decibels = multiplier * torch.log10(torch.clamp(x, min=amin)) - multiplier * db_multiplier
    if top_db is not None:
        channels = x.size(-3) if x.dim() > 2 else 1
        packed = decibels.reshape(-1, channels, x.size(-2), x.size(-1))
        packed = torch.maximum(packed, packed.amax(dim=(-3, -2, -1), keepdim=True) - top_db)
        decibels = packed.reshape(x.shape)
    return decibels


def DB_to_amplitude(x: Tensor, ref: float, power: float) -> Tensor:
    return ref * torch.pow(torch.pow(torch.tensor(10.0), 0.1 * x), power)


def mu_law_encoding(x: Tensor, quantization_channels: int) -> Tensor:
    top = float(quantization_channels - 1)
    squeezed = torch.sign(x) * torch.log1p(top * torch.abs(x)) / math.log1p(top)
    return ((squeezed + 1) / 2 * top + 0.5).to(torch.int64)


def mu_law_decoding(x_mu: Tensor, quantization_channels: int) -> Tensor:
    top = float(quantization_channels - 1)
    x = x_mu.to(torch.float32) / top * 2 - 1.0
    return torch.sign(x) * (torch.exp(torch.abs(x) * math.log1p(top)) - 1.0) / top


def preemphasis(waveform: Tensor, coeff: float = 0.97) -> Tensor:
    return torch.cat([waveform[..., :1], waveform[..., 1:] - coeff * waveform[..., :-1]], -1)


def deemphasis(waveform: Tensor, coeff: float = 0.97) -> Tensor:
    return lfilter(waveform, torch.tensor([1.0, -coeff]).to(waveform), torch.tensor([1.0, 0.0]).to(waveform))


def fftconvolve(x: Tensor, y: Tensor, mode: str = "full") -> Tensor:
    """Convolution along the last axis."""
    whole = x.size(-1) + y.size(-1) - 1
    made: Tensor = torch.fft.irfft(torch.fft.rfft(x, n=whole) * torch.fft.rfft(y, n=whole), n=whole)
    if mode == "full":
        return made
    length = abs(x.size(-1) - y.size(-1)) + 1 if mode == "valid" else x.size(-1)
    start = (whole - length) // 2
    return made[..., start : start + length]


def convolve(x: Tensor, y: Tensor, mode: str = "full") -> Tensor:
    return fftconvolve(x, y, mode)


def gain(waveform: Tensor, gain_db: float = 1.0) -> Tensor:
    return waveform if gain_db == 0 else waveform * 10 ** (gain_db / 20)
