"""A network that cannot be made without being told something."""

from torch import nn


class Told(nn.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor
