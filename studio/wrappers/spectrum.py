"""Short-time spectra of a stream, and the way back."""

import math

import torch
from torch import Tensor, nn

from studio.errors import ModelError

WEAKEST = 0.1  # of the strongest: where fewer windows overlap, errors of the model would be blown up


def window_of(name: str, size: int) -> Tensor:
    """A window `[size]`, periodic, float64."""
    angle = 2 * math.pi * torch.arange(size, dtype=torch.float64) / size
    if name == "hann":
        return 0.5 - 0.5 * torch.cos(angle)
    if name == "hamming":
        return 0.54 - 0.46 * torch.cos(angle)
    return torch.sin(angle / 2 + math.pi / (2 * size)) if name == "sine" else torch.ones_like(angle)


def overlapped(window: Tensor, hop: int) -> Tensor:
    """The sum `[hop]` of copies `hop` apart."""
    frames = -(-window.size(0) // hop)
    return torch.constant_pad_nd(window, [0, frames * hop - window.size(0)]).reshape(frames, hop).sum(0)


def refuse_gaps(window: Tensor, hop: int) -> None:
    """Raise ModelError with the nearest hop that works where frames do not overlap enough to be put together again."""
    if _overlaps(window, hop):
        return
    works = next((each for each in range(hop, 0, -1) if _overlaps(window, each)), 0)
    said = f"Frames of {window.size(0)} samples with this window, {hop} apart, cannot be put together again."
    raise ModelError(said, f"The nearest hop that works is {works}.", fields=["spectrum"])


def _overlaps(window: Tensor, hop: int) -> bool:
    total = overlapped(window * window, hop)
    return bool(total.min() >= WEAKEST * total.max())


class ShortTime(nn.Module):
    """Analysis and synthesis windows that give the sound back where spectra are left alone.

    The synthesis window is the analysis window over the sum of its overlapping squares, so that the products of
    both add up to one. State is written in place: a trace keeps it.

    Args:
        window: `[n_fft]`.
        hop: samples from frame to frame.
        channels_in: of `analyse`.
        channels_out: of `synthesise`.

    Delay: n_fft − hop samples.
    """

    window: Tensor
    back: Tensor
    past: Tensor
    tail: Tensor

    def __init__(self, window: Tensor, hop: int, channels_in: int, channels_out: int) -> None:
        super().__init__()
        refuse_gaps(window.double(), hop)
        self.n_fft, self.hop, self.shared = window.size(0), hop, -(-window.size(0) // hop)
        square = overlapped(window.double() ** 2, hop).repeat(self.shared)[: self.n_fft]
        self.register_buffer("window", window.float())
        self.register_buffer("back", (window.double() / square).float())
        self.register_buffer("past", torch.zeros(channels_in, self.n_fft - hop))
        self.register_buffer("tail", torch.zeros(channels_out, self.shared - 1, hop))

    @torch.jit.export
    def analyse(self, x: Tensor) -> Tensor:
        """`[channels_in, frames·hop]` → spectra `[channels_in, bins, frames, 2]`, real and imaginary part."""
        whole = torch.cat([self.past, x], 1)
        self.past.copy_(whole[:, x.size(1) :])
        frames = whole.unfold(1, self.n_fft, self.hop) * self.window
        return torch.view_as_real(torch.fft.rfft(frames)).transpose(1, 2)

    @torch.jit.export
    def synthesise(self, spectra: Tensor) -> Tensor:
        """`[channels_out, bins, frames, 2]` → `[channels_out, frames·hop]`."""
        frames = torch.fft.irfft(torch.view_as_complex(spectra.transpose(1, 2).contiguous()), self.n_fft) * self.back
        count = frames.size(1)
        padded = torch.constant_pad_nd(frames, [0, self.shared * self.hop - self.n_fft])
        parts = padded.reshape(frames.size(0), count, self.shared, self.hop)
        total = torch.constant_pad_nd(self.tail, [0, 0, 0, count])
        for step in range(self.shared):
            total[:, step : step + count] += parts[:, :, step]
        self.tail.copy_(total[:, count:])
        return total[:, :count].reshape(frames.size(0), count * self.hop)

    @torch.jit.export
    def reset(self) -> None:
        self.past.zero_()
        self.tail.zero_()
