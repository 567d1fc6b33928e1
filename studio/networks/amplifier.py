"""The networks of amplifier files. Layers are registered in the order in which the files list their weights."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from studio.document import amplifier as described
from studio.networks.causal import CausalConv1d


class LinearAmp(nn.Module):
    """One impulse response.

    Shapes: `[1, samples]` → `[1, samples]`, as of all networks here.
    """

    def __init__(self, config: described.Linear) -> None:
        super().__init__()
        self._net = CausalConv1d(1, 1, config.receptive_field, bias=config.bias)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self._net(x.unsqueeze(1))
        return made.squeeze(1)


class ConvNetAmp(nn.Module):
    """Dilated convolutions one after the other; norms are within their weights."""

    def __init__(self, config: described.ConvNet) -> None:
        super().__init__()
        inputs = [1, *[config.channels] * (len(config.dilations) - 1)]
        self._net = nn.Sequential()
        for at, (size, dilation) in enumerate(zip(inputs, config.dilations, strict=True)):
            block = nn.Sequential()
            block.add_module("conv", CausalConv1d(size, config.channels, 2, dilation))
            block.add_module("activation", activation(config.activation))
            self._net.add_module(f"block_{at}", block)
        self._net.add_module("head", nn.Conv1d(config.channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self._net(x.unsqueeze(1))
        return made.squeeze(1)


class _Layer(nn.Module):
    """Its parts have the names that the trainer's have, so that weights saved there fit here."""

    def __init__(self, config: described.Array, dilation: int) -> None:
        super().__init__()
        self.channels, self.gated = config.channels, config.gated
        middle = 2 * config.channels if config.gated else config.channels
        self._conv = CausalConv1d(config.channels, middle, config.kernel_size, dilation)
        self._input_mixer = nn.Conv1d(config.condition_size, middle, 1, bias=False)
        self._activation = activation(config.activation)
        self._1x1 = nn.Conv1d(config.channels, config.channels, 1)

    def forward(self, x: Tensor, sound: Tensor) -> tuple[Tensor, Tensor]:
        """What goes to the next layer, and what is added to the head."""
        z = self._conv(x) + self._input_mixer(sound)
        if self.gated:
            z = self._activation(z[:, : self.channels]) * torch.sigmoid(z[:, self.channels :])
        else:
            z = self._activation(z)
        return x + self._1x1(z), z


class _Array(nn.Module):
    def __init__(self, config: described.Array) -> None:
        super().__init__()
        self._rechannel = nn.Conv1d(config.input_size, config.channels, 1, bias=False)
        self._layers = nn.ModuleList(_Layer(config, each) for each in config.dilations)
        self._head_rechannel = nn.Conv1d(config.channels, config.head_size, 1, bias=config.head_bias)

    def forward(self, x: Tensor, sound: Tensor, head: Tensor) -> tuple[Tensor, Tensor]:
        x = self._rechannel(x)
        for layer in self._layers:
            x, added = layer(x, sound)
            head = head + added
        return x, self._head_rechannel(head)


class WaveNetAmp(nn.Module):
    """Arrays of gated or plain dilated layers whose outputs are all added up."""

    def __init__(self, config: described.WaveNet) -> None:
        super().__init__()
        self._layers = nn.ModuleList(_Array(each) for each in config.layers)
        self._head = _head(config.head, config.layers[-1].head_size) if config.head else nn.Sequential()
        self.register_buffer("head_scale", torch.ones(1))
        self.head_scale: Tensor

    def forward(self, x: Tensor) -> Tensor:
        sound = x.unsqueeze(1)
        y, head = sound, torch.zeros(1)
        for array in self._layers:
            y, head = array(y, sound, head)
        made: Tensor = self._head(head * self.head_scale)
        return made.squeeze(1)


class RecurrentAmp(nn.Module):
    """LSTM or GRU layers and one linear layer, with the state kept from call to call."""

    def __init__(self, config: described.Recurrent, bias: bool = True) -> None:
        super().__init__()
        kind = nn.LSTM if config.unit_type == "LSTM" else nn.GRU
        self.rec = kind(config.input_size, config.hidden_size, config.num_layers, batch_first=True)
        self.lin = nn.Linear(config.hidden_size, config.output_size, bias)
        self.skip = config.skip
        self.register_buffer("hidden", torch.zeros(config.num_layers, 1, config.hidden_size))
        self.register_buffer("cell", torch.zeros(config.num_layers, 1, config.hidden_size))
        self.hidden: Tensor
        self.cell: Tensor

    def forward(self, x: Tensor) -> Tensor:
        if isinstance(self.rec, nn.LSTM):
            made, (hidden, cell) = self.rec(x.unsqueeze(2), (self.hidden, self.cell))
            self.cell.copy_(cell)
        else:
            made, hidden = self.rec(x.unsqueeze(2), self.hidden)
        self.hidden.copy_(hidden)
        mixed: Tensor = self.lin(made).squeeze(2)
        return mixed + x if self.skip else mixed


def activation(name: str) -> nn.Module:
    """The function that files call by this name."""
    made: nn.Module = getattr(nn, name)()
    return made


def fill(tensors: Sequence[Tensor], weights: Sequence[float]) -> None:
    """Put a flat list into tensors, one after the other, in their order."""
    values, at = torch.tensor(weights, dtype=torch.float32), 0
    with torch.no_grad():
        for each in tensors:
            each.copy_(values[at : at + each.numel()].reshape(each.shape))
            at += each.numel()


def settle(network: nn.Module, samples: int) -> None:
    """Run silence through, so that the first sound finds it as players would."""
    with torch.no_grad():
        network(torch.zeros(1, samples))


def _head(config: described.Head, inputs: int) -> nn.Sequential:
    sizes = [inputs, *[config.channels] * (config.num_layers - 1), config.out_channels]
    parts = [(activation(config.activation), nn.Conv1d(a, b, 1)) for a, b in pairwise(sizes)]
    return nn.Sequential(*(part for pair in parts for part in pair))
