"""A captured wrapper behind a queue, for a host that calls with powers of two whatever the model takes."""

import itertools
import math
from typing import Any, List

import torch
from torch import Tensor, nn

from studio.wrappers.captured import Captured

SERIALS = itertools.count()


def block_for(n: int, sizes: List[int], least: int, multiple: int) -> int:
    """Of all blocks that a model takes the one that makes calls with `n` samples wait least: n itself if it may be.

    A sample waits at most B − gcd(n, B) for its block of size B to fill.
    """
    if len(sizes) > 0:
        best = sizes[0]
        for size in sizes:
            waits, waited = size - math.gcd(n, size), best - math.gcd(n, best)
            if size == n or (best != n and (waits < waited or (waits == waited and size > best))):
                best = size
        return best
    if n >= least and n % multiple == 0:
        return n
    smallest = (max(1, least) + multiple - 1) // multiple * multiple
    whole = (smallest + n - 1) // n * n  # whole calls wait less than odd ones, unless they have to be much longer
    if whole % multiple == 0 and whole - n <= smallest - math.gcd(n, smallest):
        return whole
    return smallest


class Line(nn.Module):
    """One stream of sound through the model at the model's own rate.

    Shapes: x `[channels_in, n]` with the n given to `prepare`, positions `[n_params, 1]` 0…1 → `[rows, n·up/down]`.
    Latency: none where the model takes blocks that divide n, else that of `block_for`.
    """

    __constants__ = ("serial",)

    sizes: List[int]
    waiting: Tensor
    ready: Tensor

    def __init__(self, captured: Captured) -> None:
        super().__init__()
        call = captured.call
        self.serial = next(SERIALS)  # torch shares a type among modules that look alike; what is added belongs to one
        self.inner: Any = captured.module
        self.channels_in, self.rows = call.channels_in, call.channels_out
        self.sizes, self.least, self.multiple = list(call.block_sizes), call.min_block, call.multiple
        self.up, self.down = call.ratio
        self.n, self.block, self.owed, self.item = 0, 0, 0, 0
        self.register_buffer("waiting", torch.zeros(self.channels_in, 0))
        self.register_buffer("ready", torch.zeros(self.rows, 0))

    @torch.jit.export
    def prepare(self, sample_rate: int, n: int) -> None:
        self.n, self.block = n, block_for(n, self.sizes, self.least, self.multiple)
        waits = self.block - math.gcd(n, self.block)
        self.owed = (waits * self.up + self.down - 1) // self.down
        self.inner.prepare(sample_rate, self.block)
        self.reset()

    @torch.jit.export
    def reset(self) -> None:
        self.inner.reset()
        self.waiting = torch.zeros([self.channels_in, 0], device=self.waiting.device)
        self.ready = torch.zeros([self.rows, self.owed], device=self.ready.device)

    @torch.jit.export
    def latency(self) -> int:
        """Samples of the output by which it is late, the model's own delay included."""
        return self.owed + self.inner.latency() * self.up // self.down

    def forward(self, x: Tensor, positions: Tensor) -> Tensor:
        turned = positions.expand(positions.size(0), self.block)
        if self.block == x.size(1):
            return self.inner(x, turned)
        self.waiting = torch.cat([self.waiting, x], 1)
        made = [self.ready]
        while self.waiting.size(1) >= self.block:
            made.append(self.inner(self.waiting[:, : self.block], turned))
            self.waiting = self.waiting[:, self.block :].clone()
        out, wanted = torch.cat(made, 1), x.size(1) * self.up // self.down
        self.ready = out[:, wanted:].clone()
        return out[:, :wanted]
