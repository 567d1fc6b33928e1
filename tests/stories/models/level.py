"""One knob that is an argument of the network."""

from torch import Tensor, nn


class Level(nn.Module):
    def forward(self, x: Tensor, level: float = 0.5) -> Tensor:
        return x * level
