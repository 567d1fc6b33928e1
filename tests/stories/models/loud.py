import torch


class Loud(torch.nn.Module):
    """Whether it is loud, a hundred times a second at 48 kHz."""

    def __init__(self):
        super().__init__()
        self.labels = ["quiet", "loud"]
        self.pool = torch.nn.AvgPool1d(480)

    def forward(self, x):
        level = self.pool(x * x).sqrt()
        return torch.softmax(torch.cat((0.1 - level, level - 0.1), 1) * 100, 1)
