"""Exact rational resampling of a stream, in TorchScript."""

from typing import List

import torch
from torch import Tensor, nn

from studio.wrappers.sinc import lay_out, windowed_sinc

BEST, LOW_DELAY = "best", "low delay"
SHAPES = {BEST: (28, 10.0, 0.985), LOW_DELAY: (12, 9.8, 0.955)}
# half width in samples of the lower rate, Kaiser's beta, cut as a part of the lower Nyquist frequency
FRAME = 128  # outputs of one matrix product, about: longer ones waste products with zeros, shorter ones calls
MOST_BYTES = 4 << 20  # of the matrix


class Resampler(nn.Module):
    """Windowed-sinc polyphase conversion by up/down, with state across calls.

    y[m] = Σ_k h[m·down − k·up + N] x[k] with h a Kaiser-windowed sinc of 2N + 1 taps on the grid of `up` times the
    input rate (Crochiere & Rabiner, Multirate Digital Signal Processing, 1983). All phases of h stand side by side in
    one banded matrix, made by `prepare`: any run of outputs is the product of the last inputs with a part of it, so
    there is no work for alignment and what comes out does not depend on how the input is cut.

    Shapes: `[channels, n]` in, `[channels, m]` out; after k inputs in all, ceil(k·up/down) outputs can be had in all.
    Delay: N / up input samples = N / down output samples, where N is the least multiple of `whole` that is at least
        half width·max(up, down).
    Response, in parts of the lower Nyquist frequency:

        ============  ==========  ==================  ===============================  =======================
        quality       half width  within ±0.1 dB to   folds and images into that band  44.1 ↔ 48, both ways
        ============  ==========  ==================  ===============================  =======================
        best          28          0.90                ≥ 90 dB down                     1.3 ms
        low delay     12          0.75                ≥ 90 dB down                     0.6 ms
        ============  ==========  ==================  ===============================  =======================
    """

    matrix: Tensor
    line: Tensor
    tail: Tensor

    def __init__(self, quality: str = BEST) -> None:
        super().__init__()
        self.half_width, self.beta, self.cut = SHAPES[quality]
        self.frame, self.most_bytes = FRAME, MOST_BYTES  # TorchScript knows no globals
        self.up, self.down, self.past, self.centre = 1, 1, 0, 0
        self.wide, self.reach, self.lead = 1, 1, 0
        self.base, self.heard, self.next = 0, 0, 0  # the line's first input, inputs so far, the next output
        self.register_buffer("matrix", torch.zeros(1, 0))
        self.register_buffer("line", torch.zeros(1, 0))  # inputs that are still needed, silence before the first
        self.register_buffer("tail", torch.zeros(1, 0))  # what the last of several frames may overhang

    @torch.jit.export
    def prepare(self, up: int, down: int, whole: int, channels: int) -> None:
        """Design the filter and clear the state; `whole` makes N a multiple of it."""
        scale = max(up, down)
        self.up, self.down, self.lead = up, down, 0
        self.centre = (self.half_width * scale + whole - 1) // whole * whole
        self.past = (2 * self.centre + up) // up - 1
        self.wide = (self.frame + up - 1) // up * up
        if self.bytes(self.wide) > self.most_bytes:
            self.wide = self.frame // 2
            while self.bytes(2 * self.wide) <= self.most_bytes:
                self.wide *= 2
        taps = windowed_sinc(self.centre, scale, self.cut, self.beta) * (float(up) / float(scale))
        self.matrix = lay_out(taps, up, down, self.past, self.rows(self.wide), up + self.wide)
        self.reach = self.wide * down // up
        self.line, self.tail = torch.zeros(channels, 0), torch.zeros(channels, self.reach + 1)
        self.reset()

    def rows(self, wide: int) -> int:
        """Inputs of a run of outputs that may begin anywhere in the first `up`."""
        return self.down + wide * self.down // self.up + 1 + self.past

    def bytes(self, wide: int) -> int:
        return 4 * self.rows(wide) * (self.up + wide)

    @torch.jit.export
    def delay_by(self, lead: int) -> None:
        """Reset, and begin with so many outputs of silence."""
        self.lead = lead
        self.reset()

    @torch.jit.export
    def reset(self) -> None:
        self.heard, self.next = 0, -self.lead
        self.base = self.oldest()
        self.line = torch.zeros(self.line.size(0), -self.base)

    def oldest(self) -> int:
        """The first input that the next output needs."""
        frame = self.next // self.up
        return frame * self.down + (self.next - frame * self.up) * self.down // self.up - self.past

    def ready(self, n: int) -> int:
        """Outputs that can be taken once n more inputs are heard."""
        return ((self.heard + n) * self.up + self.down - 1) // self.down - self.next

    def take(self, x: Tensor, n: int) -> Tensor:
        """Hear x, which may be empty, and give the next n ≤ `ready` outputs."""
        self.heard += x.size(1)
        if n <= self.wide:
            line = torch.cat([self.line, x], 1)
            made = self.run(line, n)
            self.keep(line, 0)
        elif self.wide % self.up == 0:
            line = torch.cat([self.line, x, self.tail], 1)
            made = self.frames(line, n)
            self.keep(line, self.tail.size(1))
        else:
            line = torch.cat([self.line, x], 1)
            made = self.runs(line, n)
            self.keep(line, 0)
        return made

    def keep(self, line: Tensor, tail: int) -> None:
        """Drop what no output needs any more."""
        oldest = self.oldest()
        start = oldest - self.base  # a copy, since torch joins what is in one piece at half the cost
        self.line = line.narrow_copy(1, start, line.size(1) - tail - start)
        self.base = oldest

    def run(self, line: Tensor, n: int) -> Tensor:
        """Up to `wide` outputs as one product."""
        column = self.next % self.up
        row = column * self.down // self.up
        rows = (column + n - 1) * self.down // self.up - row + 1 + self.past
        start = self.oldest() - self.base
        heard = line if start == 0 and rows == line.size(1) else line[:, start : start + rows]
        stride = self.matrix.size(1)
        self.next += n
        return torch.mm(heard, self.matrix.as_strided([rows, n], [stride, 1], row * stride + column))

    def runs(self, line: Tensor, n: int) -> Tensor:
        """Any number of outputs, where a frame of them would make the matrix too large."""
        made: List[Tensor] = []
        for at in range(0, n, self.wide):
            made.append(self.run(line, min(self.wide, n - at)))
        return torch.cat(made, 1)

    def frames(self, line: Tensor, n: int) -> Tensor:
        """Any number of outputs, in frames of `wide` that all have the same phase; what overhangs is cut off."""
        column = self.next % self.up
        row = column * self.down // self.up
        rows, count = self.reach + 1 + self.past, (n + self.wide - 1) // self.wide
        start = self.oldest() - self.base
        heard = line.as_strided([line.size(0), count, rows], [line.size(1), self.reach, 1], start).reshape(-1, rows)
        stride = self.matrix.size(1)
        weights = self.matrix.as_strided([rows, self.wide], [stride, 1], row * stride + column)
        self.next += n
        return torch.mm(heard, weights).view(-1, count * self.wide).narrow_copy(1, 0, n)

    def forward(self, x: Tensor) -> Tensor:
        return self.take(x, self.ready(x.size(1)))
