"""The root of a labeller for Audacity: one tensor in, classes and times out."""

from typing import Any, List, Tuple

import torch
from torch import Tensor, nn

from studio.wrappers.captured import Captured
from studio.wrappers.offline import fewest_cuts, folded, known_labels


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
        size = fewest_cuts(n, self.sizes, self.min_block, self.multiple, n)
        whole = (n + size - 1) // size * size
        fed = torch.constant_pad_nd(folded(x, self.channels_in), [0, whole - x.size(1)])
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
        return known_labels(
            torch.cat(classes, 0), torch.cat(times, 0), self.classes, float(x.size(1)) / float(self.sample_rate)
        )

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
