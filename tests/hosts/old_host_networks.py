"""Networks that hosts with an older LibTorch load or do not load, [1, n] to [1, n] for n a multiple of 64."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Batched(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x.unsqueeze(0)).squeeze(0)


class Recurrent(nn.Module):
    def __init__(self, kind: type[nn.Module]) -> None:
        super().__init__()
        self.cells, self.mix = kind(1, 4, batch_first=True), nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.mix(self.cells(x.unsqueeze(2))[0]).squeeze(2)


class Interpolated(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(x.unsqueeze(0), scale_factor=2.0, mode="linear").squeeze(0)[:, ::2]


class Spectral(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(64))

    def forward(self, x: Tensor) -> Tensor:
        made = torch.stft(x, 64, 16, 64, self.window, return_complex=True)
        return torch.istft(made, 64, 16, 64, self.window, length=x.size(1))


class Padded(nn.Module):
    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x.unsqueeze(0), (5, 3), mode=self.mode).squeeze(0)[:, :-8]


class Attention(nn.Module):
    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        y = x.reshape(1, -1, 8)
        return self.layer(y, y, y)[0].reshape(x.shape)


class Transformer(nn.Module):
    def __init__(self, first: bool) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=first, activation="gelu")

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x.reshape(1, -1, 8)).reshape(x.shape)


class Causal(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x.reshape(1, 1, -1, 8)
        return F.scaled_dot_product_attention(y, y, y, is_causal=True).reshape(x.shape)


class Ramp(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * torch.linspace(0.0, 1.0, x.size(1))


class Raising(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.size(0) > 4:
            raise ValueError("too many channels")
        return x * 2.0


class Gelu(nn.Module):
    def __init__(self, form: str) -> None:
        super().__init__()
        self.form = form

    def forward(self, x: Tensor) -> Tensor:
        return F.gelu(x, approximate=self.form)


class Folded(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.concat([x.unflatten(1, (-1, 8)).flatten(1), x], 1)[:, : x.size(1)]


def networks() -> dict[str, nn.Module]:
    """By name, in evaluation mode, the same weights each time."""
    torch.manual_seed(0)
    made = {
        "conv": Batched(nn.Conv1d(1, 4, 3, padding=1), nn.Tanh(), nn.Conv1d(4, 1, 1)),
        "transposed conv": Batched(nn.ConvTranspose1d(1, 1, 3, padding=1)),
        "lstm": Recurrent(nn.LSTM),
        "gru": Recurrent(nn.GRU),
        "batch norm": Batched(nn.Conv1d(1, 4, 1), nn.BatchNorm1d(4), nn.Conv1d(4, 1, 1)),
        "group norm": Batched(nn.Conv1d(1, 4, 1), nn.GroupNorm(2, 4), nn.Conv1d(4, 1, 1)),
        "instance norm": Batched(nn.InstanceNorm1d(1)),
        "leaky relu": Batched(nn.LeakyReLU(0.1)),
        "elu": Batched(nn.ELU()),
        "glu": Batched(nn.Conv1d(1, 2, 1), nn.GLU(dim=1)),
        "rms norm": Batched(nn.RMSNorm(512)),
        "interpolate": Interpolated(),
        "stft": Spectral(),
        "pad reflect": Padded("reflect"),
        "pad circular": Padded("circular"),
        "pad zeros": Padded("constant"),
        "attention": Attention(nn.MultiheadAttention(8, 2, batch_first=True)),
        "causal attention": Causal(),
        "transformer": Transformer(False),
        "transformer, norm first": Transformer(True),
        "gelu": Gelu("none"),
        "gelu tanh": Gelu("tanh"),
        "linspace": Ramp(),
        "raise": Raising(),
        "concat": Folded(),
    }
    return {name: module.eval().requires_grad_(False) for name, module in made.items()}
