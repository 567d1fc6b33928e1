"""The root of an effect for Audacity: one tensor in, one row for each label out, always in time."""

import torch
from torch import Tensor, nn

from studio.wrappers.captured import Captured
from studio.wrappers.offline import fewest_cuts
from studio.wrappers.stream import Stream


class EffectRoot(nn.Module):
    """A captured wrapper whose knobs stand where they are, for a host that has neither knobs nor latency.

    `forward` is what Audacity calls: each call by itself, so that the same block always gives the same rows.
    `play`, `reset`, `prepare` and `latency` let the package be heard block by block as well.

    Shapes: x `[1 or 2, n]`, n ≥ 1 → `[rows, n]`.
    """

    positions: Tensor

    def __init__(self, captured: Captured, positions: Tensor, sample_rate: int) -> None:
        super().__init__()
        self.stream = Stream(captured)
        self.sample_rate = sample_rate
        self.register_buffer("positions", positions.reshape(-1, 1))
        self.stream.set_up(sample_rate, 1, sample_rate, 0)
        self.late = self.stream.filtering + int(captured.module.latency())

    def forward(self, x: Tensor) -> Tensor:
        fed = self.prepared(x)
        return self.whole(fed, self.knobs(fed.size(1)), x.size(1))

    def whole(self, fed: Tensor, params: Tensor, n: int) -> Tensor:
        """What the model makes of all that was prepared, without its delay: `[rows, n]`."""
        late = self.late
        made = self.stream.drain(fed, params)
        self.stream.reset()  # nothing of the sound stays in memory, nor in the file when it is saved again
        if made.size(1) < late + n:
            made = torch.constant_pad_nd(made, [0, late + n - made.size(1)])
        return made[:, late : late + n].contiguous()

    def knobs(self, n: int) -> Tensor:
        return self.positions.expand(self.positions.size(0), n)

    def prepared(self, x: Tensor) -> Tensor:
        """Fold, reset, and lengthen by what the model is late, up to whole blocks: `[channels_in, more]`."""
        n = x.size(1) + self.late
        block = fewest_cuts(n, self.stream.sizes, self.stream.min_block, self.stream.multiple, n)
        n = (n + block - 1) // block * block
        self.stream.set_up(self.sample_rate, n, self.sample_rate, block)
        return torch.constant_pad_nd(self.stream.fold_in(x), [0, n - x.size(1)])

    @torch.jit.export
    def play(self, x: Tensor) -> Tensor:
        return self.stream.inner(x, self.knobs(x.size(1)))

    @torch.jit.export
    def reset(self) -> None:
        self.stream.inner.reset()

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.stream.inner.prepare(sample_rate, block)

    @torch.jit.export
    def latency(self) -> int:
        return self.stream.inner.latency()
