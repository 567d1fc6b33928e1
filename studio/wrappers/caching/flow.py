"""Where sound stands within a network: how late, at which rate, along which axis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from torch import Tensor, fx, nn

from studio.wrappers.caching.layers import DelayLine
from studio.wrappers.caching.recording import CannotCache


@dataclass(frozen=True)
class Flow:
    """What is known of one value on its way through a network that keeps its past.

    Attributes:
        node: of the new graph.
        late: samples by which it lags behind the same value of the padding network, at its own rate. Negative
            where the network itself shifted it and nothing has been done yet.
        rate: its samples for one of the input.
        axis: of time.
        value: what the padding network had there, for its shape.
        reach: samples of the input, on each side, that padding may have changed.
    """

    node: fx.Node
    late: int
    rate: Fraction
    axis: int
    value: Any
    reach: int

    @property
    def samples(self) -> int:
        return int(self.value.shape[self.axis])


class Builder:
    """Makes the new graph.

    Attributes:
        graph: it.
        root: holds the modules that it calls.
        names: of modules within the network, by the target of their calls.
    """

    def __init__(self, root: nn.Module) -> None:
        self.graph, self.root = fx.Graph(), root
        self._count = 0
        self._delayed: dict[tuple[fx.Node, int], fx.Node] = {}

    def call(self, module: nn.Module, node: fx.Node) -> fx.Node:
        """A call of a new module."""
        name = f"streaming_{self._count}"
        self._count += 1
        self.root.add_module(name, module)
        return self.graph.call_module(name, (node,))

    def delayed(self, flow: Flow, samples: int) -> Flow:
        """The same, later; where several want it so they share it."""
        if samples == 0:
            return flow
        key = flow.node, samples
        if key not in self._delayed:
            self._delayed[key] = self.call(DelayLine(flow.value, flow.axis, samples), flow.node)
        return replace(flow, node=self._delayed[key], late=flow.late + samples)

    def together(self, flows: list[Flow]) -> list[Flow]:
        """All as late as the latest. Raises: CannotCache where they run at several rates."""
        if len({(each.rate, each.value.dim() - each.axis) for each in flows}) > 1:
            raise CannotCache("Two branches of it that meet do not run at one rate.")
        latest = max(each.late for each in flows)
        return [self.delayed(each, latest - each.late) for each in flows]


def as_tensor(value: Any, what: str) -> Tensor:
    """`value` where it is a tensor. Raises: CannotCache."""
    if not isinstance(value, Tensor):
        raise CannotCache(f"{what} is made of the sound while it runs.")
    return value
