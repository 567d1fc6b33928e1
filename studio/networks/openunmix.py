"""Separation by a mask that recurrent layers put on a spectrogram.

Stöter, Uhlich, Liutkus, Mitsufuji: Open-Unmix, a reference implementation for music source separation, JOSS 2019.
Layers have the published names, so that published weights fit.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

N_FFT, HOP = 4096, 1024


class OpenUnmix(nn.Module):
    """One target: sound in, the target's sound out, with the phase of the mixture.

    Args:
        nb_bins: frequencies that are listened to, the lowest ones.
        nb_output_bins: frequencies that are masked; `n_fft // 2 + 1`.
        nb_channels: of the sound.
        hidden_size: width of the layers.
        nb_layers: recurrent ones.
        unidirectional: whether they look back only.
        nhop: samples from one frame to the next; 0 is a quarter of a frame.

    Shapes: `[batch, channels, samples]` in and out.
    """

    def __init__(
        self,
        nb_bins: int = 1487,
        nb_output_bins: int = N_FFT // 2 + 1,
        nb_channels: int = 2,
        hidden_size: int = 512,
        nb_layers: int = 3,
        unidirectional: bool = False,
        nhop: int = 0,
    ) -> None:
        super().__init__()
        self.nb_bins, self.nb_output_bins, self.nb_channels = nb_bins, nb_output_bins, nb_channels
        self.n_fft = 2 * (nb_output_bins - 1)
        self.hop = nhop or self.n_fft // 4
        self.input_mean, self.input_scale = _per_bin(nb_bins, 0.0), _per_bin(nb_bins, 1.0)
        self.output_mean, self.output_scale = _per_bin(nb_output_bins, 1.0), _per_bin(nb_output_bins, 1.0)
        self.fc1 = nn.Linear(nb_bins * nb_channels, hidden_size, bias=False)
        self.bn1 = nn.BatchNorm1d(hidden_size)
        width = hidden_size if unidirectional else hidden_size // 2
        self.lstm = nn.LSTM(hidden_size, width, nb_layers, bidirectional=not unidirectional)
        self.fc2 = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        self.bn2 = nn.BatchNorm1d(hidden_size)
        self.fc3 = nn.Linear(hidden_size, nb_output_bins * nb_channels, bias=False)
        self.bn3 = nn.BatchNorm1d(nb_output_bins * nb_channels)
        self.register_buffer("window", torch.hann_window(self.n_fft), persistent=False)
        self.window: Tensor

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, samples = x.shape
        spectrum = torch.stft(x.reshape(-1, samples), self.n_fft, self.hop, window=self.window, return_complex=True)
        mask = self.mask(spectrum.abs().reshape(batch, channels, spectrum.shape[1], spectrum.shape[2]))
        masked = spectrum * mask.reshape(spectrum.shape)
        made = torch.istft(masked, self.n_fft, self.hop, window=self.window, length=samples)
        return made.reshape(batch, channels, samples)

    def mask(self, magnitude: Tensor) -> Tensor:
        """What each frequency is multiplied with; both `[batch, channels, bins, frames]`."""
        batch, channels, bins, frames = magnitude.shape
        x = magnitude.permute(3, 0, 1, 2)
        heard = (x[..., : self.nb_bins] + self.input_mean) * self.input_scale
        narrow = self.bn1(self.fc1(heard.reshape(-1, channels * self.nb_bins)))
        before = torch.tanh(narrow.reshape(frames, batch, -1))
        after, _ = self.lstm(before)
        both = torch.cat([before, after], dim=-1)
        hidden = torch.relu(self.bn2(self.fc2(both.reshape(-1, both.shape[-1]))))
        wide = self.bn3(self.fc3(hidden)).reshape(frames, batch, channels, bins)
        return torch.relu(wide * self.output_scale + self.output_mean).permute(1, 2, 3, 0)


class Separator(nn.Module):
    """Several targets at once, each by a network of its own.

    Shapes: `[batch, channels, samples]` → a dict of such, by target.
    """

    def __init__(self, targets: Mapping[str, OpenUnmix]) -> None:
        super().__init__()
        self.names = list(targets)
        self.networks = nn.ModuleList(targets.values())

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {name: network(x) for name, network in zip(self.names, self.networks, strict=True)}


def _per_bin(bins: int, value: float) -> nn.Parameter:
    return nn.Parameter(torch.full((bins,), value))
