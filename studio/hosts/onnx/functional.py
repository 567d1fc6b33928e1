"""A captured wrapper as a function: what it remembers goes in and comes out beside the sound."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from studio.errors import HostError
from studio.wrappers import torchscript
from studio.wrappers.captured import Captured

FILLING = "aten::copy_"
HINT = "Export it as plain TorchScript, which keeps any state."


@dataclass(frozen=True)
class State:
    """One tensor that is carried from call to call: its path within the model and how it starts."""

    path: str
    start: Tensor


@dataclass(frozen=True)
class Functional:
    """`call(x, params, *states)` gives the sound and the next states, in the order of `states`."""

    call: Any
    states: tuple[State, ...]


def functional(captured: Captured, positions: Tensor, frames: int) -> Functional:
    """Take weights and states out of a captured module.

    Args:
        captured: the wrapper; it is left reset.
        positions: of the knobs before the first call, `[n_params, 1]`.
        frames: a number of samples that it takes.

    Raises: HostError where a state is no tensor, or is set in a way that cannot be followed.
    """
    captured.module.reset()
    called = copy.deepcopy(captured.module)
    with torch.no_grad():  # flags count as they are after the first call
        called(torch.zeros(captured.call.channels_in, frames), positions.expand(-1, frames).contiguous())
    graph = captured.module._c._get_method("forward").graph.copy()
    torch._C._jit_pass_inline(graph)
    lifting = _Lifting(called, graph, positions.shape[0])
    lifting.run()
    starts = (_start(captured.module, path, positions) for path in lifting.carried)
    states = tuple(State(path, start) for path, start in zip(lifting.carried, starts, strict=True))
    return Functional(torchscript.function_of(graph, "onnx_core"), states)


def _start(module: Any, path: str, positions: Tensor) -> Tensor:
    value: Tensor = _held(module, path).detach().clone()
    if path == "turned":  # before the first block the knobs stood where they stand
        return positions.expand(-1, value.shape[1]).contiguous()
    return value


def _held(module: Any, path: str) -> Any:
    for name in path.split("."):
        module = getattr(module, name)
    return module


class _Lifting:
    """Replaces every attribute in a graph by a constant, or by an input where the graph changes it."""

    def __init__(self, module: Any, graph: Any, knobs: int) -> None:
        self.module, self.graph, self.knobs = module, graph, knobs
        self.now: dict[str, Any] = {}
        self.carried: list[str] = []
        self.paths: dict[str, str] = {}  # of values that are states, by their names

    def run(self) -> None:
        self._spread_knobs()
        self._fold_flags(self.graph)
        torch._C._jit_pass_constant_propagation(self.graph)
        self.carried = list(dict.fromkeys(self._changed(self.graph)))
        for path in self.carried:
            self.now[path] = self.graph.addInput(f"state_{len(self.now)}")
            self.now[path].setType(torch._C.TensorType.get())
        self._lift(self.graph, nested=False)
        for path in self.carried:
            self.graph.registerOutput(self.now[path])
        if self.carried:
            self.graph.makeMultiOutputIntoTuple()
        torch._C._jit_pass_dce(self.graph)
        self.graph.eraseInput(0)

    def _spread_knobs(self) -> None:
        """Knobs may be given once for all samples."""
        _, x, params = self.graph.inputs()
        first = next(self.graph.nodes())
        with self.graph.insert_point_guard(first):
            rows, axis, no = (self.graph.insertConstant(each) for each in (self.knobs, 1, False))
            size = self._insert("aten::size", [x, axis], torch._C.IntType.get())
            shape = self._insert("prim::ListConstruct", [rows, size], torch._C.ListType(torch._C.IntType.get()))
            spread = self._insert("aten::expand", [params, shape, no], torch._C.TensorType.get())
        params.replaceAllUsesAfterNodeWith(spread.node(), spread)

    def _insert(self, kind: str, inputs: list[Any], given: Any) -> Any:
        node = self.graph.create(kind, inputs, 1)
        node.output().setType(given)
        return self.graph.insertNode(node).output()

    def _fold_flags(self, block: Any) -> None:
        """What is no tensor becomes a constant, so that branches on it can be left out."""
        for node in list(block.nodes()):
            if node.kind() == "prim::SetAttr" and not isinstance(self._value(node), Tensor):
                node.destroy()
                continue
            if node.kind() == "prim::GetAttr" and not isinstance(value := self._value(node), (Tensor, nn.Module)):
                node.output().replaceAllUsesWith(self._constant(node, value))
            for inner in node.blocks():
                self._fold_flags(inner)

    def _changed(self, block: Any) -> list[str]:
        found = []
        for node in block.nodes():
            if node.kind() == "prim::SetAttr":
                found.append(self._path(node))
            elif node.kind() == FILLING and next(node.inputs()).node().kind() == "prim::GetAttr":
                found.append(self._path(next(node.inputs()).node()))
            for inner in node.blocks():
                found += self._changed(inner)
        return found

    def _lift(self, block: Any, nested: bool) -> None:
        for node in list(block.nodes()):
            kind = node.kind()
            if kind == "prim::GetAttr" and isinstance(value := self._value(node), Tensor):
                path = self._path(node)
                lifted = self.now[path] if path in self.now else self._constant(node, value)
                self.paths[lifted.debugName()] = path
                node.output().replaceAllUsesWith(lifted)
            elif kind == "prim::SetAttr":
                self._set(node, self._path(node), list(node.inputs())[1], nested)
            elif kind == FILLING and next(node.inputs()).debugName() in self.paths:
                self._fill(node, nested)
            for inner in node.blocks() if kind not in ("prim::SetAttr", FILLING) else ():
                self._lift(inner, nested=True)

    def _fill(self, node: Any, nested: bool) -> None:
        """`state.copy_(value)`: from here on the state is the value."""
        filled, value = list(node.inputs())[:2]
        node.output().replaceAllUsesWith(value)
        self._set(node, self.paths[filled.debugName()], value, nested, filled)

    def _set(self, node: Any, path: str, value: Any, nested: bool, filled: Any = None) -> None:
        if nested:
            raise HostError(f"ONNX cannot hold this model: it sets {path} within a condition.", HINT, about="onnx")
        self.now[path] = value
        self.paths[value.debugName()] = path
        if filled is not None:
            filled.replaceAllUsesAfterNodeWith(node, value)
        node.destroy()

    def _constant(self, node: Any, value: Any) -> Any:
        with self.graph.insert_point_guard(node):
            if not isinstance(value, list) or not all(isinstance(each, Tensor) for each in value):
                return self.graph.insertConstant(value)
            parts = [self.graph.insertConstant(each) for each in value]
            return self._insert("prim::ListConstruct", parts, torch._C.ListType(torch._C.TensorType.get()))

    def _path(self, node: Any) -> str:
        """Names from the root to the attribute that a node reads or sets."""
        names = [node.s("name")]
        owner = next(node.inputs()).node()
        while owner.kind() == "prim::GetAttr":
            names.append(owner.s("name"))
            owner = next(owner.inputs()).node()
        return ".".join(reversed(names))

    def _value(self, node: Any) -> Any:
        return _held(self.module, self._path(node))
