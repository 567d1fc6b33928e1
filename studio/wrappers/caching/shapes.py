"""Operations that move, cut or join axes: where time is afterwards."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from studio.wrappers.caching.flow import Builder, Flow
from studio.wrappers.caching.recording import CannotCache


@dataclass(frozen=True)
class Moved:
    """Where time went: its axis, and samples after for one before as times / parts."""

    axis: int
    times: int
    parts: int


def follow(flow: Flow, act: Callable[[Tensor], Tensor], what: str) -> Moved:
    """Find time again by letting `act` move the numbers of the samples. Raises: CannotCache."""
    shape = [1] * flow.value.dim()
    shape[flow.axis] = flow.samples
    numbers = torch.arange(flow.samples).reshape(shape).expand(flow.value.shape)
    made = act(numbers)
    for axis, size in enumerate(made.shape):
        lowest = made.movedim(axis, 0).reshape(size, -1)
        if size == flow.samples and bool((lowest == torch.arange(size).unsqueeze(1)).all()):
            return Moved(axis, 1, 1)
        if size > flow.samples and size % flow.samples == 0:
            times = size // flow.samples
            if bool((lowest == (torch.arange(size) // times).unsqueeze(1)).all()):
                return Moved(axis, times, 1)
        if 1 < size < flow.samples and flow.samples % size == 0:
            parts = flow.samples // size
            if bool((lowest // parts == torch.arange(size).unsqueeze(1)).all()):
                return Moved(axis, 1, parts)
    raise CannotCache(f"{what} mixes time with other axes.")


def moved(
    builder: Builder,
    flow: Flow,
    act: Callable[[Tensor], Tensor],
    emit: Callable[[Any, int], Any],
    made: Tensor,
    what: str,
) -> Flow:
    """An operation that moves axes; `emit(node, axis)` writes it with time at `axis` afterwards."""
    at = follow(flow, act, what)
    flow = builder.delayed(flow, -flow.late % at.parts)
    late, rate = flow.late * at.times // at.parts, flow.rate * at.times / at.parts
    return Flow(emit(flow.node, at.axis), late, rate, at.axis, made, flow.reach)


def cut(builder: Builder, flow: Flow, start: int, step: int, made: Tensor) -> Flow:
    """Samples from `start` on, every `step`-th: what was cut off is made good by the delay."""
    if step == 1:
        return replace(flow, late=flow.late + start, value=made)
    flow = builder.delayed(flow, -(flow.late + start) % step)
    every = [slice(None)] * flow.axis + [slice(None, None, step)]
    node = builder.graph.call_function(operator.getitem, (flow.node, tuple(every)))
    return Flow(node, (flow.late + start) // step, flow.rate / step, flow.axis, made, flow.reach)


def full_index(index: Any, dims: int) -> list[Any]:
    """An index with its dots written out: one entry for each axis, and None for each new one."""
    given = list(index) if isinstance(index, tuple) else [index]
    have = sum(each is not None for each in given if each is not Ellipsis)
    if not any(each is Ellipsis for each in given):
        given.append(Ellipsis)
    at = next(place for place, each in enumerate(given) if each is Ellipsis)
    return [*given[:at], *[slice(None)] * (dims - have), *given[at + 1 :]]


def index_of_axis(index: list[Any], axis: int) -> int:
    """The entry of a full index that is about an axis."""
    counted = -1
    for place, each in enumerate(index):
        counted += each is not None
        if counted == axis and each is not None:
            return place
    raise CannotCache("An index of its code reaches beyond the axes.")
