"""The network with caches, made from a recording of the one that pads."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor, fx, nn

from studio.wrappers.caching import rules
from studio.wrappers.caching.flow import Builder, Flow
from studio.wrappers.caching.recording import CannotCache, Enter, Recorder, record
from studio.wrappers.caching.shapes import moved
from studio.wrappers.caching.windows import LAYERS, recurrent_layer, said

WHOLE = ("GroupNorm", "InstanceNorm", "LocalResponseNorm", "Adaptive", "BatchNorm2d")
SETTLING = 16384  # samples after which a recurrent layer has forgotten how it began


@dataclass(frozen=True)
class Cached:
    """A network that keeps its past.

    Attributes:
        module: called as the recorded one was, block by block.
        late: output samples by which it lags behind the padding network.
        rate: output samples for one of the input.
        multiple: of which blocks must be, in input samples.
        reach: input samples, on each side, that padding or an unsettled state may have changed.
    """

    module: nn.Module
    late: int
    rate: Fraction
    multiple: int
    reach: int


def convert(module: nn.Module, inputs: dict[str, Any], axis: int, enter: Enter, shift: int = 0) -> Cached:
    """Replace padding by caches.

    Args:
        module: the network, in evaluation mode; left as it is.
        inputs: one call's inputs by name, the sound first.
        axis: of time in the sound.
        enter: calls the network with them.
        shift: output samples by which the network itself lags; the whole delay is made a whole number of input
            samples, and not negative.

    Raises: CannotCache that names the part which cannot be converted.
    """
    graph, recorder = record(module, inputs, enter)
    return _Conversion(graph, recorder).run(axis, shift)


class _Conversion:
    """Goes through a recording node by node. What does not depend on the sound is kept as it was."""

    def __init__(self, graph: fx.Graph, recorder: Recorder) -> None:
        self.old, self.recorder, self.values = graph, recorder, recorder.values
        self.root: nn.Module = recorder.root
        self.builder = Builder(self.root)
        self.plain: dict[fx.Node, fx.Node] = {}
        self.flows: dict[fx.Node, Flow] = {}
        self.recurrent: set[fx.Node] = set()
        self.rates: set[Fraction] = set()

    def run(self, axis: int, shift: int) -> Cached:
        made: Cached | None = None
        for node in reversed(self.old.nodes):  # results that were unpacked and left
            if node.target is operator.getitem and not node.users:
                self.old.erase_node(node)
        for number, node in enumerate(self.old.nodes):
            if node.op == "output":
                made = self._finish(node, shift)
            elif number == 0:
                held = self.builder.graph.node_copy(node)
                self.flows[node] = Flow(held, 0, Fraction(1), axis, self.values[node], 0)
            elif any(each in self.flows for each in node.all_input_nodes):
                self.flows[node] = self._sound(node)
                self.rates.add(self.flows[node].rate)
            else:
                self.plain[node] = self.builder.graph.node_copy(node, self.plain.__getitem__)
        assert made is not None
        return made

    def _sound(self, node: fx.Node) -> Flow:
        parents = [self.flows[each] for each in node.all_input_nodes if each in self.flows]
        if any(isinstance(each.value, tuple) for each in parents):
            return self._part(node, parents[0])
        if node.op == "call_module":
            return self._layer(node, parents)
        name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
        return self._operation(node, name.rstrip("_") or name, parents)

    def _part(self, node: fx.Node, flow: Flow) -> Flow:
        """One of several results."""
        if node.target is not operator.getitem or not isinstance(node.args[1], int):
            raise CannotCache("Several results of one step are used as one.")
        if node.args[0] in self.recurrent:
            if node.args[1] != 0:
                raise CannotCache("It hands out the state of a recurrent layer, which is kept inside now.")
            return replace(flow, value=self.values[node])
        return replace(flow, node=self._again(node)([flow.node]), value=self.values[node])

    def _again(self, node: fx.Node) -> Callable[..., fx.Node]:
        """Writes a node as it was, with new nodes in the place of its sounds."""
        sounds = [each for each in node.all_input_nodes if each in self.flows]

        def emit(nodes: list[fx.Node], _axis: int = 0) -> fx.Node:
            known = {**self.plain, **dict(zip(sounds, nodes, strict=True))}
            return self.builder.graph.node_copy(node, known.__getitem__)

        return emit

    def _layer(self, node: fx.Node, parents: list[Flow]) -> Flow:
        layer = self.root.get_submodule(str(node.target))
        flow, made, emit = parents[0], self.values[node], self._again(node)
        if len(parents) > 1 or node.args[:1] != (next(iter(node.all_input_nodes)),):
            raise CannotCache(f"{said(layer)} relates all samples of a block to one another.")
        if isinstance(layer, nn.RNNBase):
            self.recurrent.add(node)
            given = [self.values.get(each) for each in node.all_input_nodes[1:]]
            states = [each for each in given if isinstance(each, Tensor)]
            made_flow = recurrent_layer(self.builder, flow, layer, made, states)
            return replace(made_flow, value=made, reach=flow.reach + SETTLING * (flow.late > 0))
        rule = LAYERS.get(type(layer))
        if rule is not None:
            return rule(self.builder, flow, layer, made)
        if isinstance(layer, rules.EACH_LAYERS):
            return rules.each_sample(self.builder, [flow], [], emit, made)
        if isinstance(layer, (nn.Softmax, nn.LogSoftmax, nn.Softmin, nn.GLU)):
            return rules.over_dims(flow, [int(layer.dim or 0)], emit, made, said(layer))
        if isinstance(layer, (nn.Linear, nn.LayerNorm, nn.RMSNorm)):
            count = 1 if isinstance(layer, nn.Linear) else len(layer.normalized_shape)
            return rules.last_axes(flow, count, emit, made, said(layer))
        if type(layer).__name__.startswith(WHOLE):
            raise CannotCache(f"{said(layer)} takes its measure from the whole block.")
        raise CannotCache(f"{said(layer)} cannot go on where the last block ended.")

    def _operation(self, node: fx.Node, name: str, parents: list[Flow]) -> Flow:
        flow, made, emit = parents[0], self.values[node], self._again(node)
        what = f"Its {name}"
        if name in rules.EACH:
            others = [self._kept(each) for each in node.all_input_nodes if each not in self.flows]
            tensors = [each for each in others if isinstance(each, Tensor)]
            return rules.each_sample(self.builder, parents, tensors, emit, made)
        if name in rules.WITH_DIM:
            dims = self._argument(node, 2 if name in ("norm", "normalize") else 1, "dim", [])
            return rules.over_dims(flow, _list(dims), emit, made, what)
        if name in ("cat", "concat", "concatenate"):
            held = self._argument(node, 0, "tensors", ())
            parts = [self.flows.get(each, self.values[each]) for each in held]
            return rules.join(self.builder, parts, self._argument(node, 1, "dim", 0), made, emit)
        if len(parents) > 1 and name != "stack":
            raise CannotCache(f"{what} relates all samples of a block to one another.")
        return self._shaped(node, name, parents, made)

    def _kept(self, node: fx.Node) -> Any:
        if node not in self.values:
            raise CannotCache("Its code makes a tensor outside torch, which may be as long as the block.")
        return self.values[node]

    def _shaped(self, node: fx.Node, name: str, parents: list[Flow], made: Any) -> Flow:
        flow, emit, builder, what = parents[0], self._again(node), self.builder, f"Its {name}"
        if name == "getitem":
            return rules.indexed(builder, flow, self._plain(node.args[1]), made)
        if name == "narrow":
            dim, start, length = (self._argument(node, place, key, 0) for place, key in NARROW)
            index = [slice(None)] * flow.value.dim()
            index[dim] = slice(start, start + length)
            return rules.indexed(builder, flow, tuple(index), made)
        if name in ("pad", "constant_pad_nd"):
            rest = tuple(self._argument(node, place, key, None) for place, key in ((2, "mode"), (3, "value")))
            rest = rest if rest[0] is not None and name == "pad" else ()
            return rules.pad_function(builder, flow, self._argument(node, 1, "pad", []), rest, made)
        if name in ("conv1d", "conv_transpose1d"):
            names = CONV if name == "conv1d" else CONV_BACK
            bound = {key: self._argument(node, place, key, default) for place, (key, default) in enumerate(names)}
            return rules.convolution(builder, flow, bound, made, back=name == "conv_transpose1d")
        if name in ("linear", "layer_norm", "rms_norm"):
            count = 1 if name == "linear" else len(self._argument(node, 1, "normalized_shape", []))
            return rules.last_axes(flow, count, emit, made, what)
        if name in ("interpolate", "upsample"):
            return rules.stretched(flow, emit, made, self._argument(node, 3, "mode", "nearest"), what)
        if name in rules.PARTED:
            dim = self._argument(node, 2 if name != "unbind" else 1, "dim", 0)
            if dim % flow.value.dim() == flow.axis:
                raise CannotCache(f"{what} cuts each block into pieces.")
            axis = flow.axis - (name == "unbind" and dim % flow.value.dim() < flow.axis)
            return replace(flow, node=emit([flow.node]), axis=axis, value=tuple(made))
        if name in rules.MOVING:
            return self._moved(node, name, flow, made)
        raise CannotCache(f"{what} cannot go on where the last block ended.")

    def _moved(self, node: fx.Node, name: str, flow: Flow, made: Tensor) -> Flow:
        act = lambda x: self._with(node, x)  # noqa: E731
        if name not in rules.SIZED:
            emit = self._again(node)
            return moved(self.builder, flow, act, lambda new, axis: emit([new], axis), made, f"Its {name}")

        def resized(new: fx.Node, axis: int) -> fx.Node:
            shape = [-1 if at == axis else int(size) for at, size in enumerate(made.shape)]
            return self.builder.graph.call_method("expand" if name == "expand" else "reshape", (new, *shape))

        return moved(self.builder, flow, act, resized, made, f"Its {name}")

    def _with(self, node: fx.Node, x: Tensor) -> Tensor:
        """What a node makes of another tensor than the one recorded."""
        args, named = self._plain(node.args[1:]), self._plain(node.kwargs)
        if node.op == "call_method":
            return getattr(x, str(node.target))(*args, **named)
        assert callable(node.target)
        return node.target(x, *args, **named)

    def _plain(self, argument: Any) -> Any:
        return fx.node.map_arg(argument, lambda each: self.values[each])

    def _argument(self, node: fx.Node, place: int, name: str, default: Any) -> Any:
        """An argument of a call; sounds and lists of them as nodes, all else by value."""
        held = node.args[place] if place < len(node.args) else node.kwargs.get(name, default)
        if name == "pad" and place == 1 and len(node.args) > 2 and isinstance(held, int):
            return list(node.args[1:])
        return held if name == "tensors" else self._plain(held)

    def _finish(self, node: fx.Node, shift: int) -> Cached:
        """All outputs equally late, and by a whole number of input samples."""
        given: list[fx.Node] = list(dict.fromkeys(each for each in node.all_input_nodes if each in self.flows))
        if not given:
            raise CannotCache("Its output does not depend on its input.")
        flows = self.builder.together([self.flows[each] for each in given])
        rate, late = flows[0].rate, flows[0].late
        more = max(0, -(late + shift))
        while (late + shift + more) * rate.denominator % rate.numerator:
            more += 1
        last = [self.builder.delayed(each, more) for each in flows]
        known = {**self.plain, **{old: each.node for old, each in zip(given, last, strict=True)}}
        self.builder.graph.output(fx.node.map_arg(node.args[0], known.__getitem__))
        module = fx.GraphModule(self.root, self.builder.graph).eval()
        multiple = math.lcm(*(each.denominator for each in self.rates), rate.denominator)
        return Cached(module, late + more, rate, multiple, max(each.reach for each in flows))


NARROW = ((1, "dim"), (2, "start"), (3, "length"))
CONV = (
    ("input", None), ("weight", None), ("bias", None), ("stride", 1), ("padding", 0), ("dilation", 1), ("groups", 1),
)  # fmt: skip
CONV_BACK = (
    ("input", None), ("weight", None), ("bias", None), ("stride", 1), ("padding", 0), ("output_padding", 0),
    ("groups", 1), ("dilation", 1),
)  # fmt: skip


def _list(dims: Any) -> list[int]:
    return [int(each) for each in dims] if isinstance(dims, (tuple, list)) else [int(dims)]


def prove(
    offline: Callable[[Tensor], Tensor],
    streamed: Callable[[Tensor], Tensor],
    cached: Cached,
    channels: int,
    multiple: int = 1,
) -> float:
    """The largest difference between the whole sound at once and blocks of many sizes, of the peak.

    Args:
        offline: the padding network, `[channels, n]` to `[rows, n·rate]`.
        streamed: the one with caches, in its first state.
        cached: what is said of it.
        channels: of the sound.
        multiple: of which the whole sound has to be, for the padding network.
    """
    step, edge = cached.multiple, cached.reach
    blocks = [step * times for times in (1, 7, 64, 3, 16, 2)]
    wanted = 2 * edge + -(-cached.late // cached.rate) + max(4096, 4 * step)
    while sum(blocks) < wanted:
        blocks.append(max(step, min(4096, wanted // 8) // step * step))
    blocks.append(-sum(blocks) % math.lcm(multiple, step) + math.lcm(multiple, step))
    x = (torch.rand(channels, sum(blocks), generator=torch.Generator().manual_seed(11)) * 2 - 1) * 0.5
    with torch.no_grad():
        whole = offline(x)
        parts = torch.cat([streamed(each.clone()) for each in torch.split(x, blocks, 1)], 1)
    first = math.ceil(edge * cached.rate)
    last = min(whole.shape[1], parts.shape[1] - cached.late) - first
    one, other = whole[:, first:last], parts[:, first + cached.late : last + cached.late]
    peak = max(float(whole.abs().max()), 1e-9)
    return float((one - other).abs().max()) / peak if one.numel() else math.inf
