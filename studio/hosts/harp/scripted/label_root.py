"""The root of a labeller for HARP: a whole sound in, classes and times out."""

import math
from typing import Any, List, Tuple

import torch
from torch import Tensor, nn

from studio.hosts.harp.scripted.pieces import PIECE
from studio.wrappers.captured import Captured
from studio.wrappers.offline import fewest_cuts, folded, known_labels
from studio.wrappers.resampler import Resampler


class LabelRoot(nn.Module):
    """A captured labeller for sounds of any length, rate and number of channels.

    Labels outside the sound, and of no known class, are left out.

    Shapes: audio `[channels, n]` at `sample_rate` Hz, positions `[n_params]` 0…1 → class indexes `[labels]` and times
        `[labels, 2]` in seconds.
    """

    sizes: List[int]
    rates: List[int]

    def __init__(self, captured: Captured, classes: int) -> None:
        super().__init__()
        call = captured.call
        self.inner: Any = captured.module
        self.resample = Resampler(call.resampling)
        self.classes, self.channels_in, self.piece = classes, call.channels_in, PIECE
        self.sizes, self.rates = list(call.block_sizes), list(call.sample_rates)
        self.min_block, self.multiple = call.min_block, call.multiple

    def forward(self, audio: Tensor, sample_rate: int, positions: Tensor) -> Tuple[Tensor, Tensor]:
        rate = self.choose_rate(sample_rate)
        x = self.at_rate(folded(audio, self.channels_in), sample_rate, rate)
        self.inner.prepare(rate, self.block(x.size(1)))
        late = int(self.inner.latency())
        size = self.block(x.size(1) + late)
        self.inner.prepare(rate, size)
        self.inner.reset()
        whole = max(1, (x.size(1) + late + size - 1) // size) * size  # a sound of no sample has no label
        fed = torch.constant_pad_nd(x, [0, whole - x.size(1)])
        turned = positions.reshape(-1, 1).expand(positions.size(0), size)
        classes: List[Tensor] = []
        times: List[Tensor] = []
        for start in range(0, whole, size):
            found = self.play(fed[:, start : start + size], turned)
            classes.append(found[0])
            times.append(found[1] + float(start - late) / float(rate))
        self.inner.reset()
        return known_labels(
            torch.cat(classes, 0), torch.cat(times, 0), self.classes, float(audio.size(1)) / float(sample_rate)
        )

    def block(self, n: int) -> int:
        return fewest_cuts(n, self.sizes, self.min_block, self.multiple, self.piece)

    def choose_rate(self, sample_rate: int) -> int:
        """The sound's own where the model takes it, else the nearest of the model's."""
        if len(self.rates) == 0 or sample_rate in self.rates:
            return sample_rate
        best = self.rates[0]
        for rate in self.rates:
            if abs(rate - sample_rate) < abs(best - sample_rate):
                best = rate
        return best

    def at_rate(self, x: Tensor, sample_rate: int, rate: int) -> Tensor:
        """`x` at the model's rate, with the filter's delay taken out."""
        if sample_rate == rate:
            return x
        common = math.gcd(rate, sample_rate)
        up, down = rate // common, sample_rate // common
        self.resample.prepare(up, down, down, x.size(0))
        late = self.resample.centre // down
        frames = x.size(1) * up // down
        more = (late * down + up - 1) // up + down
        return self.resample(torch.constant_pad_nd(x, [0, more]))[:, late : late + frames].contiguous()

    @torch.jit.export
    def play(self, x: Tensor, params: Tensor) -> Tuple[Tensor, Tensor]:
        found = self.inner(x, params)
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
