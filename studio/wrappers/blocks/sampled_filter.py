"""The FIR filter that files for Neutone's SDK make; `studio.FIRFilter` is steeper and stops more."""

from typing import List, Optional

import torch
from torch import Tensor, nn

from studio.wrappers.blocks.filter_type import FilterType

BETA = 12.0  # of the Kaiser window


class FIRFilter(nn.Module):
    """Frequency sampling: gains of 1 and 0 on the grid of rate / filt_size Hz, the answer windowed.

    Unlike the SDK's, whose impulse response begins at its middle, it is late by what `delay` says, and its gains
    are smooth between the points of the grid.

    Args:
        filt_type: what is let through.
        cutoffs: one corner in Hz, two for a band.
        filt_size: taps.

    The rate is 48 kHz until `set_parameters` says another. Shapes: `[channels, n]` in and out, two channels at most,
    in blocks of any size.
    """

    cache: Tensor
    ir_windowed: Tensor
    cutoffs: List[float]

    def __init__(self, filt_type: FilterType, cutoffs: List[float], filt_size: int = 257) -> None:
        super().__init__()
        self.kind, self.cutoffs, self.beta = filt_type.value, [float(each) for each in cutoffs], BETA
        self.sample_rate, self.filt_size, self.delay = 48000, filt_size, filt_size // 2
        self.register_buffer("cache", torch.zeros(2, filt_size - 1))
        self.register_buffer("ir_windowed", torch.zeros(1, 1, filt_size))
        self.set_parameters()

    @torch.jit.export
    def reset(self) -> None:
        self.cache.zero_()

    @torch.jit.export
    def set_parameters(
        self,
        filt_type: Optional[FilterType] = None,
        cutoffs: Optional[List[float]] = None,
        sample_rate: Optional[int] = None,
        filt_size: Optional[int] = None,
    ) -> None:
        """Change what is given; what was heard goes on unless the size changes."""
        if filt_type is not None:
            kind: str = filt_type.value
            self.kind = kind
        if cutoffs is not None:
            self.cutoffs = cutoffs
        if sample_rate is not None:
            self.sample_rate = sample_rate
        if filt_size is not None and filt_size != self.filt_size:
            self.filt_size, self.delay = filt_size, filt_size // 2
            self.cache = self.cache.new_zeros([2, filt_size - 1])
        corners = 1 if self.kind == "lowpass" or self.kind == "highpass" else 2
        assert len(self.cutoffs) == corners, "a low or high pass has one corner, a band two"
        self.ir_windowed = self.design().flip(0).reshape(1, 1, -1).to(self.ir_windowed)

    def design(self) -> Tensor:
        """The impulse response `[filt_size]`, float64."""
        size = self.filt_size
        hz = torch.arange(size // 2 + 1, dtype=torch.float64) * (float(self.sample_rate) / size)
        low, high = self.cutoffs[0], self.cutoffs[-1]
        through = hz < high if self.kind == "lowpass" else hz > low
        if self.kind == "bandpass":
            through = torch.logical_and(hz > low, hz < high)
        elif self.kind == "bandstop":
            through = torch.logical_or(hz < low, hz > high)
        made = torch.roll(torch.fft.irfft(through.to(torch.complex128), size), size // 2, 0)
        inner = (torch.arange(size, dtype=torch.float64) - self.delay) * (2.0 / size)
        return (
            made * torch.i0(self.beta * torch.sqrt(1.0 - inner * inner)) / torch.i0(torch.full_like(inner, self.beta))
        )

    def forward(self, audio: Tensor) -> Tensor:
        rows, samples = audio.size(0), audio.size(1)
        whole = torch.cat([self.cache[:rows], audio], 1)
        self.cache[:rows] = whole[:, samples:]  # in place: a trace keeps it
        return torch.conv1d(whole.unsqueeze(1), self.ir_windowed).squeeze(1)
