"""What a captured graph tells beside its weights: dilations of its convolutions and the functions between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from studio.wrappers.captured import Captured
from studio.wrappers.state import path_to_core
from studio.wrappers.torchscript import ScriptModule

Array = NDArray[np.float64]
CONVOLUTIONS = ("aten::_convolution", "aten::conv1d")
NORM_EPSILON = 7  # place among the inputs of aten::batch_norm
DILATION = 5  # place among the inputs of both convolutions
FUNCTIONS = {
    "tanh": "Tanh", "hardtanh": "Hardtanh", "relu": "ReLU", "leaky_relu": "LeakyReLU", "sigmoid": "Sigmoid",
    "silu": "SiLU", "hardswish": "Hardswish", "abs": "Softsign",
}  # fmt: skip


@dataclass(frozen=True)
class Convolution:
    """One convolution, with a norm after it made part of it.

    Attributes:
        weight: `[outputs, inputs, taps]`.
        bias: `[outputs]`, or none.
        dilation: samples from tap to tap.
    """

    weight: Array
    bias: Array | None
    dilation: int

    @property
    def taps(self) -> int:
        return int(self.weight.shape[2])

    @property
    def outputs(self) -> int:
        return int(self.weight.shape[0])


def convolutions(captured: Captured) -> list[Convolution] | None:
    """Every convolution in the order of its weights; None where there are weights of other layers."""
    core = _core(captured)
    held = {name: value.detach().double().numpy() for name, value in core.state_dict().items()}
    names = [name for name, _ in core.named_parameters()]
    dilations, epsilons = _told(core)
    made: list[Convolution] = []
    used = set()
    for name in names:
        owner, _, part = name.rpartition(".")
        if part != "weight" or owner in used:
            continue
        used.add(owner)
        weight, bias = held[name], held.get(f"{owner}.bias")
        if weight.ndim == 3 and (name in dilations or weight.shape[2] == 1):  # nothing hears a WaveNet's last mix
            made.append(Convolution(weight, bias, dilations.get(name, 1)))
        elif weight.ndim == 1 and f"{owner}.running_var" in held and made and bias is not None:
            scale = weight / np.sqrt(held[f"{owner}.running_var"] + epsilons.get(name, 1e-5))
            last = made.pop()
            before = held[f"{owner}.running_mean"] - (0.0 if last.bias is None else last.bias)
            made.append(Convolution(last.weight * scale[:, None, None], bias - scale * before, last.dilation))
        else:
            return None
    parts = {f"{owner}.{part}" for owner in used for part in ("weight", "bias")}
    return made if made and set(names) <= parts else None


def functions(captured: Captured) -> list[str]:
    """The functions between the layers, in the order in which they are called, by the names that files have."""
    kinds = (node.kind().removeprefix("aten::").rstrip("_") for node in _nodes(_graph(_core(captured))))
    return [FUNCTIONS[kind] for kind in kinds if kind in FUNCTIONS]


def _told(core: ScriptModule) -> tuple[dict[str, int], dict[str, float]]:
    """Dilations and what norms add to their variance, by the name of the weight."""
    dilations: dict[str, int] = {}
    epsilons: dict[str, float] = {}
    for node in _nodes(_graph(core)):
        inputs = list(node.inputs())
        if node.kind() in CONVOLUTIONS:
            sizes = _value(inputs[DILATION])
            if isinstance(sizes, list) and len(sizes) == 1:
                dilations[_path(inputs[1])] = int(sizes[0])
        elif node.kind() == "aten::batch_norm":
            epsilons[_path(inputs[1])] = float(_value(inputs[NORM_EPSILON]) or 0.0)
    return dilations, epsilons


def _core(captured: Captured) -> ScriptModule:
    """The network within its shells, which call it from more than one place."""
    part: Any = captured.module
    for step in path_to_core(captured.module).split("."):
        part = getattr(part, step, captured.module)
    core: ScriptModule = part
    return core


def _graph(core: ScriptModule) -> Any:
    graph: Any = core.inlined_graph.copy()
    torch._C._jit_pass_constant_propagation(graph)
    return graph


def _nodes(block: Any) -> Iterator[Any]:
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from _nodes(inner)


def _value(value: Any) -> Any:
    """A constant, or a list of constants."""
    node = value.node()
    if node.kind() == "prim::ListConstruct":
        return [each.toIValue() for each in node.inputs()]
    return value.toIValue()


def _path(value: Any) -> str:
    """The name of an attribute, from the root on."""
    steps: list[str] = []
    while value.node().kind() == "prim::GetAttr":
        steps.append(value.node().s("name"))
        value = next(value.node().inputs())
    return ".".join(reversed(steps))
