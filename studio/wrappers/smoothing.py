"""Knob positions that follow the hand with a time constant."""

import math
from collections.abc import Sequence
from typing import List

import torch
from torch import Tensor, nn

from studio.document.parameter import Parameter

CHUNK = 64  # samples that one matrix product smooths
RESTS = 1e-6  # of the knob's way: nearer than this it has arrived


class Smoother(nn.Module):
    """A one-pole low pass for each knob: y[n] = y[n − 1] + (1 − e^(−1/(τ·rate)))·(p[n] − y[n − 1]).

    It starts at the first position, not at 0. Choices and toggles jump, as they have nothing in between.

    Shapes: positions `[n_params, n]` in and out, each sample smoothed.
    """

    seconds: List[float]
    reached: Tensor
    steps: Tensor
    fading: Tensor

    def __init__(self, parameters: Sequence[Parameter], sample_rate: int) -> None:
        super().__init__()
        self.seconds = [each.smoothing_ms / 1000 if each.kind == "continuous" else 0.0 for each in parameters]
        self.idle = not any(self.seconds)
        self.chunk, self.rests, self.fresh = CHUNK, RESTS, True  # TorchScript sees attributes only
        self.register_buffer("reached", torch.zeros(len(parameters), 1))
        self.register_buffer("steps", torch.zeros(1))
        self.register_buffer("fading", torch.zeros(1))
        self.prepare(sample_rate)

    @torch.jit.export
    def prepare(self, sample_rate: int) -> None:
        kept: List[float] = []
        for seconds in self.seconds:
            kept.append(math.exp(-1.0 / (seconds * sample_rate)) if seconds > 0.0 else 0.0)
        decay = torch.tensor(kept, dtype=torch.float64).reshape(-1, 1, 1)
        n = torch.arange(self.chunk, dtype=torch.float64)
        distance = n.unsqueeze(1) - n.unsqueeze(0)
        powers = torch.pow(decay, torch.clamp(distance, min=0.0)) * (distance >= 0).to(torch.float64)
        self.steps = (powers * (1.0 - decay)).to(torch.float32)
        self.fading = torch.pow(decay.squeeze(2), n + 1.0).to(torch.float32)
        self.fresh = True

    def forward(self, positions: Tensor) -> Tensor:
        if self.idle:
            return positions
        if self.fresh:
            self.reached = positions[:, :1].clone()
            self.fresh = False
        if bool(torch.max(torch.abs(positions - self.reached)) < self.rests):
            self.reached = positions[:, -1:].clone()
            return positions
        made: List[Tensor] = []
        for start in range(0, positions.size(1), self.chunk):
            part = positions[:, start : start + self.chunk]
            n = part.size(1)
            smooth = torch.bmm(self.steps[:, :n, :n], part.unsqueeze(2)).squeeze(2) + self.reached * self.fading[:, :n]
            self.reached = smooth[:, n - 1 :].clone()
            made.append(smooth)
        return torch.cat(made, 1)
