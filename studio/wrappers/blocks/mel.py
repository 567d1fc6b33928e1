"""Mel spectra of a stream."""

import math
from typing import Callable, Optional

import torch
from torch import Tensor, nn


def mel_bands(bins: int, low_hz: float, high_hz: float, bands: int, sample_rate: int) -> Tensor:
    """Triangles of height 1 that are even on the mel scale 2595·log10(1 + Hz/700), `[bins, bands]`."""
    hz = torch.linspace(0, sample_rate // 2, bins, dtype=torch.float64)
    ends = [2595.0 * math.log10(1.0 + each / 700.0) for each in (low_hz, high_hz)]
    mels = torch.linspace(ends[0], ends[1], bands + 2, dtype=torch.float64)
    corners = 700.0 * (torch.pow(10.0, mels / 2595.0) - 1.0)
    width = corners[1:] - corners[:-1]
    rising, falling = (hz[:, None] - corners[:-2]) / width[:-1], (corners[2:] - hz[:, None]) / width[1:]
    return torch.minimum(rising, falling).clamp(min=0.0).float()


class _Window(nn.Module):
    """Holds the window under the name that checkpoints give it."""

    window: Tensor

    def __init__(self, window: Tensor) -> None:
        super().__init__()
        self.register_buffer("window", window)


class _Bands(nn.Module):
    """Holds the bands under the name that checkpoints give them."""

    fb: Tensor

    def __init__(self, bands: Tensor) -> None:
        super().__init__()
        self.register_buffer("fb", bands)


class MelFrames(nn.Module):
    """Mel spectra of a sound that holds all its frames: `[channels, samples]` → `[channels, bands, frames]`."""

    def __init__(self, window: Tensor, hop: int, bands: Tensor, power: float, normalized: bool) -> None:
        super().__init__()
        self.n_fft, self.hop, self.power = window.size(0), hop, power
        self.scale = float(1.0 / torch.sqrt((window * window).sum())) if normalized else 1.0
        self.spectrogram, self.mel_scale = _Window(window), _Bands(bands)

    def forward(self, x: Tensor) -> Tensor:
        frames = x.unfold(1, self.n_fft, self.hop) * self.spectrogram.window
        spectra = torch.view_as_real(torch.fft.rfft(frames)) * self.scale
        energy = (spectra * spectra).sum(-1)
        sizes = energy if self.power == 2.0 else torch.pow(energy, self.power / 2.0)
        return torch.matmul(sizes, self.mel_scale.fb).transpose(1, 2)


class CachedMelSpec(nn.Module):
    """Mel spectra block by block: the frames are those of the centred spectrogram of the whole sound, but late.

    Args:
        sr: rate in Hz.
        n_ch: channels.
        n_fft: samples of a frame, even.
        hop_len: samples from frame to frame; half a frame is a whole number of them.
        f_min: where the lowest band begins, in Hz.
        f_max: where the highest band ends; None for half the rate.
        n_mels: bands.
        window_fn: makes the window of a size.
        power: exponent of the magnitude.
        normalized: divide by the root of the window's energy.
        center: True.
        use_debug_mode: look at the shape of each block.

    Shapes: `[n_ch, frames·hop_len]` → `[n_ch, n_mels, frames]`.
    """

    padding: Tensor

    def __init__(
        self,
        sr: int,
        n_ch: int,
        n_fft: int = 2048,
        hop_len: int = 512,
        f_min: float = 0.0,
        f_max: Optional[float] = None,
        n_mels: int = 128,
        window_fn: Callable[..., Tensor] = torch.hann_window,
        power: float = 2.0,
        normalized: bool = False,
        center: bool = True,
        use_debug_mode: bool = True,
    ) -> None:
        super().__init__()
        if not center or n_fft % 2 or n_fft // 2 % hop_len:
            raise ValueError("frames are centred, of even size, and half of one is a whole number of hops")
        self.n_ch, self.n_fft, self.hop_len, self.use_debug_mode = n_ch, n_fft, hop_len, use_debug_mode
        bands = mel_bands(n_fft // 2 + 1, f_min, float(sr // 2) if f_max is None else f_max, n_mels, sr)
        self.mel_spec = MelFrames(window_fn(n_fft), hop_len, bands, power, normalized)
        self.padding_n_samples = n_fft - hop_len
        self.register_buffer("padding", torch.zeros(n_ch, self.padding_n_samples))

    def forward(self, x: Tensor) -> Tensor:
        if self.use_debug_mode:
            assert x.dim() == 2 and x.size(0) == self.n_ch, "a block has the shape [n_ch, samples]"
            assert x.size(1) % self.hop_len == 0, "a block is a whole number of hops"
        whole = torch.cat([self.padding, x], 1)
        self.padding.copy_(whole[:, x.size(1) :])
        return self.mel_spec(whole)

    def prepare_for_inference(self) -> None:
        self.use_debug_mode = False

    @torch.jit.export
    def get_delay_samples(self) -> int:
        """Samples by which frames come later than those of a centred spectrogram."""
        return self.n_fft // 2 - self.hop_len

    @torch.jit.export
    def get_delay_frames(self) -> int:
        return self.get_delay_samples() // self.hop_len

    @torch.jit.export
    def reset(self) -> None:
        self.padding.zero_()
