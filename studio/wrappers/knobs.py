"""From knob positions 0…1 to what the model wants, inside the exported module."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from studio.document.parameter import Parameter

STEP, LINEAR, LOGARITHMIC, DECIBEL = 0, 1, 2, 3


class KnobMap(nn.Module):
    """Map each row of positions to its parameter's own range.

    Shapes: `[n_params, 1 or samples]` in and out.
    Linear: min + p·(max − min). Logarithmic: min·(max/min)^p. dB: 10^((min + p·(max − min))/20), a linear gain.
    Choice and toggle: round(p·(n − 1)).
    """

    curve: Tensor
    low: Tensor
    span: Tensor

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        super().__init__()
        rows = [_row(each) for each in parameters]
        self.identity = all(row == (LINEAR, 0.0, 1.0) for row in rows)
        self.curved = any(row[0] in (LOGARITHMIC, DECIBEL) for row in rows)
        self.stepped = any(row[0] == STEP for row in rows)
        table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 3)
        self.register_buffer("curve", table[:, 0:1].clone())
        self.register_buffer("low", table[:, 1:2].clone())
        self.register_buffer("span", (table[:, 2:3] - table[:, 1:2]).clone())

    def forward(self, positions: Tensor) -> Tensor:
        if self.identity:
            return positions
        values = positions * self.span + self.low
        if self.curved:
            values = torch.where(self.curve >= 2.0, torch.exp(values), values)
        if self.stepped:
            values = torch.where(self.curve == 0.0, torch.floor(values + 0.5), values)
        return values


def _row(parameter: Parameter) -> tuple[int, float, float]:
    """Curve, and the two ends on the axis along which the knob moves evenly (natural log where it is curved)."""
    if not parameter.maps:
        return LINEAR, 0.0, 1.0
    if parameter.kind == "toggle":
        return STEP, 0.0, 1.0
    if parameter.kind == "choice":
        return STEP, 0.0, float(len(parameter.choices) - 1)
    if parameter.curve == "logarithmic":
        return LOGARITHMIC, math.log(parameter.min), math.log(parameter.max)
    if parameter.curve == "dB":
        scale = math.log(10.0) / 20.0
        return DECIBEL, parameter.min * scale, parameter.max * scale
    return LINEAR, parameter.min, parameter.max
