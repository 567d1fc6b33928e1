"""The root of a .ts file: what nn~ calls and reads."""

from typing import Any, List

import torch
from torch import Tensor, nn

from studio.document.call import Call


class Root(nn.Module):
    """A captured wrapper as nn~ sees it; knobs are added once their names are known.

    Shapes: x `[batch, channels_in, n]` → `[batch, rows, n·in_ratio/out_ratio]`. Every item of the batch is a stream
        of its own, with its own past.
    """

    forward_params: Tensor
    forward_input_labels: List[str]
    forward_output_labels: List[str]
    attributes: List[str]
    turned: List[float]
    rates: List[int]

    def __init__(
        self, line: Any, call: Call, labels: Any, attributes: List[str], positions: List[float], sample_rate: int
    ) -> None:
        super().__init__()
        self.line = line
        self.rates = list(call.sample_rates)
        self.rate, self.host_rate = sample_rate, sample_rate
        self.attributes, self.turned = list(attributes), list(positions)
        up, down = call.ratio
        self.register_buffer("forward_params", torch.tensor([call.channels_in, up, call.channels_out, down]))
        self.forward_input_labels, self.forward_output_labels = labels

    def forward(self, x: Tensor) -> Tensor:
        if x.size(2) != self.line.n:
            self.restart(x.size(2))
        positions = torch.tensor(self.turned, dtype=torch.float32, device=x.device).reshape(-1, 1)
        made: List[Tensor] = []
        for item in range(x.size(0)):
            self.line.turn_to(item)
            made.append(self.line(x[item], positions))
        return torch.stack(made)

    def restart(self, n: int) -> None:
        self.line.forget()
        self.line.prepare(self.rate, n)

    @torch.jit.export
    def get_methods(self) -> List[str]:
        return ["forward"]

    @torch.jit.export
    def get_attributes(self) -> List[str]:
        return self.attributes

    @torch.jit.export
    def set_sample_rate(self, sample_rate: int) -> int:
        """The host's rate; a model that is made for certain rates goes on as if the host had the nearest of them."""
        rate = sample_rate
        for each in self.rates:
            if rate == sample_rate or abs(each - sample_rate) < abs(rate - sample_rate):
                rate = each
        if sample_rate in self.rates:
            rate = sample_rate
        self.host_rate = sample_rate
        if rate != self.rate:
            self.rate = rate
            if self.line.n > 0:
                self.restart(self.line.n)
        return 0

    @torch.jit.export
    def get_sample_rate(self) -> int:
        return self.host_rate

    @torch.jit.export
    def reset(self) -> None:
        """Forget everything that was heard; nn~ has no such message, the studio does it."""
        self.line.forget()
        self.line.reset()

    @torch.jit.export
    def late(self) -> int:
        """Samples of the output by which it is late with the buffer it was last called with."""
        return self.line.latency()

    @torch.jit.export
    def play(self, x: Tensor, params: Tensor) -> Tensor:
        """The model itself, with knobs for every sample; `prepare`, `latency` and `clear` belong to it."""
        return self.line.inner(x, params)

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.line.inner.prepare(sample_rate, block)

    @torch.jit.export
    def latency(self) -> int:
        return self.line.inner.latency()

    @torch.jit.export
    def clear(self) -> None:
        self.line.inner.reset()
