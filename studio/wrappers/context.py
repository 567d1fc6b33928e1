"""Shells that show a model more than the block: the past before it and the future behind it."""

from typing import Tuple

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.wrappers.shell import Shell


class ContextShell(Shell):
    """Puts past samples before each block and waits for future ones behind it; keeps what belongs to the block.

    The model is called with `[look_behind | block | look_ahead]`, so the block is as late as `look_ahead`. An answer
    that is shorter than that lost its beginning, as unpadded convolutions do.
    """

    heard: Tensor
    turned: Tensor

    def __init__(self, core: nn.Module, call: Call, n_params: int, more: int = 0) -> None:
        super().__init__(core, call.latency + call.look_ahead + more)
        self.kept = call.look_behind + call.look_ahead + more
        self.up, self.down = call.ratio
        self.ahead = call.look_ahead * self.up // self.down
        self.fresh = True
        self.register_buffer("heard", torch.zeros(call.channels_in, self.kept))
        self.register_buffer("turned", torch.zeros(n_params, self.kept))

    def surrounded(self, x: Tensor, params: Tensor) -> Tuple[Tensor, Tensor]:
        """A block with what was heard before it, `[channels, kept + n]`, and the knobs at the same samples."""
        if self.fresh:  # before the first block the knobs stood where they stand now
            self.turned = params[:, :1].expand(params.size(0), self.kept)
            self.fresh = False
        whole, turned = torch.cat([self.heard, x], 1), torch.cat([self.turned, params], 1)
        self.heard = whole[:, x.size(1) :].clone()  # a view would be saved with all that it was cut from
        self.turned = turned[:, x.size(1) :].clone()
        return whole, turned

    def within(self, made: Tensor, n: int) -> Tensor:
        """Of what the model made, the samples that belong to `n` samples before the future."""
        wanted = min(made.size(1), n * self.up // self.down)
        end = made.size(1) - min(self.ahead, made.size(1) - wanted)
        return made[:, end - wanted : end]

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        whole, turned = self.surrounded(x, params)
        made = self.core(whole.clone(), turned.clone())  # clones: the model may write into what it is given
        return self.within(made, x.size(1))
