"""What becomes of each operation of a network when it keeps its past."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor, fx, nn

from studio.wrappers.caching.flow import Builder, Flow, as_tensor
from studio.wrappers.caching.recording import CannotCache
from studio.wrappers.caching.shapes import cut, full_index, index_of_axis, moved
from studio.wrappers.caching.windows import convolved, kernel_of, padded, transposed

EACH = frozenset(
    """abs absolute add addcdiv addcmul alpha_dropout asin asinh atan atan2 atanh bitwise_and bitwise_not bitwise_or
    celu clamp clamp_max clamp_min clip clone contiguous copysign cos cosh detach div divide dropout dropout1d elu eq
    erf exp exp2 expand_as expm1 fill_ float floordiv fmod frac ge gelu gt hard_sigmoid hardshrink hardsigmoid
    hardswish hardtanh iadd imul isub itruediv le leaky_relu lerp log log10 log1p log2 logical_and logical_not
    logical_or logsigmoid lt maximum minimum mish mod mul multiply ne neg negative nan_to_num positive pow prelu
    reciprocal relu relu6 rrelu rsqrt rsub selu sigmoid sign silu sin sinc sinh softplus softshrink softsign sqrt
    square sub subtract tan tanh tanhshrink threshold to true_divide truediv trunc type type_as where xlogy floor
    ceil round polar arctan sgn feature_alpha_dropout""".split()
)
ACTIVATIONS = tuple(
    each for each in vars(nn.modules.activation).values()
    if isinstance(each, type) and issubclass(each, nn.Module) and each not in
    (nn.Module, nn.MultiheadAttention, nn.Softmax, nn.Softmax2d, nn.LogSoftmax, nn.Softmin, nn.GLU)
)  # fmt: skip
EACH_LAYERS = (*ACTIVATIONS, nn.Identity, nn.BatchNorm1d, *(vars(nn)[name] for name in vars(nn) if "Dropout" in name))
WITH_DIM = frozenset(
    """mean sum amax amin std var softmax log_softmax norm normalize logsumexp argmax argmin prod glu cumsum
    softmin""".split()
)
MOVING = frozenset(
    """transpose permute unsqueeze squeeze movedim moveaxis swapaxes swapdims reshape view flatten unflatten t
    expand select getattr repeat_interleave unsqueeze_ squeeze_ transpose_""".split()
)
SIZED = frozenset(["reshape", "view", "expand"])
PARTED = frozenset(["chunk", "split", "unbind", "tensor_split"])
Emit = Callable[..., fx.Node]


def each_sample(builder: Builder, flows: list[Flow], others: list[Tensor], emit: Emit, made: Tensor) -> Flow:
    """An operation that treats every sample alone; `emit(nodes)` writes it with the aligned inputs."""
    flows = builder.together(flows)
    from_right = flows[0].value.dim() - flows[0].axis
    for other in others:
        if other.dim() >= from_right and other.shape[-from_right] > 1:
            raise CannotCache("It adds or multiplies something that changes along each block.")
    reach = max(each.reach for each in flows)
    axis = made.dim() - from_right
    return replace(flows[0], node=emit([each.node for each in flows]), axis=axis, value=made, reach=reach)


def over_dims(flow: Flow, dims: list[int], emit: Emit, made: Tensor, what: str) -> Flow:
    """A sum, mean or softmax over axes other than time."""
    count = flow.value.dim()
    over = {each % count for each in dims}
    if not over or flow.axis in over:
        raise CannotCache(f"{what} is taken over the whole block.")
    gone = sum(each < flow.axis for each in over) if made.dim() < count else 0
    return replace(flow, node=emit([flow.node]), axis=flow.axis - gone, value=made)


def join(builder: Builder, parts: list[Any], dim: int, made: Tensor, emit: Emit) -> Flow:
    """A concatenation: of channels, or of one sound with silence before and after."""
    flows = [each for each in parts if isinstance(each, Flow)]
    axis = flows[0].axis
    if dim % made.dim() != axis:
        others = [each for each in parts if isinstance(each, Tensor)]
        return each_sample(builder, flows, others, emit, made)
    if len(flows) > 1:
        raise CannotCache("It joins one sound behind another.")
    before = parts[: next(place for place, each in enumerate(parts) if isinstance(each, Flow))]
    return padded(flows[0], sum(int(each.shape[axis]) for each in before), made)


def indexed(builder: Builder, flow: Flow, index: Any, made: Tensor) -> Flow:
    """x[…]: what is cut from time is made good by the delay, other axes are as they were."""
    entries = full_index(index, flow.value.dim())
    place = index_of_axis(entries, flow.axis)
    along = entries[place]
    if not isinstance(along, slice) or any(isinstance(each, (Tensor, list)) for each in entries):
        raise CannotCache("It picks single samples out of each block.")
    start, _, step = along.indices(flow.samples)
    value = flow.value[(slice(None),) * flow.axis + (along,)]
    flow = cut(builder, flow, start, step, value)
    entries[place] = slice(None)
    if all(each == slice(None) for each in entries):
        return flow
    rest = tuple(entries)
    emit = lambda node, _axis: builder.graph.call_function(operator.getitem, (node, rest))  # noqa: E731
    return moved(builder, flow, lambda x: x[rest], emit, made, "An index")


def pad_function(builder: Builder, flow: Flow, pads: list[int], rest: tuple[Any, ...], made: Tensor) -> Flow:
    """F.pad: the part along time becomes a shift, the rest is done as it was."""
    if rest and rest[0] == "circular":
        raise CannotCache("Its padding wraps each block around its end.")
    place = 2 * (flow.value.dim() - 1 - flow.axis)
    before = int(pads[place]) if place < len(pads) else 0
    left = [0 if place <= at <= place + 1 else int(each) for at, each in enumerate(pads)]
    flow = padded(flow, before, made)
    if any(left):
        flow = replace(flow, node=builder.graph.call_function(torch.nn.functional.pad, (flow.node, left, *rest)))
    return flow


def convolution(builder: Builder, flow: Flow, bound: dict[str, Any], made: Tensor, *, back: bool) -> Flow:
    """F.conv1d, and F.conv_transpose1d with `back`."""
    bias = bound.get("bias")
    kernel = kernel_of(
        as_tensor(bound["weight"], "A kernel"),
        None if bias is None else as_tensor(bias, "A bias"),
        bound.get("stride", 1), bound.get("padding", 0), bound.get("dilation", 1), bound.get("groups", 1),
    )  # fmt: skip
    return (transposed if back else convolved)(builder, flow, kernel, made)


def last_axes(flow: Flow, count: int, emit: Emit, made: Tensor, what: str) -> Flow:
    """A layer that acts on the last axes alone."""
    if flow.axis >= flow.value.dim() - count:
        raise CannotCache(f"{what} mixes the samples of a block.")
    return replace(flow, node=emit([flow.node]), value=made)


def stretched(flow: Flow, emit: Emit, made: Tensor, mode: str, what: str) -> Flow:
    """Interpolation: each sample repeated; other kinds stretch a block as a whole."""
    times = made.shape[flow.axis] // flow.samples
    if mode != "nearest" or times * flow.samples != made.shape[flow.axis]:
        raise CannotCache(f"{what} stretches each block as a whole.")
    return replace(flow, node=emit([flow.node]), late=flow.late * times, rate=flow.rate * Fraction(times), value=made)
