"""Windowed overlap-add: blocks that share their ends are faded into one another."""

import math

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.errors import ModelError
from studio.wrappers.context import ContextShell


def crossfade(size: int, overlap: int) -> Tensor:
    """A window `[size]` whose copies, `size - overlap` samples apart, add up to one.

    Flat but for raised-cosine slopes of `overlap` samples, or of half the block where blocks share more than that.
    """
    slope = min(overlap, size // 2)
    rise = torch.sin(math.pi / 2 * (torch.arange(slope, dtype=torch.float64) + 0.5) / slope) ** 2
    window = torch.cat([rise, torch.ones(size - 2 * slope, dtype=torch.float64), rise.flip(0)])
    return window / _shifted(window, size - overlap, everywhere=True)


def _shifted(window: Tensor, hop: int, *, everywhere: bool) -> Tensor:
    """The sum of copies `hop` apart that reach over each sample of the window: all, or this and earlier ones."""
    size = window.size(0)
    total = torch.zeros_like(window)
    for shift in range(-((size - 1) // hop) * hop if everywhere else 0, size, hop):
        first, last = max(0, -shift), min(size, size - shift)
        total[first:last] += window[first + shift : last + shift]
    return total


class OverlapShell(ContextShell):
    """Calls a model with blocks of `size` samples that share `overlap` samples, and adds the windowed answers.

    Shapes: every call brings `size - overlap` samples; what comes out is late by `overlap`. There is no fade at the
    beginning: the first answer counts in full where no earlier one can reach it.
    """

    window: Tensor
    opening: Tensor
    tail: Tensor

    def __init__(self, core: nn.Module, call: Call, n_params: int) -> None:
        super().__init__(core, call, n_params, call.overlap)
        self.size, hop = call.block_sizes[0], call.block_sizes[0] - call.overlap
        self.hop = hop * self.up // self.down
        window = crossfade(self.size * self.up // self.down, call.overlap * self.up // self.down)
        self.register_buffer("window", window.float())
        self.register_buffer("opening", _shifted(window, self.hop, everywhere=False).float())
        self.register_buffer("tail", torch.zeros(call.channels_out, window.size(0) - self.hop))
        self.begins = True

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:  # noqa: ARG002 - the model's block is its own
        if hasattr(self.core, "tell"):
            self.core.tell(sample_rate, self.size)

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        whole, turned = self.surrounded(x, params)
        made = self.within(self.core(whole.clone(), turned.clone()), self.size)
        weighted = made * (self.opening if self.begins else self.window)
        self.begins = False
        total = weighted + torch.constant_pad_nd(self.tail, [0, self.hop])
        self.tail = total[:, self.hop :].clone()
        return total[:, : self.hop]


def choose_size(call: Call) -> int:
    """The block that a model is called with where blocks overlap. Raises: ModelError where none is long enough."""
    if call.block_sizes:
        longer = [each for each in sorted(call.block_sizes) if each >= 2 * call.overlap]
        longer = longer or [each for each in sorted(call.block_sizes, reverse=True) if each > call.overlap]
        if not longer:
            sizes = " or ".join(str(each) for each in call.block_sizes)
            said = f"Blocks of {sizes} samples cannot share {call.overlap}."
            raise ModelError(said, f"Take an overlap of {max(call.block_sizes) // 2} or less.", fields=["overlap"])
        return longer[0]
    least = max(2 * call.overlap, call.min_block, 512)
    return -(-least // call.multiple) * call.multiple
