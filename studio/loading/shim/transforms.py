"""Modules of torchaudio.transforms after their published definitions and defaults; all can be traced and scripted."""

import math
from typing import Any, Callable, Dict, Optional

import torch
from torch import Tensor, nn

from studio.loading.shim import functional

Window = Callable[..., Tensor]


class Resample(nn.Module):
    """From one rate to another with a windowed sinc, each sound for itself."""

    kernel: Tensor

    def __init__(
        self,
        orig_freq: int = 16000,
        new_freq: int = 16000,
        resampling_method: str = "sinc_interp_hann",
        lowpass_filter_width: int = 6,
        rolloff: float = 0.99,
        beta: Optional[float] = None,
        *,
        dtype: Optional[torch.dtype] = None,
    ) -> None:
        super().__init__()
        self.orig_freq, self.new_freq = int(orig_freq), int(new_freq)
        kernel = functional.resampling_kernel(
            self.orig_freq, self.new_freq, lowpass_filter_width, rolloff, resampling_method, beta
        )
        self.register_buffer("kernel", kernel if dtype is None else kernel.to(dtype), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        if self.orig_freq == self.new_freq:
            return waveform
        return functional.resample_with(waveform, self.kernel, self.orig_freq, self.new_freq)


class Framed(nn.Module):
    """Window, hop and padding that all short-time transforms share."""

    window: Tensor

    def __init__(
        self,
        n_fft: int,
        win_length: Optional[int],
        hop_length: Optional[int],
        pad: int,
        window_fn: Window,
        normalized: bool,
        wkwargs: Optional[Dict[str, Any]],
        center: bool,
        pad_mode: str,
        onesided: Optional[bool],
    ) -> None:
        super().__init__()
        if normalized not in (False, True, "window"):
            raise ValueError(f"normalized is a bool or 'window' here, not {normalized}")
        self.n_fft, self.win_length = n_fft, n_fft if win_length is None else win_length
        self.hop_length = self.win_length // 2 if hop_length is None else hop_length
        self.register_buffer("window", window_fn(self.win_length, **(wkwargs or {})))
        self.pad, self.normalized, self.center, self.pad_mode = pad, bool(normalized), center, pad_mode
        self.onesided = onesided is not False


class Spectrogram(Framed):
    """`[..., samples]` → `[..., bins, frames]`, magnitudes to `power` or complex where that is None."""

    def __init__(
        self,
        n_fft: int = 400,
        win_length: Optional[int] = None,
        hop_length: Optional[int] = None,
        pad: int = 0,
        window_fn: Window = torch.hann_window,
        power: Optional[float] = 2.0,
        normalized: bool = False,
        wkwargs: Optional[Dict[str, Any]] = None,
        center: bool = True,
        pad_mode: str = "reflect",
        onesided: bool = True,
        return_complex: Optional[bool] = None,
    ) -> None:
        super().__init__(n_fft, win_length, hop_length, pad, window_fn, normalized, wkwargs, center, pad_mode, onesided)
        self.power: Optional[float] = power

    def forward(self, waveform: Tensor) -> Tensor:
        return functional.spectrogram(
            waveform,
            self.pad,
            self.window,
            self.n_fft,
            self.hop_length,
            self.win_length,
            self.power,
            self.normalized,
            self.center,
            self.pad_mode,
            self.onesided,
        )


class InverseSpectrogram(Framed):
    """A complex spectrum `[..., bins, frames]` → `[..., samples]`."""

    def __init__(
        self,
        n_fft: int = 400,
        win_length: Optional[int] = None,
        hop_length: Optional[int] = None,
        pad: int = 0,
        window_fn: Window = torch.hann_window,
        normalized: bool = False,
        wkwargs: Optional[Dict[str, Any]] = None,
        center: bool = True,
        pad_mode: str = "reflect",
        onesided: bool = True,
    ) -> None:
        super().__init__(n_fft, win_length, hop_length, pad, window_fn, normalized, wkwargs, center, pad_mode, onesided)

    def forward(self, spectrogram: Tensor, length: Optional[int] = None) -> Tensor:
        return functional.inverse_spectrogram(
            spectrogram,
            length,
            self.pad,
            self.window,
            self.n_fft,
            self.hop_length,
            self.win_length,
            self.normalized,
            self.center,
            self.pad_mode,
            self.onesided,
        )


class MelScale(nn.Module):
    """`[..., bins, frames]` → `[..., n_mels, frames]`."""

    fb: Tensor

    def __init__(
        self,
        n_mels: int = 128,
        sample_rate: int = 16000,
        f_min: float = 0.0,
        f_max: Optional[float] = None,
        n_stft: int = 201,
        norm: Optional[str] = None,
        mel_scale: str = "htk",
    ) -> None:
        super().__init__()
        top = float(sample_rate // 2) if f_max is None else f_max
        self.n_mels, self.sample_rate = n_mels, sample_rate
        bank = functional.melscale_fbanks(n_stft, f_min, top, n_mels, sample_rate, norm, mel_scale)
        self.register_buffer("fb", bank)

    def forward(self, specgram: Tensor) -> Tensor:
        return torch.matmul(specgram.transpose(-1, -2), self.fb).transpose(-1, -2)


class MelSpectrogram(nn.Module):
    """`[..., samples]` → `[..., n_mels, frames]`."""

    def __init__(
        self,
        sample_rate: int = 16000,
        n_fft: int = 400,
        win_length: Optional[int] = None,
        hop_length: Optional[int] = None,
        f_min: float = 0.0,
        f_max: Optional[float] = None,
        pad: int = 0,
        n_mels: int = 128,
        window_fn: Window = torch.hann_window,
        power: float = 2.0,
        normalized: bool = False,
        wkwargs: Optional[Dict[str, Any]] = None,
        center: bool = True,
        pad_mode: str = "reflect",
        onesided: Optional[bool] = None,
        norm: Optional[str] = None,
        mel_scale: str = "htk",
    ) -> None:
        super().__init__()
        self.sample_rate, self.n_fft, self.n_mels = sample_rate, n_fft, n_mels
        self.spectrogram = Spectrogram(
            n_fft, win_length, hop_length, pad, window_fn, power, normalized, wkwargs, center, pad_mode
        )
        self.win_length, self.hop_length = self.spectrogram.win_length, self.spectrogram.hop_length
        self.mel_scale = MelScale(n_mels, sample_rate, f_min, f_max, n_fft // 2 + 1, norm, mel_scale)

    def forward(self, waveform: Tensor) -> Tensor:
        made: Tensor = self.mel_scale(self.spectrogram(waveform))
        return made


class AmplitudeToDB(nn.Module):
    """Decibels of powers, or of amplitudes with `stype` "magnitude"."""

    def __init__(self, stype: str = "power", top_db: Optional[float] = None) -> None:
        super().__init__()
        self.top_db: Optional[float] = top_db
        self.multiplier = 10.0 if stype == "power" else 20.0
        self.amin, self.db_multiplier = 1e-10, 0.0

    def forward(self, x: Tensor) -> Tensor:
        return functional.amplitude_to_DB(x, self.multiplier, self.amin, self.db_multiplier, self.top_db)


class MFCC(nn.Module):
    """Cepstral coefficients of the mel spectrum, `[..., n_mfcc, frames]`."""

    dct_mat: Tensor

    def __init__(
        self,
        sample_rate: int = 16000,
        n_mfcc: int = 40,
        dct_type: int = 2,
        norm: Optional[str] = "ortho",
        log_mels: bool = False,
        melkwargs: Optional[Dict[str, Any]] = None,
    ) -> None:
        super().__init__()
        if dct_type != 2:
            raise ValueError(f"DCT type {dct_type} is not known, only 2")
        self.MelSpectrogram = MelSpectrogram(sample_rate, **(melkwargs or {}))
        self.amplitude_to_DB = AmplitudeToDB("power", 80.0)
        self.register_buffer("dct_mat", functional.create_dct(n_mfcc, self.MelSpectrogram.n_mels, norm))
        self.log_mels = log_mels

    def forward(self, waveform: Tensor) -> Tensor:
        mel = self.MelSpectrogram(waveform)
        mel = torch.log(mel + 1e-6) if self.log_mels else self.amplitude_to_DB(mel)
        return torch.matmul(mel.transpose(-1, -2), self.dct_mat).transpose(-1, -2)


class GriffinLim(nn.Module):
    """Sound whose spectrum has these magnitudes; the phases are found by going back and forth."""

    window: Tensor

    def __init__(
        self,
        n_fft: int = 400,
        n_iter: int = 32,
        win_length: Optional[int] = None,
        hop_length: Optional[int] = None,
        window_fn: Window = torch.hann_window,
        power: float = 2.0,
        wkwargs: Optional[Dict[str, Any]] = None,
        momentum: float = 0.99,
        length: Optional[int] = None,
        rand_init: bool = True,
    ) -> None:
        super().__init__()
        self.n_fft, self.n_iter, self.power, self.length = n_fft, n_iter, power, length
        self.win_length = n_fft if win_length is None else win_length
        self.hop_length = self.win_length // 2 if hop_length is None else hop_length
        self.register_buffer("window", window_fn(self.win_length, **(wkwargs or {})))
        self.momentum, self.rand_init = momentum / (1 + momentum), rand_init

    def forward(self, specgram: Tensor) -> Tensor:
        shape = specgram.shape
        magnitude = specgram.reshape(-1, shape[-2], shape[-1]).pow(1 / self.power)
        phase = torch.rand_like(magnitude) * 2 * math.pi if self.rand_init else torch.zeros_like(magnitude)
        turned = torch.polar(torch.ones_like(magnitude), phase)
        before = torch.zeros_like(turned)
        for _ in range(self.n_iter):
            sound = self._sound(magnitude * turned)
            rebuilt = torch.stft(
                sound,
                self.n_fft,
                self.hop_length,
                self.win_length,
                self.window,
                pad_mode="reflect",
                return_complex=True,
            )
            turned = rebuilt - before * self.momentum
            turned = turned / (turned.abs() + 1e-16)
            before = rebuilt
        made = self._sound(magnitude * turned)
        return made.reshape(shape[:-2] + made.shape[-1:])

    def _sound(self, spectrum: Tensor) -> Tensor:
        return torch.istft(spectrum, self.n_fft, self.hop_length, self.win_length, self.window, length=self.length)


class MuLawEncoding(nn.Module):
    def __init__(self, quantization_channels: int = 256) -> None:
        super().__init__()
        self.quantization_channels = quantization_channels

    def forward(self, x: Tensor) -> Tensor:
        return functional.mu_law_encoding(x, self.quantization_channels)


class MuLawDecoding(nn.Module):
    def __init__(self, quantization_channels: int = 256) -> None:
        super().__init__()
        self.quantization_channels = quantization_channels

    def forward(self, x_mu: Tensor) -> Tensor:
        return functional.mu_law_decoding(x_mu, self.quantization_channels)


class Vol(nn.Module):
    """A gain as amplitude, power or dB; the result is cut to ±1."""

    def __init__(self, gain: float, gain_type: str = "amplitude") -> None:
        super().__init__()
        if gain_type not in ("amplitude", "power", "db"):
            raise ValueError(f"gain_type is amplitude, power or db, not {gain_type}")
        decibels = {"power": 10 * math.log10(gain) if gain > 0 else 0.0, "db": gain}.get(gain_type)
        self.factor = float(gain) if decibels is None else 10 ** (decibels / 20)

    def forward(self, waveform: Tensor) -> Tensor:
        return torch.clamp(waveform * self.factor, -1, 1)
