"""The filter of the resampler and its layout for matrix products, in TorchScript."""

import math

import torch
from torch import Tensor


def windowed_sinc(centre: int, scale: int, cut: float, beta: float) -> Tensor:
    """A low pass `[2·centre + 1]`, float64, that lets through cut/scale of the grid's band; Kaiser-windowed."""
    n = torch.arange(-centre, centre + 1, dtype=torch.float64)
    angle = n * (math.pi * cut / scale)
    one = torch.ones_like(n)
    sinc = torch.where(n == 0, one, torch.sin(angle) / torch.where(n == 0, one, angle))
    inner = torch.clamp(1.0 - (n / centre) * (n / centre), min=0.0)
    window = torch.i0(beta * torch.sqrt(inner)) / torch.i0(torch.full_like(n, beta))
    return sinc * window * cut


def lay_out(taps: Tensor, up: int, down: int, past: int, rows: int, columns: int) -> Tensor:
    """`[rows, columns]`, float32: at (r, c) stands taps[c·down − (r − past)·up], or 0 where there is none.

    Row r is input r − past of a frame, column c is its output c.
    """
    last = (columns - 1) * down + past * up  # index of the tap at (0, columns − 1): from there on all go down
    length = (columns - 1) * down + (rows - 1) * up + 1
    before = last - taps.size(0) + 1
    line = torch.constant_pad_nd(taps.flip(0), [before, length - before - taps.size(0)])
    return line.to(torch.float32).as_strided([rows, columns], [up, down]).flip(1).contiguous()
