"""The published inference of the convolutional .nam files in NumPy, for verifying what was written."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.hosts.packaging import Sound

Array = NDArray[np.float64]
FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "Tanh": np.tanh,
    "Hardtanh": lambda x: np.clip(x, -1, 1),
    "ReLU": lambda x: np.maximum(x, 0),
    "LeakyReLU": lambda x: np.where(x > 0, x, 0.01 * x),
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "SiLU": lambda x: x / (1 + np.exp(-x)),
    "Hardswish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "Softsign": lambda x: x / (1 + np.abs(x)),
}


def play_convolutional(said: dict[str, Any], audio: Sound) -> Sound:
    """What a Linear, ConvNet or WaveNet file makes of `[1, frames]` after silence."""
    weights, signal = _Weights(said["weights"]), audio.astype(np.float64)
    play = {"Linear": _linear, "ConvNet": _convnet, "WaveNet": _wavenet}[said["architecture"]]
    made: Sound = play(said["config"], weights, signal).astype(np.float32)
    if weights.left.size:
        raise ValueError(f"{weights.left.size} weights are left over")
    return made


class _Weights:
    """The flat list, taken from its beginning."""

    def __init__(self, values: Any) -> None:
        self.left = np.asarray(values, np.float64)

    def take(self, *shape: int) -> Array:
        count = int(np.prod(shape))
        if self.left.size < count:
            raise ValueError("there are too few weights")
        taken, self.left = self.left[:count], self.left[count:]
        return taken.reshape(shape)


def _linear(config: dict[str, Any], weights: _Weights, signal: Array) -> Array:
    response = weights.take(config["receptive_field"])
    bias = float(weights.take(1)[0]) if config["bias"] else 0.0
    return np.convolve(signal[0], response)[None, : signal.shape[1]] + bias


def _convnet(config: dict[str, Any], weights: _Weights, signal: Array) -> Array:
    channels = config["channels"]
    z = np.pad(signal, ((0, 0), (sum(config["dilations"]), 0)))
    for dilation in config["dilations"]:
        taps = weights.take(channels, z.shape[0], 2)
        if config["batchnorm"]:
            z = _convolve(z, taps, dilation)
            mean, variance, gain, offset = (weights.take(channels)[:, None] for _ in range(4))
            z = (z - mean) / np.sqrt(variance + weights.take(1)) * gain + offset
        else:
            z = _convolve(z, taps, dilation) + weights.take(channels)[:, None]
        z = FUNCTIONS[config["activation"]](z)
    return weights.take(1, channels) @ z + weights.take(1)


def _wavenet(config: dict[str, Any], weights: _Weights, signal: Array) -> Array:
    frames = signal.shape[1]
    reach = sum((each["kernel_size"] - 1) * sum(each["dilations"]) for each in config["layers"])
    sound = np.pad(signal, ((0, 0), (reach, 0)))
    y, head = sound, np.zeros((config["layers"][0]["channels"], sound.shape[1]))
    for array in config["layers"]:
        channels, middle = array["channels"], array["channels"] * (2 if array["gated"] else 1)
        y = weights.take(channels, y.shape[0]) @ y
        for dilation in array["dilations"]:
            z = _convolve(y, weights.take(middle, channels, array["kernel_size"]), dilation)
            z += weights.take(middle)[:, None]
            z += weights.take(middle, 1) @ sound[:, -z.shape[1] :]
            gate = FUNCTIONS["Sigmoid"](z[channels:]) if array["gated"] else 1.0
            z = FUNCTIONS[array["activation"]](z[:channels]) * gate
            y = y[:, -z.shape[1] :] + weights.take(channels, channels) @ z + weights.take(channels)[:, None]
            head = head[:, -z.shape[1] :] + z
        head = weights.take(array["head_size"], channels) @ head
        if array["head_bias"]:
            head = head + weights.take(array["head_size"])[:, None]
    after = _head(config["head"], weights, head.shape[0]) if config.get("head") else []
    head = head * weights.take(1)
    for name, mix, bias in after:
        head = mix @ FUNCTIONS[name](head) + bias
    return head[:, -frames:]


def _head(config: dict[str, Any], weights: _Weights, inputs: int) -> list[tuple[str, Array, Array]]:
    sizes = [inputs, *[config["channels"]] * (config["num_layers"] - 1), config["out_channels"]]
    return [(config["activation"], weights.take(b, a), weights.take(b, 1)) for a, b in pairwise(sizes)]


def _convolve(x: Array, taps: Array, dilation: int) -> Array:
    """Only where all taps meet sound: `[inputs, n]` → `[outputs, n − reach]`."""
    length = x.shape[1] - (taps.shape[2] - 1) * dilation
    heard = np.stack([x[:, k * dilation : k * dilation + length] for k in range(taps.shape[2])])
    made: Array = np.einsum("oik,kin->on", taps, heard, optimize=True)
    return made
