"""Exact rational resampling of a stream, in TorchScript."""

import math

import torch
from torch import Tensor, nn

HALF_WIDTH = 34  # samples of the lower rate on each side of the window's centre
BETA = 9.6


class Resampler(nn.Module):
    """Windowed-sinc polyphase conversion by up/down, with state across calls.

    y[m] = Σ_k h[m·down − k·up + N] x[k] with h a Kaiser-windowed sinc of 2N + 1 taps on the grid of `up` times the
    input rate (Crochiere & Rabiner, Multirate Digital Signal Processing, 1983). `down` inputs make `up` outputs by
    one matrix product; what comes out does not depend on how the input is cut.

    Shapes: `[channels, n]` in, `[channels, m]` out; after k inputs in all, ceil(k·up/down) outputs have come in all.
    Delay: N / up input samples = N / down output samples, where N is the least multiple of `whole` that is at least
        HALF_WIDTH·max(up, down).
    Response: ±0.1 dB up to 0.9 of the lower Nyquist frequency; what folds or images into that band is ≥ 90 dB down.
    """

    weights: Tensor
    waiting: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.up, self.down, self.past, self.centre = 1, 1, 0, 0
        self.half_width, self.beta = HALF_WIDTH, BETA
        self.position, self.done = 0, 0
        self.register_buffer("weights", torch.zeros(1, 1))
        self.register_buffer("waiting", torch.zeros(1, 1))

    @torch.jit.export
    def prepare(self, up: int, down: int, whole: int, channels: int) -> None:
        """Design the filter and clear the state; `whole` makes N a multiple of it."""
        scale = max(up, down)
        self.up, self.down = up, down
        self.centre = (self.half_width * scale + whole - 1) // whole * whole
        taps = self.design(scale)
        self.past = (taps.size(0) + up - 1) // up - 1
        rows = torch.arange(down + self.past).unsqueeze(1)
        columns = torch.arange(up).unsqueeze(0)
        at = columns * down - (rows - self.past) * up
        inside = torch.logical_and(at >= 0, at < taps.size(0))
        chosen = taps[torch.clamp(at, 0, taps.size(0) - 1)]
        self.weights = (chosen * inside.to(torch.float64)).to(torch.float32)
        self.waiting = torch.zeros(channels, self.past)
        self.reset()

    @torch.jit.export
    def reset(self) -> None:
        self.position, self.done = 0, 0
        self.waiting = torch.zeros(self.waiting.size(0), self.past)

    def design(self, scale: int) -> Tensor:
        """The prototype low pass [2N + 1], float64: a sinc cut at the lower Nyquist frequency, gain `up`."""
        n = torch.arange(-self.centre, self.centre + 1, dtype=torch.float64)
        angle = n * (math.pi / scale)
        one = torch.ones_like(n)
        sinc = torch.where(n == 0, one, torch.sin(angle) / torch.where(n == 0, one, angle))
        inner = torch.clamp(1.0 - (n / self.centre) * (n / self.centre), min=0.0)
        window = torch.i0(self.beta * torch.sqrt(inner)) / torch.i0(torch.full_like(n, self.beta))
        return sinc * window * (float(self.up) / float(scale))

    def forward(self, x: Tensor) -> Tensor:
        have = self.position + x.size(1)
        available = (have * self.up + self.down - 1) // self.down
        frames = (available + self.up - 1) // self.up
        width = self.weights.size(0)
        line = torch.cat([self.waiting, x], 1)
        short = frames * self.down + self.past - line.size(1)
        padded = torch.constant_pad_nd(line, [0, short]) if short > 0 else line
        views = padded.as_strided([x.size(0), frames, width], [padded.size(1), self.down, 1])
        made = torch.matmul(views, self.weights).reshape(x.size(0), frames * self.up)
        out = made[:, self.done : available]
        full = have // self.down
        self.waiting = line[:, full * self.down :].clone()
        self.position, self.done = have - full * self.down, available - full * self.up
        return out
