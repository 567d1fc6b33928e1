"""Layers that remember the end of the last block instead of padding the next one.

State is written in place, so that a trace of them keeps it.
"""

from typing import Any, List, Optional

import torch
from torch import Tensor, nn


def line_of(x: Tensor, axis: int, samples: int) -> Tensor:
    """Silence shaped as `x`, `samples` long."""
    shape = list(x.shape)
    shape[axis] = samples
    return torch.zeros(shape)


class DelayLine(nn.Module):
    """Gives what it is given `delay` samples later, along `axis`."""

    line: Tensor

    def __init__(self, like: Tensor, axis: int, delay: int) -> None:
        super().__init__()
        self.axis, self.delay = axis, delay
        self.register_buffer("line", line_of(like, axis, delay))

    def forward(self, x: Tensor) -> Tensor:
        whole = torch.cat([self.line, x], self.axis)
        self.line.copy_(whole.narrow(self.axis, x.size(self.axis), self.delay))
        return whole.narrow(self.axis, 0, x.size(self.axis))


class CachedConv1d(nn.Module):
    """A convolution over the past: output i uses inputs up to i·stride, of this block and of those before."""

    weight: Tensor
    bias: Optional[Tensor]
    cache: Tensor

    def __init__(
        self, weight: Tensor, bias: Optional[Tensor], like: Tensor, stride: int, dilation: int, groups: int
    ) -> None:
        super().__init__()
        self.stride, self.dilation, self.groups = stride, dilation, groups
        self.past = (weight.shape[2] - 1) * dilation
        self.register_buffer("weight", weight.detach().clone())
        self.register_buffer("bias", None if bias is None else bias.detach().clone())
        self.register_buffer("cache", line_of(like, like.dim() - 1, self.past))

    def forward(self, x: Tensor) -> Tensor:
        if self.past > 0:
            x = torch.cat([self.cache, x], -1)
            self.cache.copy_(x[..., -self.past :])
        return torch.conv1d(x, self.weight, self.bias, [self.stride], [0], [self.dilation], self.groups)


class CachedConvTranspose1d(nn.Module):
    """A transposed convolution whose tails reach into the next block: n samples in, n·stride out."""

    weight: Tensor
    bias: Optional[Tensor]
    cache: Tensor

    def __init__(
        self, weight: Tensor, bias: Optional[Tensor], like: Tensor, stride: int, dilation: int, groups: int
    ) -> None:
        super().__init__()
        self.stride, self.dilation, self.groups = stride, dilation, groups
        reach = (weight.shape[2] - 1) * dilation
        self.past = reach // stride
        self.more = max(0, stride - 1 - reach)  # a kernel shorter than its stride leaves gaps
        self.skipped, self.extra = self.past * stride, reach + 1 + self.more - stride
        self.register_buffer("weight", weight.detach().clone())
        self.register_buffer("bias", None if bias is None else bias.detach().clone())
        self.register_buffer("cache", line_of(like, like.dim() - 1, self.past))

    def forward(self, x: Tensor) -> Tensor:
        if self.past > 0:
            x = torch.cat([self.cache, x], -1)
            self.cache.copy_(x[..., -self.past :])
        made = torch.conv_transpose1d(
            x, self.weight, self.bias, [self.stride], [0], [self.more], self.groups, [self.dilation]
        )
        made = made[..., self.skipped :]
        return made[..., : -self.extra] if self.extra > 0 else made


class CachedPool1d(nn.Module):
    """A pooling layer over the past, made of the original without its padding."""

    cache: Tensor

    def __init__(self, pool: nn.Module, like: Tensor, past: int) -> None:
        super().__init__()
        self.pool: Any = pool
        self.past = past
        self.register_buffer("cache", line_of(like, like.dim() - 1, past))

    def forward(self, x: Tensor) -> Tensor:
        if self.past > 0:
            x = torch.cat([self.cache, x], -1)
            self.cache.copy_(x[..., -self.past :])
        return self.pool(x)


class CachedRecurrent(nn.Module):
    """A GRU, LSTM or RNN that goes on where it stopped."""

    hidden: Tensor

    def __init__(self, network: nn.Module, states: List[Tensor]) -> None:
        super().__init__()
        self.network: Any = network
        self.register_buffer("hidden", states[0].clone())

    def forward(self, x: Tensor) -> Tensor:
        made, hidden = self.network(x, self.hidden)
        self.hidden.copy_(hidden)
        return made


class CachedLSTM(CachedRecurrent):
    """The same with a cell beside the hidden state."""

    cell: Tensor

    def __init__(self, network: nn.Module, states: List[Tensor]) -> None:
        super().__init__(network, states)
        self.register_buffer("cell", states[1].clone())

    def forward(self, x: Tensor) -> Tensor:
        made, after = self.network(x, (self.hidden, self.cell))
        self.hidden.copy_(after[0])
        self.cell.copy_(after[1])
        return made
