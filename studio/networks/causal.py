"""A convolution that hears nothing of the future and keeps its past from call to call."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class CausalConv1d(nn.Conv1d):
    """A convolution over blocks, as if they were one sound.

    Shapes: `[1, inputs, samples]` → `[1, outputs, samples]`.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int = 1, bias: bool = True) -> None:
        super().__init__(inputs, outputs, kernel, dilation=dilation, bias=bias)
        self.register_buffer("past", torch.zeros(1, inputs, (kernel - 1) * dilation))
        self.past: Tensor

    def forward(self, x: Tensor) -> Tensor:
        whole = torch.cat([self.past, x], 2)
        self.past.copy_(whole[:, :, x.size(2) :])
        return functional.conv1d(whole, self.weight, self.bias, dilation=self.dilation)
