"""Make a model that forgets between calls answer the same however its input is cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor, nn

from studio.document.call import Key, Nesting
from studio.loading.behaviour import FAR, Reach
from studio.loading.outputs import Sound, leaves
from studio.loading.trial import Way, grouped
from studio.wrappers.adapter import Nested


@dataclass(frozen=True)
class Fit:
    """What has to be done around each call.

    Attributes:
        look_behind: past input samples to put before each block.
        latency: input samples by which the output then lags.
        start: output samples to drop at the beginning.
        end: output samples to drop at the end: they depend on input that has not come yet.
    """

    look_behind: int = 0
    latency: int = 0
    start: int = 0
    end: int = 0


def fit(sound: Sound, reach: Reach | None, multiple: int, forgets: bool) -> Fit:
    """What to do around each call; `forgets` says that the model has no state and takes any length.

    With context `[look_behind | n]` the model gives ratio · (look_behind + n) + offset samples. Kept are the ratio · n
    latest that neither input before the context nor input after the block would change.
    """
    ratio, offset = sound.ratio, sound.offset
    if reach is None or not forgets or not reaches_far_enough(sound, reach):
        lost = math.ceil(Fraction(max(0, -offset)) / ratio)
        late = max(Fraction(0), _aligned(sound, reach) + max(0, -offset)) / ratio
        return Fit(lost, round(late), 0, max(0, offset))
    edge: int = min(math.floor(reach.edge), offset)
    least = Fraction(max(0, math.floor(reach.past) + 1) - edge) / ratio
    step = math.lcm(multiple, ratio.denominator)
    look_behind = max(0, -(-math.ceil(least) // step) * step)
    start = int(ratio * look_behind) + edge
    late = (_aligned(sound, reach) - edge) / ratio
    return Fit(look_behind, max(0, round(late)), start, offset - edge)


def reaches_far_enough(sound: Sound, reach: Reach) -> bool:
    """Whether a model's reach in time is short enough for a block to be given all of it."""
    return not reach.whole and (reach.last - min(Fraction(0), reach.first)) / sound.ratio <= FAR


def _aligned(sound: Sound, reach: Reach | None) -> Fraction:
    """Where the output stands that belongs to an input sample, in output samples.

    The middle of an answer that is symmetric in time; the same place in a model that pads its input to look ahead;
    else where the answer begins.
    """
    if reach is None:
        return Fraction(0)
    if reach.centre is not None:
        return reach.centre
    return Fraction(0 if sound.offset >= 0 and reach.first < 0 else reach.first)


class Trimmed(Nested):
    """A model whose answer is cut at both ends, along its last axis."""

    def __init__(self, model: nn.Module, start: int, end: int, method: str = "forward") -> None:
        super().__init__(model, method)
        self.start, self.end = start, end

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = getattr(self.model, self.method)(x)
        return made[..., self.start : made.size(-1) - self.end]

    def nesting(self) -> Nesting:
        """The same, as part of a call."""
        return Nesting(start=self.start, end=self.end)


class Flattened(Nested):
    """A model with nested arguments and answers, called with plain tensors.

    Args:
        model: the model.
        way: which arguments it wants as tuples.
        keys: which tensors of its answer are given back, in order; the sounds among them first.
        sounds: how many of them are sound.
        axis: of time, in each sound.
        start: samples cut from the beginning of each sound.
        end: samples cut from their end.
        method: what is called.
    """

    def __init__(
        self,
        model: nn.Module,
        way: Way,
        keys: tuple[Key, ...],
        sounds: int,
        axis: int,
        start: int = 0,
        end: int = 0,
        method: str = "forward",
    ) -> None:
        super().__init__(model, method)
        self.way, self.keys, self.sounds = way, keys, sounds
        self.axis, self.start, self.end = axis, start, end

    def forward(self, x: Tensor, **named: Any) -> Tensor | tuple[Tensor, ...]:
        samples = x.shape[self.way.layout.index("T")]
        held = leaves(getattr(self.model, self.method)(x, **grouped(self.way, named, samples)))
        made = [held[key] for key in self.keys]
        for index in range(self.sounds):
            length = made[index].shape[self.axis] - self.start - self.end
            made[index] = torch.narrow(made[index], self.axis, self.start, length)
        return made[0] if len(made) == 1 else tuple(made)

    def nesting(self) -> Nesting:
        """The same, as part of a call."""
        return Nesting(
            tuples=self.way.tuples,
            spread=self.way.spread,
            keys=self.keys,
            sounds=self.sounds,
            start=self.start,
            end=self.end,
        )
