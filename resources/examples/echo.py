"""An echo that feeds back: a model that remembers, with knobs in milliseconds and decibels."""

from typing import Dict, List

import torch
from torch import Tensor

from studio import Parameter, WaveformToWaveformBase

RATE = 48000
LONGEST_MS = 800


class Echo(WaveformToWaveformBase):
    """y[n] = x[n] + feedback · y[n − time]; what is heard is x + mix · (y − x)."""

    line: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("line", torch.zeros(1, RATE * LONGEST_MS // 1000))  # the last samples of y

    def get_model_name(self) -> str:
        return "echo"

    def get_model_authors(self) -> List[str]:
        return ["Neural Audio Studio"]

    def get_model_short_description(self) -> str:
        return "An echo that feeds back"

    def get_model_long_description(self) -> str:
        return "Repeats what it hears, a little quieter each time. It remembers 0.8 s, and reset forgets them."

    def get_technical_description(self) -> str:
        return "A feedback comb filter; blocks of any length give the same sound."

    def get_tags(self) -> List[str]:
        return ["delay", "echo"]

    def get_native_sample_rates(self) -> List[int]:
        return [RATE]

    def get_neutone_parameters(self) -> List[Parameter]:
        return [
            Parameter(
                "time",
                "from one repeat to the next",
                default=250.0,
                min=20.0,
                max=800.0,
                unit="ms",
                curve="logarithmic",
            ),
            Parameter("feedback", "what comes back", default=-6.0, min=-40.0, max=-0.5, unit="dB", curve="dB"),
            Parameter("mix", "how loud the repeats are", default=0.5),
        ]

    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        late = int(torch.round(params["time"] * 48.0).item())  # ms to samples at RATE
        parts: List[Tensor] = []
        start = 0
        while start < x.size(1):  # what is heard again within this block is made within it
            part = x[:, start : start + late]
            first = self.line.size(1) - late
            made = part + params["feedback"] * self.line[:, first : first + part.size(1)]
            self.line = torch.cat([self.line[:, part.size(1) :], made], 1)
            parts.append(made)
            start += part.size(1)
        return x + params["mix"] * (torch.cat(parts, 1) - x)
