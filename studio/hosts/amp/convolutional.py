"""Recognise the convolutional networks of .nam files by the shapes of their weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.hosts.amp.graph import Convolution, convolutions, functions
from studio.wrappers.captured import Captured


@dataclass(frozen=True)
class Feedforward:
    """A network as a .nam file describes it.

    Attributes:
        architecture: `Linear`, `ConvNet` or `WaveNet`.
        config: as in the file.
        weights: as in the file, flat; of a WaveNet without its last, the gain.
        gain: the last weight of a WaveNet; None where only listening tells it.
    """

    architecture: str
    config: dict[str, Any]
    weights: NDArray[np.float64]
    gain: float | None = 1.0


def feedforward_of(captured: Captured) -> Feedforward | None:
    """The network in a captured wrapper; None where it is none of the three, as far as shapes tell."""
    layers = convolutions(captured)
    if layers is None:
        return None
    called = functions(captured)
    return _linear(layers, called) or _wavenet(captured, layers, called) or _convnet(layers, called)


def _linear(layers: list[Convolution], called: list[str]) -> Feedforward | None:
    first = layers[0]
    if len(layers) != 1 or called or first.weight.shape[:2] != (1, 1) or first.dilation != 1:
        return None
    config = {"receptive_field": first.taps, "bias": first.bias is not None}
    return Feedforward("Linear", config, _flat(Convolution(first.weight[:, :, ::-1], first.bias, 1)))


def _convnet(layers: list[Convolution], called: list[str]) -> Feedforward | None:
    *blocks, head = layers
    if not blocks or len(set(called)) != 1 or len(called) != len(blocks):
        return None
    width = blocks[0].outputs
    inputs = [1, *[width] * (len(blocks) - 1)]
    fit = all(
        each.weight.shape == (width, size, 2) and each.bias is not None
        for each, size in zip(blocks, inputs, strict=True)
    )
    if not fit or head.weight.shape != (1, width, 1) or head.bias is None:
        return None
    dilations = [each.dilation for each in blocks]
    config = {"channels": width, "dilations": dilations, "batchnorm": False, "activation": called[0]}
    return Feedforward("ConvNet", config, np.concatenate([_flat(each) for each in layers]))


def _wavenet(captured: Captured, layers: list[Convolution], called: list[str]) -> Feedforward | None:
    left, functions_left = list(layers), list(called)
    arrays: list[dict[str, Any]] = []
    while left and left[0].bias is None and left[0].taps == 1:
        array = _array(left, functions_left)
        if array is None:
            return None
        arrays.append(array)
    head = _head(left, functions_left) if left else None
    if not arrays or functions_left or (left and head is None):
        return None
    buffers = captured.module.named_buffers()
    gain = next((float(value) for name, value in buffers if name.endswith("head_scale")), None)
    if head is not None and gain is None:
        return None
    return Feedforward(
        "WaveNet", {"layers": arrays, "head": head}, np.concatenate([_flat(each) for each in layers]), gain
    )


def _array(left: list[Convolution], called: list[str]) -> dict[str, Any] | None:
    """Take one array's layers off both lists; None where they are not those of an array."""
    first = left.pop(0)
    width, found = first.outputs, []
    while len(left) > 2 and _is_layer(left[:3], width):
        layer = left[0]
        del left[:3]
        gated = layer.outputs == 2 * width
        names = [called.pop(0) for _ in range(min(1 + gated, len(called)))]
        if len(names) != 1 + gated or (gated and "Sigmoid" not in names):
            return None
        if gated:
            names.remove("Sigmoid")
        found.append((layer.taps, layer.dilation, names[0], gated))
    if not found or not left or len({(taps, *rest) for taps, _, *rest in found}) != 1:
        return None
    last = left.pop(0)
    if last.weight.shape[1:] != (width, 1):
        return None
    taps, _, name, gated = found[0]
    return {"input_size": int(first.weight.shape[1]), "condition_size": 1, "head_size": last.outputs,
            "channels": width, "kernel_size": taps, "dilations": [each[1] for each in found], "activation": name,
            "gated": gated, "head_bias": last.bias is not None}  # fmt: skip


def _is_layer(three: list[Convolution], width: int) -> bool:
    """A convolution of one width or twice that, a mix of the sound without bias, a mix of the channels."""
    conv, mixer, mix = three
    fits = conv.weight.shape[1] == width and conv.outputs in (width, 2 * width) and conv.bias is not None
    mixes = mixer.weight.shape == (conv.outputs, 1, 1) and mixer.bias is None
    return fits and mixes and mix.weight.shape == (width, width, 1) and mix.bias is not None


def _head(left: list[Convolution], called: list[str]) -> dict[str, Any] | None:
    names = [called.pop(0) for _ in range(min(len(left), len(called)))]
    plain = all(each.taps == 1 and each.bias is not None for each in left)
    if not plain or len(names) != len(left) or len(set(names)) != 1 or left[-1].outputs != 1:
        return None
    return {"channels": left[0].outputs, "activation": names[0], "num_layers": len(left), "out_channels": 1}


def _flat(layer: Convolution) -> NDArray[np.float64]:
    return layer.weight.ravel() if layer.bias is None else np.concatenate([layer.weight.ravel(), layer.bias])
