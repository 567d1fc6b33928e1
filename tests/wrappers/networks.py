"""Networks of the kinds that people make of convolutions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Gated(nn.Module):
    """WaveNet: dilated, gated, residual and skip connections; causal by padding on the left, or centred."""

    def __init__(self, causal):
        super().__init__()
        self.causal, self.first, self.last = causal, nn.Conv1d(1, 6, 1), nn.Conv1d(6, 1, 1)
        self.layers = nn.ModuleList(nn.Conv1d(6, 12, 3, dilation=2**i, padding=0 if causal else 2**i) for i in range(5))
        self.mix = nn.ModuleList(nn.Conv1d(6, 6, 1) for _ in self.layers)

    def forward(self, x):
        h, skip = self.first(x), 0
        for layer, mix in zip(self.layers, self.mix, strict=True):
            a, b = layer(F.pad(h, (2 * layer.dilation[0], 0)) if self.causal else h).chunk(2, dim=1)
            out = torch.tanh(a) * torch.sigmoid(b)
            h, skip = h + mix(out), skip + out
        return self.last(F.relu(skip))


class Chomped(nn.Module):
    """Temporal convolutional network that pads both sides and cuts what is too much."""

    def __init__(self):
        super().__init__()
        sizes = ((1, 1), (4, 2), (4, 4), (4, 8))
        self.layers = nn.ModuleList(nn.Conv1d(count, 4, 3, padding=2 * d, dilation=d) for count, d in sizes)
        self.norm, self.last = nn.BatchNorm1d(4), nn.Conv1d(4, 1, 1)
        self.norm.running_mean += 0.3

    def forward(self, x):
        h = x
        for layer in self.layers:
            made = F.leaky_relu(layer(h)[:, :, : -layer.padding[0]].contiguous())
            h = made if h.shape[1] == 1 else made + h
        return self.last(self.norm(h))


class Coder(nn.Module):
    """Strided down, recurrent in the middle, transposed up."""

    def __init__(self, recurrent):
        super().__init__()
        self.down = nn.Sequential(nn.Conv1d(1, 4, 8, 4, 2), nn.ELU(), nn.Conv1d(4, 8, 8, 4, 2), nn.ELU())
        self.middle = nn.GRU(8, 8, batch_first=True) if recurrent else None
        self.up = nn.Sequential(nn.ConvTranspose1d(8, 4, 8, 4, 2), nn.ELU(), nn.ConvTranspose1d(4, 1, 8, 4, 2))

    def forward(self, x):
        h = self.down(x)
        if self.middle is not None:
            h = self.middle(h.transpose(1, 2))[0].permute(0, 2, 1)
        return self.up(h)


class Ladder(nn.Module):
    """U-Net: a strided branch beside a plain one, joined as channels."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv1d(1, 4, 5, padding=2), nn.Conv1d(4, 6, 4, 2, 1)
        self.c, self.d = nn.ConvTranspose1d(6, 4, 3, 2, 1, output_padding=1), nn.Conv1d(8, 1, 5, padding="same")

    def forward(self, x):
        a = torch.tanh(self.a(x))
        up = self.c(torch.tanh(self.b(a)))[..., : a.size(-1)]
        return self.d(torch.cat([up, a], dim=1))


class Valid(nn.Module):
    """No padding at all: what goes beside the convolutions is cut in the middle."""

    def __init__(self):
        super().__init__()
        self.conv, self.side, self.last = nn.Conv1d(1, 4, 9), nn.Conv1d(1, 4, 1), nn.Conv1d(4, 1, 1)

    def forward(self, x):
        h = torch.tanh(self.conv(x))
        start = (x.size(-1) - h.size(-1)) // 2
        return self.last(h + self.side(x)[..., start : start + h.size(-1)])


class Folded(nn.Module):
    """Folds four samples into channels and back, with a pool and a repeat."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv1d(4, 8, 3, padding=1, groups=4), nn.Conv1d(8, 4, 3, padding=1)
        self.pool, self.repeat = nn.MaxPool1d(2), nn.Upsample(scale_factor=2)

    def forward(self, x):
        batch, _, samples = x.shape
        h = x.reshape(batch, samples // 4, 4).transpose(1, 2)
        h = self.b(self.repeat(self.pool(torch.tanh(self.a(h)))))
        return h.permute(0, 2, 1).reshape(batch, 1, samples)


class Attending(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.attend = nn.Conv1d(1, 4, 3, padding=1), nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x):
        h = self.conv(x).transpose(1, 2)
        return self.attend(h, h, h)[0].transpose(1, 2)[:, :1]


class Squeezing(nn.Module):
    def __init__(self, how):
        super().__init__()
        self.conv, self.norm, self.how = nn.Conv1d(1, 4, 3, padding=1), nn.GroupNorm(2, 4), how

    def forward(self, x):
        h = self.conv(x)
        if self.how == "norm":
            return self.norm(h).mean(dim=1, keepdim=True)
        if self.how == "branch":
            return h.sum(dim=1, keepdim=True) if h.abs().max() > 1 else h[:, :1]
        return (h * torch.sigmoid(h.mean(dim=-1, keepdim=True))).sum(dim=1, keepdim=True)
