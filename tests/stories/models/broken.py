"""A network that raises."""

from torch import nn


class Broken(nn.Module):
    def forward(self, x):
        raise ValueError("the cable is not plugged in")
