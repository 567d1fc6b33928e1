"""Open amplifier files: weights and a description as data, from which the network is made here."""

from __future__ import annotations

import math
from pathlib import Path

from torch import Tensor, nn

from studio.document.amplifier import (
    AGAIN,
    Config,
    ConvNet,
    Linear,
    Lstm,
    Recurrent,
    WaveNet,
    card_of,
    check_guitarml,
    check_nam,
    read_object,
)
from studio.document.card import ModelCard
from studio.document.kinds import Kind
from studio.errors import FileError
from studio.networks.amplifier import ConvNetAmp, LinearAmp, RecurrentAmp, WaveNetAmp, fill, settle
from studio.wrappers.base import WaveformToWaveform


class Amplifier(WaveformToWaveform):
    """An amplifier network, mono in and mono out."""

    def do_forward_pass(self, x: Tensor) -> Tensor:
        made: Tensor = self.model(x)
        return made


def load_amplifier(path: Path, kind: Kind) -> tuple[Amplifier, ModelCard, list[str]]:
    """The network of a `.nam` or GuitarML file, its card and facts. Raises: FileError in one sentence."""
    said = read_object(path)
    if kind.name == "nam":
        config, weights = check_nam(said, path.name)
        network, count = nam_network(config, weights, path.name), config.count
        fact = f"{said['architecture']}, {count} weights, reaches back {config.reach - 1} samples."
        settle(network, config.reach)
    else:
        data, named = check_guitarml(said, path.name)
        network = RecurrentAmp(data, "lin.bias" in named)
        fill([network.get_parameter(name) for name in named], [each for part in named.values() for each in part])
        count = sum(len(each) for each in named.values())
        fact = f"{data.unit_type} of {data.hidden_size}, {count} weights{', adds its input' if data.skip else ''}."
    return Amplifier(network), card_of(said, path.stem, fact), [f"{kind.title}: {fact}"]


def filled(said: ModelCard | None, own: ModelCard) -> ModelCard | None:
    """What the user says about a model, and what its file says where the user is silent."""
    if said is None:
        return None
    blank = ModelCard()
    return own.model_copy(update={key: value for key, value in said if value != getattr(blank, key)})


def nam_network(config: Config, weights: list[float], about: str) -> nn.Module:
    """The network of a checked .nam file. Raises: FileError for norms of a variance below 0."""
    if isinstance(config, Linear):
        linear = LinearAmp(config)
        reach = config.receptive_field
        fill([*linear.parameters()], [*reversed(weights[:reach]), *weights[reach:]])  # torch lists the oldest first
        return linear
    if isinstance(config, ConvNet):
        net = ConvNetAmp(config)
        fill([*net.parameters()], _without_norms(config, weights, about) if config.batchnorm else weights)
        return net
    if isinstance(config, WaveNet):
        wavenet = WaveNetAmp(config)
        fill([*wavenet.parameters(), wavenet.head_scale], weights)
        return wavenet
    return _lstm(config, weights)


def _lstm(config: Lstm, weights: list[float]) -> RecurrentAmp:
    """Each layer's matrix holds input and recurrent weights side by side; its one bias stands for torch's two."""
    network = RecurrentAmp(Recurrent(hidden_size=config.hidden_size, num_layers=config.num_layers))
    hidden, at = config.hidden_size, 0
    for layer in range(config.num_layers):
        inputs = 1 if layer == 0 else hidden
        width = inputs + hidden
        rows = [weights[at + row * width : at + (row + 1) * width] for row in range(4 * hidden)]
        at += 4 * hidden * width
        fill([network.rec.get_parameter(f"weight_ih_l{layer}")], [each for row in rows for each in row[:inputs]])
        fill([network.rec.get_parameter(f"weight_hh_l{layer}")], [each for row in rows for each in row[inputs:]])
        fill([network.rec.get_parameter(f"bias_ih_l{layer}")], weights[at : at + 4 * hidden])
        fill([network.rec.get_parameter(f"bias_hh_l{layer}")], [0.0] * 4 * hidden)
        fill([network.hidden[layer], network.cell[layer]], weights[at + 4 * hidden : at + 6 * hidden])
        at += 6 * hidden
    fill([network.lin.weight, network.lin.bias], weights[at:])
    return network


def _without_norms(config: ConvNet, weights: list[float], about: str) -> list[float]:
    """The weights of the same network without norms: each is a gain and an offset of a channel."""
    made: list[float] = []
    channels, at = config.channels, 0
    for block in range(len(config.dilations)):
        width = 2 * (1 if block == 0 else channels)
        taps, at = weights[at : at + channels * width], at + channels * width
        mean, variance, gain, offset = (weights[at + part * channels : at + (part + 1) * channels] for part in range(4))
        epsilon, at = weights[at + 4 * channels], at + 4 * channels + 1
        if min(variance) + epsilon <= 0:
            raise FileError(f"{about} holds a norm with a variance below 0.", AGAIN, about=about)
        scale = [a / math.sqrt(each + epsilon) for a, each in zip(gain, variance, strict=True)]
        made += [tap * scale[number // width] for number, tap in enumerate(taps)]
        made += [b - a * each for a, b, each in zip(scale, offset, mean, strict=True)]
    return made + weights[at:]
