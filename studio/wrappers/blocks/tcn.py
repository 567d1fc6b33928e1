"""A temporal convolutional network: dilated convolutions in a row, each with a way around it."""

from typing import Optional

import torch
from torch import Tensor, nn


def causal_crop(x: Tensor, length: int) -> Tensor:
    """The `length` samples before the last one, or all where there are so many.

    That the last one is left out is how networks of this kind were trained.
    """
    samples = x.size(-1)
    return x if samples == length else x[..., samples - 1 - length : samples - 1]


class FiLM(nn.Module):
    """Scales and shifts each channel as a condition says.

    Args:
        cond_dim: numbers in the condition.
        num_features: channels.
        use_bn: normalise the channels first.

    Shapes: `[batch, num_features, n]` and `[batch, cond_dim]` → `[batch, num_features, n]`.
    """

    def __init__(self, cond_dim: int, num_features: int, use_bn: bool = True) -> None:
        super().__init__()
        self.num_features, self.use_bn = num_features, use_bn
        self.bn = nn.BatchNorm1d(num_features, affine=False) if use_bn else nn.Identity()
        self.adaptor = nn.Linear(cond_dim, 2 * num_features)

    def forward(self, x: Tensor, cond: Tensor) -> Tensor:
        scale, shift = torch.chunk(self.adaptor(cond).unsqueeze(-1), 2, 1)
        return self.bn(x) * scale + shift


class TCN1DBlock(nn.Module):
    """A convolution, its conditioning or normalisation, its activation, and what went in beside it.

    Args:
        in_ch: channels of what comes.
        out_ch: channels of what goes.
        kernel_size: taps.
        dilation: samples from tap to tap.
        padding: samples on each side; so many that an odd kernel keeps the length where it is None.
        cond_dim: numbers in the condition; 0 for none.
        use_bias_in_conv: whether the convolution has a bias.
        use_bn: whether channels are normalised.
        use_act: whether there is an activation.
        use_res: whether what went in is added.
        act: the activation; a PReLU where it is None.
        prelu_ch: parameters of that PReLU.
        res_groups: groups of the way around.

    Shapes: `[batch, in_ch, n]`, perhaps `[batch, cond_dim]` → `[batch, out_ch, m]`.
    """

    def __init__(
        self,
        in_ch: int,
        out_ch: int,
        kernel_size: int,
        dilation: int,
        padding: Optional[int] = None,
        cond_dim: int = 0,
        use_bias_in_conv: bool = True,
        use_bn: bool = True,
        use_act: bool = True,
        use_res: bool = True,
        act: Optional[nn.Module] = None,
        prelu_ch: int = 1,
        res_groups: int = 1,
    ) -> None:
        super().__init__()
        self.padding = (kernel_size - 1) // 2 * dilation if padding is None else padding
        self.act = (nn.PReLU(prelu_ch) if act is None else act) if use_act else None
        self.conv = nn.Conv1d(
            in_ch, out_ch, kernel_size, dilation=dilation, padding=self.padding, bias=use_bias_in_conv
        )
        self.film = FiLM(cond_dim, out_ch, use_bn) if cond_dim > 0 else None
        self.bn = nn.BatchNorm1d(out_ch) if use_bn and cond_dim <= 0 else None
        self.res = nn.Conv1d(in_ch, out_ch, 1, groups=res_groups, bias=False) if use_res else None

    def forward(self, x: Tensor, cond: Optional[Tensor] = None) -> Tensor:
        made = self.conv(x)
        if self.film is not None and cond is not None:
            made = self.film(made, cond)
        elif self.bn is not None:
            made = self.bn(made)
        if self.act is not None:
            made = self.act(made)
        if self.res is not None:
            made = made + causal_crop(self.res(x), made.size(-1))
        return made


class TCN1D(nn.Module):
    """Blocks in a row, each with `dil_growth` times the dilation of the one before.

    Args:
        in_ch: channels of what comes.
        out_ch: channels of what goes, of two blocks and more; one block alone has `n_channels`.
        n_blocks: how many.
        kernel_size: taps of each convolution.
        n_channels: between the blocks.
        dil_growth: factor from dilation to dilation.
        padding: samples on each side of every block; None keeps the length with odd kernels.
        cond_dim: numbers in the condition; 0 for none.
        use_act: whether blocks have activations.
        use_bn: whether blocks normalise.
        use_bias_in_conv: whether convolutions have a bias.

    Shapes: `[batch, in_ch, n]`, perhaps `[batch, cond_dim]` → `[batch, out_ch, m]`.
    """

    def __init__(
        self,
        in_ch: int = 1,
        out_ch: int = 1,
        n_blocks: int = 10,
        kernel_size: int = 13,
        n_channels: int = 64,
        dil_growth: int = 4,
        padding: Optional[int] = None,
        cond_dim: int = 0,
        use_act: bool = True,
        use_bn: bool = False,
        use_bias_in_conv: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size, self.n_channels, self.dil_growth = kernel_size, n_channels, dil_growth
        self.n_blocks, self.stack_size, self.cond_dim = n_blocks, n_blocks, cond_dim
        self.use_act, self.use_bn, self.use_bias_in_conv = use_act, use_bn, use_bias_in_conv
        widths = [in_ch, *[n_channels] * max(1, n_blocks - 1), *[out_ch] * (n_blocks > 1)]
        self.blocks = nn.ModuleList(
            TCN1DBlock(
                widths[n],
                widths[n + 1],
                kernel_size,
                dil_growth**n,
                padding,
                cond_dim,
                use_bias_in_conv=use_bias_in_conv,
                use_bn=use_bn,
                use_act=use_act,
            )
            for n in range(n_blocks)
        )

    def forward(self, x: Tensor, cond: Optional[Tensor] = None) -> Tensor:
        assert x.dim() == 3, "sound has the shape [batch, channels, samples]"
        if cond is not None:
            assert cond.dim() == 2, "the condition has the shape [batch, cond_dim]"
        for block in self.blocks:
            x = block(x, cond)
        return x

    def calc_receptive_field(self) -> int:
        """Samples of the input that one sample of the output depends on."""
        return 1 + (self.kernel_size - 1) * sum(self.dil_growth**n for n in range(self.n_blocks))
