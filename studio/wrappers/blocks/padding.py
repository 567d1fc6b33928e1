"""Padding that is taken from the block before."""

from typing import Optional

import torch
from torch import Tensor, nn


class PaddingCached(nn.Module):
    """Puts what came last before what comes, so that a convolution over blocks is one over the whole sound.

    Args:
        n_ch: channels.
        padding_l: samples of the past that are put before each block.
        padding_r: samples that are put after it: the first ones of the block before.
        use_dynamic_bs: take any batch size; another one than before begins with silence.
        batch_size: the first one.
        debug_mode: look at the shape of each block.

    Shapes: `[batch, n_ch, n]` → `[batch, n_ch, padding_l + n + padding_r]`.
    """

    pad_l_buf: Tensor
    pad_r_buf: Tensor

    def __init__(
        self,
        n_ch: int,
        padding_l: int,
        padding_r: int = 0,
        use_dynamic_bs: bool = True,
        batch_size: int = 1,
        debug_mode: bool = True,
    ) -> None:
        super().__init__()
        if n_ch < 1 or batch_size < 1:
            raise ValueError(f"there is no padding for {n_ch} channels and a batch of {batch_size}")
        self.n_ch, self.padding_l, self.padding_r = n_ch, padding_l, padding_r
        self.use_dynamic_bs, self.debug_mode = use_dynamic_bs, debug_mode
        self.register_buffer("pad_l_buf", torch.zeros(batch_size, n_ch, padding_l))
        self.register_buffer("pad_r_buf", torch.zeros(batch_size, n_ch, padding_r))

    @torch.jit.export
    def reset(self, batch_size: Optional[int] = None) -> None:
        """Forget what was heard, and perhaps take another batch size from now on."""
        if batch_size is None:
            self.pad_l_buf.zero_()
            self.pad_r_buf.zero_()
        else:
            self.pad_l_buf = self.pad_l_buf.new_zeros([batch_size, self.n_ch, self.padding_l])
            self.pad_r_buf = self.pad_r_buf.new_zeros([batch_size, self.n_ch, self.padding_r])

    def prepare_for_inference(self) -> None:
        self.debug_mode = False
        self.reset()
        self.eval()

    def forward(self, x: Tensor) -> Tensor:
        if self.debug_mode:
            assert x.dim() == 3, "a block has the shape [batch, channels, samples]"
        if self.use_dynamic_bs and x.size(0) != self.pad_l_buf.size(0):
            self.reset(x.size(0))
        if self.padding_l > 0:
            x = torch.cat([self.pad_l_buf, x], -1)
            self.pad_l_buf.copy_(x[..., -self.padding_l :])  # in place: a trace keeps it
        if self.padding_r > 0:
            x = torch.cat([x, self.pad_r_buf], -1)
            self.pad_r_buf.copy_(x[..., self.padding_l : self.padding_l + self.padding_r])
        return x
