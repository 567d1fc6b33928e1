"""A convolution for training and for streaming: causal or not, with padding or with a cache."""

from typing import Final, Optional, Tuple, Union

import torch
from torch import Tensor, nn

from studio.wrappers.blocks.padding import PaddingCached


class Conv1dGeneral(nn.Module):
    """A convolution that can be switched from padding to a cache at any time.

    Without a cache it is torch's, or with `causal` one whose padding is all on the left. With a cache blocks come
    out as long as they went in, late by `get_delay_samples()` where it is not causal.

    Args:
        in_channels: of what comes.
        out_channels: of what goes.
        kernel_size: taps.
        stride: 1.
        padding: `same`, `valid`, or samples on each side (with `causal` on the left alone).
        dilation: samples from tap to tap.
        bias: add one.
        padding_mode: `zeros`, `reflect`, `replicate` or `circular`; a cache replaces it.
        causal: nothing of the future is used.
        cached: begin with a cache.
        use_dynamic_bs: the cache takes any batch size.
        batch_size: of the cache at first.
        debug_mode: look at the shape of each block.

    Shapes: `[batch, in_channels, n]` → `[batch, out_channels, m]`.
    """

    zeros: Final[bool]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: Union[str, int, Tuple[int]] = "same",
        dilation: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        causal: bool = True,
        cached: bool = False,
        use_dynamic_bs: bool = True,
        batch_size: int = 1,
        debug_mode: bool = True,
    ) -> None:
        super().__init__()
        if stride != 1:
            raise NotImplementedError(f"Conv1dGeneral has a stride of 1, not {stride}")
        reach = (kernel_size - 1) * dilation
        left, right = sides(reach, padding, causal)
        self.in_channels, self.causal, self.cached, self.debug_mode = in_channels, causal, cached, debug_mode
        self.padded_kernel_size, self.padding_l, self.padding_r = reach, left, right
        self.zeros = padding_mode == "zeros"
        self.padding_mode = "constant" if self.zeros else padding_mode
        self.conv1d = nn.Conv1d(in_channels, out_channels, kernel_size, dilation=dilation, bias=bias)
        self.padding_cached = PaddingCached(
            in_channels, max(reach, left), right, use_dynamic_bs, batch_size, debug_mode
        )

    @torch.jit.export
    def is_cached(self) -> bool:
        return self.cached

    @torch.jit.export
    def set_cached(self, cached: bool) -> None:
        """Use a cache or padding from now on; what was heard is forgotten."""
        self.cached = cached
        self.reset(None)  # TorchScript knows no default here

    @torch.jit.export
    def reset(self, batch_size: Optional[int] = None) -> None:
        self.padding_cached.reset(batch_size)

    @torch.jit.export
    def get_delay_samples(self) -> int:
        """Samples by which a cached block comes later than a padded one."""
        return self.padding_r

    def prepare_for_inference(self) -> None:
        """From now on with a cache, as a block-wise host needs it."""
        self.cached, self.debug_mode = True, False
        self.padding_cached.prepare_for_inference()
        self.eval()

    def forward(self, x: Tensor) -> Tensor:
        if self.debug_mode:
            assert x.dim() == 3 and x.size(1) == self.in_channels, "a block has the shape [batch, in_channels, samples]"
        if not self.cached:
            return self.conv1d(self.padded(x))
        made = self.conv1d(self.padding_cached(x))
        stop = made.size(-1) - self.padding_r  # what the right padding adds is not true yet
        return made[..., stop - x.size(-1) : stop]

    def padded(self, x: Tensor) -> Tensor:
        if self.padding_l == 0 and self.padding_r == 0:
            return x
        if self.zeros:
            return torch.constant_pad_nd(x, [self.padding_l, self.padding_r])
        return nn.functional.pad(x, [self.padding_l, self.padding_r], self.padding_mode)


def sides(reach: int, padding: Union[str, int, Tuple[int]], causal: bool) -> Tuple[int, int]:
    """Samples of padding on the left and on the right, for a kernel that reaches over `reach` samples."""
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"padding is same, valid or a number of samples, not {padding!r}")
        if padding == "valid":
            return 0, 0
        return (reach, 0) if causal else (reach // 2, reach - reach // 2)
    samples = padding[0] if isinstance(padding, tuple) else padding
    if samples < 0:
        raise ValueError(f"padding is not negative, as {samples} is")
    return (samples, 0) if causal else (samples, samples)
