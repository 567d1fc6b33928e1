"""From scores of classes, frame by frame, to labels with times, inside the exported module."""

from typing import Any, List, Tuple

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.treatment import Decoding
from studio.errors import ModelError
from studio.wrappers.shell import Shell

NEAR = 1e-6  # s: stretches that are no further apart touch


class Decoder(nn.Module):
    """Turns scores into labels.

    A label of a class starts with the first frame that reaches `on` and lasts until a frame falls below `off`; gaps
    are closed first, then what is too short is dropped, then padding is added.

    Shapes: scores `[classes, frames]`, spans `[frames, 2]` in seconds → indexes `[labels]` int64, times
        `[labels, 2]` float32, sorted by start, within 0…`seconds`, each start before its end.
    """

    def __init__(self, decoding: Decoding) -> None:
        super().__init__()
        self.form, self.exclusive, self.background = decoding.form, decoding.exclusive, decoding.background
        self.on, self.off = decoding.on, decoding.off
        self.near = NEAR
        self.least, self.gap, self.padding = decoding.least_seconds, decoding.gap_seconds, decoding.padding_seconds

    def forward(self, scores: Tensor, spans: Tensor, seconds: float) -> Tuple[Tensor, Tensor]:
        return self.labels(self.probabilities(scores), spans, seconds)

    def probabilities(self, scores: Tensor) -> Tensor:
        if self.form == "logit":
            return torch.sigmoid(scores)
        return torch.softmax(scores, 0) if self.form == "softmax" else scores

    def labels(self, likely: Tensor, spans: Tensor, seconds: float) -> Tuple[Tensor, Tensor]:
        """The same from probabilities; spans follow one another without a gap."""
        index, first, last = self.stretches(likely)
        whole = index, spans[:, 0][first].to(torch.float64), spans[:, 1][last].to(torch.float64)
        if self.gap > 0.0:
            whole = self.joined(whole[0], whole[1], whole[2], self.gap)
        if self.least > 0.0:
            long = torch.nonzero(whole[2] - whole[1] >= self.least - self.near).reshape(-1)
            whole = whole[0][long], whole[1][long], whole[2][long]
        if self.padding > 0.0:
            whole = self.joined(whole[0], whole[1] - self.padding, whole[2] + self.padding, 0.0)
        return self.tidy(whole[0], torch.stack([whole[1], whole[2]], 1), seconds, likely.size(0) > 1)

    def tidy(self, index: Tensor, times: Tensor, seconds: float, mixed: bool) -> Tuple[Tensor, Tensor]:
        """Within the sound, none of them empty, sorted by start."""
        made = torch.clamp(times, 0.0, seconds)
        if mixed:  # classes that start together stay in their order, which argsort alone does not promise
            order = torch.argsort(made[:, 0] + index * 1e-9)
            index, made = index[order], made[order]
        made = made.to(torch.float32)
        kept = torch.nonzero(made[:, 0] < made[:, 1]).reshape(-1)
        return index[kept], made[kept]

    def stretches(self, likely: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Class, first and last frame of every label: `[labels]` each, class by class."""
        strong, wide = self.reaching(likely, self.on), likely.size(1) + 1
        lasting = self.reaching(likely, self.off) if self.off < self.on else strong
        flat = torch.constant_pad_nd(lasting, [0, 1]).reshape(-1)  # a frame of nothing between two classes
        edges = torch.nonzero(torch.constant_pad_nd(flat, [0, 1]) != torch.constant_pad_nd(flat, [1, 0])).reshape(-1, 2)
        first, end = edges[:, 0], edges[:, 1]
        if self.off < self.on:
            marked = torch.constant_pad_nd(strong, [0, 1]).reshape(-1)
            passed = torch.constant_pad_nd(torch.cumsum(marked, 0), [1, 0])
            before = passed[first]
            real = torch.nonzero(passed[end] > before).reshape(-1)
            first, end = torch.nonzero(marked).reshape(-1)[before[real]], end[real]
        index = torch.div(first, wide, rounding_mode="floor")
        skipped = index * wide
        return index, first - skipped, end - skipped - 1

    def reaching(self, likely: Tensor, threshold: float) -> Tensor:
        """Where a class is as probable as that, and where only one may be, the most probable."""
        reached = likely >= threshold
        classes = likely.size(0)
        if self.exclusive and classes > 1:
            most = torch.argmax(likely, 0).unsqueeze(0) == torch.arange(classes).unsqueeze(1)
            reached = torch.logical_and(reached, most)
        if 0 <= self.background and self.background < classes:
            reached[self.background] = False
        return reached

    def joined(self, index: Tensor, start: Tensor, end: Tensor, gap: float) -> Tuple[Tensor, Tensor, Tensor]:
        """Labels of one class that are no more than `gap` seconds apart, as one."""
        if index.size(0) < 2:
            return index, start, end
        apart = torch.logical_or(index[1:] != index[:-1], start[1:] > end[:-1] + gap + self.near)
        edge = torch.ones(1, dtype=torch.bool)
        firsts = torch.nonzero(torch.cat([edge, apart])).reshape(-1)
        lasts = torch.nonzero(torch.cat([apart, edge])).reshape(-1)
        return index[firsts], start[firsts], end[lasts]


class RowShell(Shell):
    """A labeller that gives classes and times, or instead of a class its probabilities, `[rows, classes]`."""

    def __init__(self, core: nn.Module, call: Call) -> None:
        super().__init__(core, call.latency)
        self.decoder = Decoder(call.decoding or Decoding(frame_hop=1.0))
        self.rate = call.sample_rates[0] if call.sample_rates else 44100  # until a host says it
        self.least = call.min_block

    def forward(self, x: Tensor, params: Tensor) -> Tuple[Tensor, Tensor]:  # type: ignore[override]
        n = x.size(1)
        if n < self.least:  # what a host cuts out may be shorter than the model takes
            x = torch.constant_pad_nd(x, [0, self.least - n])
            params = params[:, :1].expand(params.size(0), self.least)
        found, times = self.core(x, params)
        if found.dim() == 2:
            return self.decoded(found, times, n)
        if n < self.least:
            end = float(n) / float(self.rate)
            inside = times[:, 0] < end
            found, times = found[inside], torch.clamp(times[inside], max=end)
        return found, times

    def decoded(self, rows: Tensor, times: Tensor, n: int) -> Tuple[Tensor, Tensor]:
        """Labels of rows with times of their own; a label does not go on over a gap between two of them."""
        likely, seconds = self.decoder.probabilities(rows.t()), float(n) / float(self.rate)
        if times.size(0) > 1:
            gaps = (times[1:, 0] > times[:-1, 1] + self.decoder.near).to(torch.int64)
            places = torch.constant_pad_nd(torch.cumsum(gaps, 0), [1, 0]) + torch.arange(times.size(0))
            whole = int(places[-1]) + 1
            spread, spans = torch.zeros(likely.size(0), whole), torch.zeros(whole, 2, dtype=times.dtype)
            spread[:, places] = likely
            spans[places] = times
            likely, times = spread, spans
        return self.decoder.labels(likely, times, seconds)

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.rate = sample_rate
        if hasattr(self.core, "tell"):  # TorchScript decides it when it compiles
            self.core.tell(sample_rate, block)


class FrameShell(RowShell):
    """A model that gives scores `[classes, frames]`, called with sound of any length.

    A model of one block size is called block by block, and its frames are decoded together.
    """

    def __init__(self, core: nn.Module, call: Call) -> None:
        super().__init__(core, call)
        assert call.decoding is not None
        self.hop, self.start = float(call.decoding.frame_hop), float(call.decoding.frame_start)
        self.size = max(call.block_sizes, default=0)
        self.multiple = call.multiple

    def forward(self, x: Tensor, params: Tensor) -> Tuple[Tensor, Tensor]:  # type: ignore[override]
        n = x.size(1)
        if n == 0:
            return torch.zeros(0, dtype=torch.int64), torch.zeros(0, 2)
        size = self.size
        if size == 0:
            size = (max(n, self.least) + self.multiple - 1) // self.multiple * self.multiple
        more = (n + size - 1) // size * size - n
        sound = torch.constant_pad_nd(x, [0, more])
        turned = torch.cat([params, params[:, n - 1 :].expand(params.size(0), more)], 1)
        made: List[Tensor] = []
        for begin in range(0, n, size):
            made.append(self.core(sound[:, begin : begin + size].clone(), turned[:, begin : begin + size].clone()))
        scores = torch.cat(made, 1)
        starts = (torch.arange(scores.size(1)).to(torch.float64) * self.hop + self.start) / float(self.rate)
        spans = torch.stack([starts, starts + self.hop / float(self.rate)], 1)
        return self.decoder(scores, spans, float(n) / float(self.rate))


def label_shell(core: Any, call: Call) -> Shell:
    """The shell of a labeller, told by what its core returns."""
    scores = str(core._c._get_method("forward").schema.returns[0].type) == "Tensor"
    if scores and call.decoding is None:
        said = "The model scores classes, and nothing says how far apart its frames are."
        raise ModelError(said, "Return a Decoding(frame_hop=…) from get_decoding.", fields=["decoding"])
    return FrameShell(core, call) if scores else RowShell(core, call)
