"""A gated convolutional network whose features are scaled over time by a recurrent layer.

After Comunità, Steinmetz, Phan and Reiss, "Modelling black-box audio effects with time-varying feature modulation",
2022 (arXiv 2211.00497).
"""

from typing import Final, Optional, Tuple

import torch
from torch import Tensor, nn


class TFiLM(nn.Module):
    """Scales channels, piece by piece of time, by what a recurrent layer makes of the pieces' peaks.

    Its axes are those that networks of this kind were trained with: the recurrent layer goes along the batch, and
    each piece of a block has a state of its own that it hands to the same piece of the next block. Blocks of another
    number of pieces than before begin anew.

    Args:
        n_channels: of the features.
        cond_dim: numbers in the condition, which has to be given.
        tfilm_block_size: samples of a piece.
        rnn_type: `lstm` or `gru`.

    Shapes: `[batch, n_channels, n]` and `[batch, cond_dim]` → `[batch, n_channels, n]`.
    """

    lstm: Final[bool]
    hidden: Tensor
    cell: Tensor

    def __init__(self, n_channels: int, cond_dim: int, tfilm_block_size: int, rnn_type: str = "lstm") -> None:
        super().__init__()
        if rnn_type.lower() not in ("lstm", "gru"):
            raise ValueError(f"rnn_type is lstm or gru, not {rnn_type!r}")
        self.nchannels, self.cond_dim, self.tfilm_block_size = n_channels, cond_dim, tfilm_block_size
        self.lstm = rnn_type.lower() == "lstm"
        self.maxpool = nn.MaxPool1d(tfilm_block_size)
        self.rnn = (nn.LSTM if self.lstm else nn.GRU)(n_channels + cond_dim, n_channels, batch_first=True)
        self.register_buffer("hidden", torch.zeros(1, 0, n_channels), persistent=False)
        self.register_buffer("cell", torch.zeros(1, 0, n_channels), persistent=False)

    def forward(self, x: Tensor, cond: Optional[Tensor] = None) -> Tensor:
        samples, piece = x.size(2), self.tfilm_block_size
        whole = torch.constant_pad_nd(x, [0, (piece - samples % piece) % piece])
        pieces = whole.size(2) // piece
        peaks = self.maxpool(whole)
        if cond is not None:
            peaks = torch.cat([peaks, cond.unsqueeze(-1).expand(-1, -1, pieces)], 1)
        scales = self.recur(peaks.permute(2, 0, 1)).permute(1, 2, 0)
        made = whole.reshape(-1, self.nchannels, pieces, piece) * scales.unsqueeze(-1)
        return made.reshape(whole.shape)[..., :samples]

    def recur(self, peaks: Tensor) -> Tensor:
        """`[pieces, batch, n_channels + cond_dim]` → `[pieces, batch, n_channels]`."""
        if self.hidden.size(1) != peaks.size(0):
            self.hidden = peaks.new_zeros([1, peaks.size(0), self.nchannels])
            self.cell = peaks.new_zeros([1, peaks.size(0), self.nchannels])
        if self.lstm:
            state: Tuple[Tensor, Tensor] = (self.hidden.clone(), self.cell.clone())
            made, (hidden, cell) = self.rnn(peaks, state)
            self.cell.copy_(cell)
        else:
            made, hidden = self.rnn(peaks, self.hidden.clone())
        self.hidden.copy_(hidden)
        return made

    @torch.jit.export
    def reset_state(self) -> None:
        self.hidden.zero_()
        self.cell.zero_()


class Conv1dCausal(nn.Module):
    """A convolution with all its padding on the left: `[batch, in_channels, n]` → `[batch, out_channels, n / stride]`.

    Args:
        in_channels: of what comes.
        out_channels: of what goes.
        kernel_size: taps.
        stride: samples from output to output.
        dilation: samples from tap to tap.
        bias: add one.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int, dilation: int = 1, bias: bool = True
    ) -> None:
        super().__init__()
        self.in_channels, self.padding = in_channels, (kernel_size - 1) * dilation
        self.conv = nn.Conv1d(in_channels, out_channels, kernel_size, stride, dilation=dilation, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(torch.constant_pad_nd(x, [self.padding, 0]))


class GatedAF(nn.Module):
    """One half of the channels, gated by the other: `[batch, 2 * channels, n]` → `[batch, channels, n]`."""

    def forward(self, x: Tensor) -> Tensor:
        sound, gate = torch.chunk(x, 2, 1)
        return torch.tanh(sound) * torch.sigmoid(gate)


class GCN1DBlock(nn.Module):
    """A causal convolution, perhaps modulated, gated, and what went in beside it.

    Args:
        in_ch: channels of what comes.
        out_ch: channels of what goes.
        kernel_size: taps.
        dilation: samples from tap to tap.
        stride: samples from output to output.
        cond_dim: numbers in the condition; 0 for none, and then nothing is modulated.
        rnn_type: of the modulation, `lstm` or `gru`.
        tfilm_block_size: samples that are scaled alike.
        use_bias_in_conv: whether the convolution has a bias.

    Shapes: `[batch, in_ch, n]`, perhaps `[batch, cond_dim]` → `[batch, out_ch, n]`.
    """

    def __init__(
        self,
        in_ch: int,
        out_ch: int,
        kernel_size: int = 3,
        dilation: int = 1,
        stride: int = 1,
        cond_dim: int = 0,
        rnn_type: str = "lstm",
        tfilm_block_size: int = 128,
        use_bias_in_conv: bool = False,
    ) -> None:
        super().__init__()
        self.conv = Conv1dCausal(in_ch, 2 * out_ch, kernel_size, stride, dilation, use_bias_in_conv)
        self.tfilm = TFiLM(2 * out_ch, cond_dim, tfilm_block_size, rnn_type) if cond_dim > 0 else None
        self.gated_activation = GatedAF()
        self.res = nn.Conv1d(in_ch, out_ch, 1, bias=False)

    def forward(self, x: Tensor, cond: Optional[Tensor] = None) -> Tensor:
        made = self.conv(x)
        if self.tfilm is not None and cond is not None:
            made = self.tfilm(made, cond)
        return self.gated_activation(made) + self.res(x)


class GCN1D(nn.Module):
    """Gated blocks in a row, each with `dil_growth` times the dilation of the one before, mixed and bent at the end.

    Args:
        in_ch: channels of what comes.
        out_ch: channels of what goes.
        n_blocks: how many.
        n_channels: of each block.
        dil_growth: factor from dilation to dilation.
        kernel_size: taps of each convolution.
        cond_dim: numbers in the condition; 0 for none.
        tfilm_block_size: samples that are scaled alike.
        rnn_type: `lstm` or `gru`.
        use_act: taken for the SDK's sake; the end is always bent by a tanh.
        use_bias_in_conv: whether convolutions have a bias.

    Shapes: `[batch, in_ch, n]`, perhaps `[batch, cond_dim]` → `[batch, out_ch, n]`.
    """

    def __init__(
        self,
        in_ch: int = 1,
        out_ch: int = 1,
        n_blocks: int = 10,
        n_channels: int = 64,
        dil_growth: int = 4,
        kernel_size: int = 13,
        cond_dim: int = 0,
        tfilm_block_size: int = 128,
        rnn_type: str = "lstm",
        use_act: bool = True,
        use_bias_in_conv: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size, self.n_channels, self.dil_growth, self.n_blocks = (
            kernel_size,
            n_channels,
            dil_growth,
            n_blocks,
        )
        self.cond_dim, self.use_act, self.use_bias_in_conv = cond_dim, use_act, use_bias_in_conv
        self.blocks = nn.ModuleList(
            GCN1DBlock(
                n_channels if n else in_ch,
                n_channels,
                kernel_size,
                dil_growth**n,
                cond_dim=cond_dim,
                rnn_type=rnn_type,
                tfilm_block_size=tfilm_block_size,
                use_bias_in_conv=use_bias_in_conv,
            )
            for n in range(n_blocks)
        )
        self.out_net = nn.Conv1d(n_channels, out_ch, 1, bias=False)
        self.act = nn.Tanh()

    def forward(self, x: Tensor, cond: Optional[Tensor] = None) -> Tensor:
        assert x.dim() == 3, "sound has the shape [batch, channels, samples]"
        if cond is not None:
            assert cond.dim() == 2, "the condition has the shape [batch, cond_dim]"
        for block in self.blocks:
            x = block(x, cond)
        return self.act(self.out_net(x))

    def calc_receptive_field(self) -> int:
        """Samples of the input that one sample of the output depends on, but for what the modulation remembers."""
        return 1 + (self.kernel_size - 1) * sum(self.dil_growth**n for n in range(self.n_blocks))
