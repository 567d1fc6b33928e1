"""The root of a labeller for Audacity: one tensor in, classes and times out."""

from typing import Any, List, Tuple

import torch
from torch import Tensor, nn

from studio.hosts.audacity.scripted.lengths import fewest_cuts
from studio.wrappers.captured import Captured


class LabelRoot(nn.Module):
    """A captured labeller that takes any length.

    Times outside the block are cut to it, and labels that are then empty, or of no known class, are left out:
    Audacity looks a class up without asking whether it is there.

    Shapes: x `[1 or 2, n]` → class indexes `[labels]` and times `[labels, 2]` in seconds from the block's start.
    """

    positions: Tensor

    def __init__(self, captured: Captured, positions: Tensor, sample_rate: int, classes: int) -> None:
        super().__init__()
        call = captured.call
        self.inner: Any = captured.module
        self.sample_rate, self.classes, self.channels_in = sample_rate, classes, call.channels_in
        self.late = int(captured.module.latency())
        self.sizes: Any = torch.jit.Attribute(list(call.block_sizes), List[int])
        self.min_block, self.multiple = call.min_block, call.multiple
        self.register_buffer("positions", positions.reshape(-1, 1))

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.found(x, self.positions.expand(self.positions.size(0), x.size(1)))

    def found(self, x: Tensor, params: Tensor) -> Tuple[Tensor, Tensor]:
        """The labels of the whole sound `[channels, n]` with knobs `[n_params, n]`."""
        n = x.size(1) + self.late
        size = fewest_cuts(n, self.sizes, self.min_block, self.multiple)
        whole = (n + size - 1) // size * size
        fed = torch.constant_pad_nd(self.fold(x), [0, whole - x.size(1)])
        last = params[:, params.size(1) - 1 :]
        turned = torch.cat([params, last.expand(params.size(0), whole - x.size(1))], 1)
        self.inner.prepare(self.sample_rate, size)
        self.inner.reset()
        classes: List[Tensor] = []
        times: List[Tensor] = []
        for start in range(0, whole, size):
            found = self.inner(fed[:, start : start + size], turned[:, start : start + size])
            classes.append(found[0])
            times.append(found[1] + float(start - self.late) / float(self.sample_rate))
        return self.tidy(torch.cat(classes, 0), torch.cat(times, 0), float(x.size(1)) / float(self.sample_rate))

    def fold(self, x: Tensor) -> Tensor:
        if x.size(0) == self.channels_in:
            return x
        if self.channels_in == 1:
            return torch.mean(x, dim=0, keepdim=True)
        return x[torch.remainder(torch.arange(self.channels_in), x.size(0))]

    def tidy(self, classes: Tensor, times: Tensor, seconds: float) -> Tuple[Tensor, Tensor]:
        inside = torch.clamp(times.to(torch.float32), 0.0, seconds)
        known = torch.logical_and(classes >= 0, classes < self.classes)
        kept = torch.nonzero(torch.logical_and(known, inside[:, 0] < inside[:, 1])).reshape(-1)
        return classes[kept], inside[kept]

    @torch.jit.export
    def play(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        found = self.inner(x, self.positions.expand(self.positions.size(0), x.size(1)))
        return found[0], found[1]

    @torch.jit.export
    def reset(self) -> None:
        self.inner.reset()

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.inner.prepare(sample_rate, block)

    @torch.jit.export
    def latency(self) -> int:
        return self.inner.latency()
