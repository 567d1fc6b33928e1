"""Write down what a network does with one block, as a graph of calls with the tensors that went through them."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

import torch
from torch import fx, nn

from studio.errors import ModelError

PLAIN = ("shape", "ndim", "dtype", "device", "is_cuda", "requires_grad")
Enter = Callable[[nn.Module, dict[str, Any]], Any]
ASKED = ("size", "dim", "numel", "stride", "is_floating_point", "is_complex", "ndimension")


class CannotCache(ModelError):
    """A network has a part that cannot keep its past; the sentence names it."""


class Known(fx.Proxy):
    """A proxy that knows the tensor it stands for, so that code may ask for shapes."""

    value: Any

    def __getattr__(self, name: str) -> Any:
        if "value" not in self.__dict__:  # the tracer looks at a proxy before its value is known
            raise AttributeError(name)
        if name in PLAIN:
            return getattr(self.value, name)
        held = getattr(self.value, name)
        if name in ASKED:
            return held
        if callable(held):
            return fx.proxy.Attribute(self, name)
        return self.tracer.create_proxy("call_function", getattr, (self, name), {})

    def __iter__(self) -> Iterator[Any]:
        return iter([operator.getitem(self, index) for index in range(len(self.value))])

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        raise CannotCache("Its code decides by what it hears which way to go.")

    def __float__(self) -> float:
        raise CannotCache("Its code makes a plain number of what it hears.")

    __int__ = __float__


class Recorder(fx.Tracer):
    """Follows a network with real inputs.

    Args:
        inputs: by name, the sound first.
        enter: calls the network with them.
    """

    proxy_buffer_attributes = True

    def __init__(self, inputs: dict[str, Any], enter: Enter) -> None:
        super().__init__()
        self.inputs, self.enter = inputs, enter
        self.values: dict[fx.Node, Any] = {}
        self._running = False

    def call_module(self, m: nn.Module, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """A call of a module, by the network or, while a value is made, by one of its parts."""
        return forward(*args, **kwargs) if self._running else super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        """A weight that is asked for."""
        return attr_val if self._running else super().getattr(attr, attr_val, parameter_proxy_cache)

    def create_args_for_root(self, *_given: Any, **_named: Any) -> tuple[Any, list[Any]]:
        """Placeholders for the inputs alone: what nobody gives keeps its default."""
        held = {name: self.create_proxy("placeholder", name, (), {}) for name in self.inputs}
        return lambda root: self.enter(root, held), [self.root]

    def proxy(self, node: fx.Node) -> Known:
        return Known(node, self)

    def create_proxy(self, kind: str, target: Any, args: Any, kwargs: Any, *rest: Any, **named: Any) -> Any:
        made: Any = super().create_proxy(kind, target, args, kwargs, *rest, **named)
        self._running = True
        try:
            made.value = self.values[made.node] = self._run(kind, target, args, kwargs)
        finally:
            self._running = False
        return made

    def _run(self, kind: str, target: Any, args: Any, kwargs: Any) -> Any:
        if kind == "placeholder":
            return self.inputs[str(target)]
        if kind == "get_attr":
            return attrgetter(target)(self.root)
        if kind == "output":
            return None
        plain_args = fx.node.map_aggregate(args, _value)
        plain = fx.node.map_aggregate(kwargs, _value)
        if kind == "call_method":
            return getattr(plain_args[0], target)(*plain_args[1:], **plain)
        called: Callable[..., Any] = self.root.get_submodule(target) if kind == "call_module" else target
        return called(*plain_args, **plain)


def _value(argument: Any) -> Any:
    return argument.value if isinstance(argument, Known) else argument


def record(module: nn.Module, inputs: dict[str, Any], enter: Enter) -> tuple[fx.Graph, Recorder]:
    """The graph of what `module` does with `inputs`, and its recorder, which has the value of every node.

    Raises: CannotCache where the code cannot be followed.
    """
    recorder = Recorder(inputs, enter)
    try:
        with torch.no_grad():
            graph = recorder.trace(copy.deepcopy(module))
    except CannotCache:
        raise
    except Exception as error:  # whatever code does that is not made of tensors alone
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        said = (lines[0] if lines else type(error).__name__).rstrip(".")[:160]
        raise CannotCache(f"Its code cannot be followed: {said}.") from error
    return graph, recorder
