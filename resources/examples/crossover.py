"""Two stems out of one sound: below and above 400 Hz. A plain network, no wrapper: the studio finds out the rest."""

import math
from typing import Dict

import torch
from torch import Tensor, nn
from torch.nn import functional

TAPS = 511


class Crossover(nn.Module):
    """A linear-phase low pass, and what it leaves: both late by half its length, together exactly the input.

    Shapes: `[batch, 1, samples]` → two of the same.
    """

    def __init__(self, cutoff_hz: float = 400.0, sample_rate: float = 48000.0) -> None:
        super().__init__()
        n = torch.arange(TAPS, dtype=torch.float64) - TAPS // 2
        angle = 2 * math.pi * cutoff_hz / sample_rate * n
        sinc = torch.where(
            n == 0, torch.ones_like(n), torch.sin(angle) / torch.where(n == 0, torch.ones_like(n), angle)
        )
        taps = sinc * torch.hann_window(TAPS, periodic=False, dtype=torch.float64)
        self.register_buffer("taps", (taps / taps.sum()).float().reshape(1, 1, TAPS))
        self.delay = TAPS // 2
        self.register_buffer("heard", torch.zeros(1, 1, TAPS - 1))

    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        line = torch.cat([self.heard, x], 2)
        self.heard = line[:, :, x.size(2) :].clone()
        low = functional.conv1d(line, self.taps)
        late = line[:, :, self.delay : self.delay + x.size(2)]
        return {"low": low, "high": late - low}
