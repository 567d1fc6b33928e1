"""The scripted shell around a captured core: knob positions, look-behind, reset."""

import itertools
from typing import Any, Dict, List

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.parameter import Parameter
from studio.wrappers.base import Wrapper, takes_params
from studio.wrappers.knobs import KnobMap

SERIALS = itertools.count()


class Core(nn.Module):
    """A wrapper called with knob positions: what is traced, or scripted where a trace is not true to it.

    Shapes: x `[channels, n]`, params `[n_params, n]` 0…1 → whatever `do_forward_pass` returns.
    """

    names: List[str]

    def __init__(self, wrapper: Wrapper, parameters: List[Parameter]) -> None:
        super().__init__()
        self.wrapper: Any = wrapper
        self.knobs = KnobMap(parameters)
        self.names = [each.name for each in parameters]

    def values(self, params: Tensor) -> Dict[str, Tensor]:
        named: Dict[str, Tensor] = {}
        if len(self.names) > 0:
            mapped = self.knobs(self.wrapper.aggregate_params(params))
            for row, name in enumerate(self.names):
                named[name] = mapped[row]
        return named


class KnobCore(Core):
    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        return self.wrapper.do_forward_pass(x, self.values(params))


class PlainCore(Core):
    def forward(self, x: Tensor, params: Tensor) -> Tensor:  # noqa: ARG002 - every core is called alike
        return self.wrapper.do_forward_pass(x)


class LabelCore(Core):
    def forward(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        return self.wrapper.do_forward_pass(x)


def core_of(wrapper: Wrapper, parameters: List[Parameter], labels: bool) -> Core:
    """The core that fits the wrapper's signature."""
    if labels:
        return LabelCore(wrapper, parameters)
    return (KnobCore if takes_params(type(wrapper)) else PlainCore)(wrapper, parameters)


class Shell(nn.Module):
    """A captured core with what every host asks of it; `reset` is added once the core's state is known."""

    __constants__ = ("serial",)

    def __init__(self, core: nn.Module, latency: int, writes: bool = False) -> None:
        super().__init__()
        self.writes = writes  # into what it is given, which is the host's own buffer
        self.serial = next(SERIALS)  # torch shares a type among modules that look alike; `reset` belongs to one only
        self.core = core
        self.own_latency = latency

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        return self.core(x.clone(), params.clone()) if self.writes else self.core(x, params)

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        """A plain model does not care."""

    @torch.jit.export
    def latency(self) -> int:
        return self.own_latency


class LabelShell(Shell):
    def forward(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        return self.core(x, params)


class LookBehindShell(Shell):
    """Puts the last `look_behind` samples before each block and keeps the last part of the result: no delay."""

    heard: Tensor
    turned: Tensor

    def __init__(self, core: nn.Module, call: Call, n_params: int) -> None:
        super().__init__(core, call.latency)
        past, channels = call.look_behind, call.channels_in
        self.past, self.fresh = past, True
        self.up, self.down = call.ratio
        self.register_buffer("heard", torch.zeros(channels, past))
        self.register_buffer("turned", torch.zeros(n_params, past))

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        if self.fresh:  # before the first block the knobs stood where they stand now
            self.turned = params[:, :1].expand(params.size(0), self.past)
            self.fresh = False
        whole, turned = torch.cat([self.heard, x], 1), torch.cat([self.turned, params], 1)
        made = self.core(whole.clone(), turned.clone())  # clones: the model may write into what it is given
        self.heard = whole[:, x.size(1) :].clone()  # a view would be saved with all that it was cut from
        self.turned = turned[:, x.size(1) :].clone()
        kept = min(made.size(1), x.size(1) * self.up // self.down)
        return made[:, made.size(1) - kept :]


def shell_around(core: nn.Module, call: Call, n_params: int, writes: bool) -> Shell:
    """The shell that a core needs; `writes` tells whether it changes what it is given."""
    if call.labels:
        return LabelShell(core, call.latency)
    return LookBehindShell(core, call, n_params) if call.look_behind else Shell(core, call.latency, writes)
