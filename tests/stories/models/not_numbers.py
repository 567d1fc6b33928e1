"""A network that gives no numbers."""

from torch import nn


class NotNumbers(nn.Module):
    def forward(self, x):
        return x * float("nan")
