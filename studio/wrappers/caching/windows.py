"""Layers that look at several samples at once, kept from block to block: how each is replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from studio.wrappers.caching.flow import Builder, Flow
from studio.wrappers.caching.layers import (
    CachedConv1d,
    CachedConvTranspose1d,
    CachedLSTM,
    CachedPool1d,
    CachedRecurrent,
)
from studio.wrappers.caching.recording import CannotCache


@dataclass(frozen=True)
class Kernel:
    """A convolution's arithmetic."""

    weight: Tensor
    bias: Tensor | None
    stride: int
    padding: int
    dilation: int
    groups: int


def strided(builder: Builder, flow: Flow, reach: int, padding: int, stride: int) -> tuple[Flow, int]:
    """The input of a window over `reach` + 1 samples, late enough for its stride, and how late its output is."""
    late = flow.late + reach - padding
    waiting = -late % stride
    return builder.delayed(flow, waiting), (late + waiting) // stride


def convolved(builder: Builder, flow: Flow, kernel: Kernel, made: Any) -> Flow:
    """A convolution."""
    reach = (kernel.weight.shape[2] - 1) * kernel.dilation
    flow, late = strided(builder, flow, reach, kernel.padding, kernel.stride)
    layer = CachedConv1d(kernel.weight, kernel.bias, flow.value, kernel.stride, kernel.dilation, kernel.groups)
    wide = flow.reach + -(-reach // flow.rate)
    return Flow(builder.call(layer, flow.node), late, flow.rate / kernel.stride, flow.axis, made, int(wide))


def transposed(builder: Builder, flow: Flow, kernel: Kernel, made: Any) -> Flow:
    """A transposed convolution."""
    layer = CachedConvTranspose1d(kernel.weight, kernel.bias, flow.value, kernel.stride, kernel.dilation, kernel.groups)
    late = flow.late * kernel.stride + kernel.padding
    reach = -(-(kernel.weight.shape[2] - 1) * kernel.dilation // kernel.stride)
    wide = flow.reach + -(-reach // flow.rate)
    return Flow(builder.call(layer, flow.node), late, flow.rate * kernel.stride, flow.axis, made, int(wide))


def conv_layer(builder: Builder, flow: Flow, layer: nn.Module, made: Any) -> Flow:
    assert isinstance(layer, nn.Conv1d)
    if layer.padding_mode == "circular":
        raise CannotCache(f"{said(layer)} wraps each block around its end.")
    kernel = kernel_of(layer.weight, layer.bias, layer.stride, layer.padding, layer.dilation, layer.groups)
    return convolved(builder, flow, kernel, made)


def transpose_layer(builder: Builder, flow: Flow, layer: nn.Module, made: Any) -> Flow:
    assert isinstance(layer, nn.ConvTranspose1d)
    kernel = kernel_of(layer.weight, layer.bias, layer.stride, layer.padding, layer.dilation, layer.groups)
    return transposed(builder, flow, kernel, made)


def pool_layer(builder: Builder, flow: Flow, layer: nn.Module, made: Any) -> Flow:
    """Average and maximum over windows."""
    assert isinstance(layer, (nn.AvgPool1d, nn.MaxPool1d))
    size, stride, padding = (one(each) for each in (layer.kernel_size, layer.stride, layer.padding))
    dilation = one(getattr(layer, "dilation", 1))
    if layer.ceil_mode or getattr(layer, "return_indices", False):
        raise CannotCache(f"{said(layer)} counts from the ends of a block.")
    reach = (size - 1) * dilation
    flow, late = strided(builder, flow, reach, padding, stride)
    pool: nn.Module = nn.AvgPool1d(size, stride)
    if isinstance(layer, nn.MaxPool1d):
        pool = nn.MaxPool1d(size, stride, dilation=dilation)
    node = builder.call(CachedPool1d(pool, flow.value, reach), flow.node)
    wide = flow.reach + -(-reach // flow.rate)
    return Flow(node, late, flow.rate / stride, flow.axis, made, int(wide))


def padded(flow: Flow, before: int, made: Any) -> Flow:
    """Padding shifts what it pads; the past itself is kept by who needs it."""
    return replace(flow, late=flow.late - before, value=made)


def pad_layer(_builder: Builder, flow: Flow, layer: nn.Module, made: Any) -> Flow:
    if isinstance(layer, nn.CircularPad1d):
        raise CannotCache(f"{said(layer)} wraps each block around its end.")
    held: Any = layer.padding
    return padded(flow, int(held[0]), made)


def upsample_layer(builder: Builder, flow: Flow, layer: nn.Module, made: Any) -> Flow:
    """Every sample repeated; other kinds stretch a block as a whole."""
    assert isinstance(layer, nn.Upsample)
    times = made.shape[flow.axis] // flow.samples
    if layer.mode != "nearest" or layer.scale_factor is None or times * flow.samples != made.shape[flow.axis]:
        raise CannotCache(f"{said(layer)} stretches each block as a whole.")
    return Flow(builder.call(layer, flow.node), flow.late * times, flow.rate * times, flow.axis, made, flow.reach)


def recurrent_layer(builder: Builder, flow: Flow, layer: nn.Module, made: Any, states: list[Tensor]) -> Flow:
    """A GRU, LSTM or RNN; `states` is what it starts with, empty for zeros."""
    assert isinstance(layer, nn.RNNBase)
    dims = flow.value.dim()
    if layer.bidirectional:
        raise CannotCache(f"{said(layer)} reads each block backwards too.")
    if flow.axis != (1 if layer.batch_first and dims == 3 else 0):
        raise CannotCache(f"{said(layer)} does not run along time.")
    shapes = [tuple(each.shape) for each in (made[1] if isinstance(made[1], tuple) else (made[1],))]
    states = states or [torch.zeros(shape) for shape in shapes]
    make = CachedLSTM if isinstance(layer, nn.LSTM) else CachedRecurrent
    return replace(flow, node=builder.call(make(layer, states), flow.node), value=made[0])


def kernel_of(weight: Tensor, bias: Tensor | None, stride: Any, padding: Any, dilation: Any, groups: int) -> Kernel:
    """A convolution from its arguments, whatever form they have."""
    step, span = one(stride), one(dilation)
    if isinstance(padding, str):
        padding = span * (weight.shape[2] - 1) // 2 if padding == "same" else 0
    return Kernel(weight, bias, step, one(padding), span, groups)


def one(value: Any) -> int:
    """A number that torch takes as a number or as a tuple of one."""
    return int(value[0]) if isinstance(value, (tuple, list)) else int(value)


def said(layer: nn.Module) -> str:
    return f"Its {type(layer).__name__} layer"


Rule = Callable[[Builder, Flow, nn.Module, Any], Flow]
LAYERS: dict[type[nn.Module], Rule] = {
    nn.Conv1d: conv_layer,
    nn.ConvTranspose1d: transpose_layer,
    nn.AvgPool1d: pool_layer,
    nn.MaxPool1d: pool_layer,
    nn.ConstantPad1d: pad_layer,
    nn.ZeroPad1d: pad_layer,
    nn.ReflectionPad1d: pad_layer,
    nn.ReplicationPad1d: pad_layer,
    nn.CircularPad1d: pad_layer,
    nn.Upsample: upsample_layer,
}
