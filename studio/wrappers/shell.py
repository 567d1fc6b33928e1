"""The scripted shell around a captured core: knob positions and what every host asks."""

import inspect
import itertools
from typing import Any, Dict, List

import torch
from torch import Tensor, nn

from studio.document.parameter import Parameter
from studio.wrappers.base import WaveformToLabels, Wrapper, takes_params
from studio.wrappers.knobs import KnobMap
from studio.wrappers.neutone_model import is_told

SERIALS = itertools.count()
ANY_RATE = 48000  # Hz, where a model says nothing of rates


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


class Told(Core):
    """What the author wrote for announcements and resets; these methods are compiled also where the core is traced."""

    @torch.jit.export
    def tell(self, sample_rate: int, samples: int) -> None:
        """Announce the rate in Hz and the samples of each block."""
        self.wrapper.set_model_sample_rate_and_buffer_size(sample_rate, samples)

    @torch.jit.export
    def reset_model(self) -> None:
        self.wrapper.reset_model()


class ToldKnobCore(Told, KnobCore):
    pass


class ToldPlainCore(Told, PlainCore):
    pass


def _always_given(cls: Any) -> None:
    """Take away `params = None`: knobs are given with each call, and TorchScript knows no None for a dict."""
    function = inspect.unwrap(cls.do_forward_pass)
    if takes_params(cls) and function.__defaults__ == (None,):
        function.__defaults__ = None


def core_of(wrapper: Wrapper, parameters: List[Parameter]) -> Core:
    """The core that fits the wrapper's signature."""
    if isinstance(wrapper, WaveformToLabels):
        return LabelCore(wrapper, parameters)
    _always_given(type(wrapper))
    if is_told(wrapper):
        return (ToldKnobCore if takes_params(type(wrapper)) else ToldPlainCore)(wrapper, parameters)
    return (KnobCore if takes_params(type(wrapper)) else PlainCore)(wrapper, parameters)


class Shell(nn.Module):
    """A captured core with what every host asks of it; `reset` is added once the core's state is known."""

    __constants__ = ("serial", "fixed")

    def __init__(self, core: nn.Module, latency: int, writes: bool = False, fixed: bool = False) -> None:
        super().__init__()
        self.fixed = fixed and hasattr(core, "tell")  # it takes only blocks of the size it was told
        self.rate, self.told = ANY_RATE, 0
        self.writes = writes  # into what it is given, which is the host's own buffer
        self.serial = next(SERIALS)  # torch shares a type among modules that look alike; `reset` belongs to one only
        self.core: Any = core
        self.own_latency = latency

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        if self.fixed and x.size(1) != self.told:
            self.prepare(self.rate, x.size(1))
        return self.core(x.clone(), params.clone()) if self.writes else self.core(x, params)

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        """A plain model does not care."""
        if hasattr(self.core, "tell"):  # TorchScript decides it when it compiles
            self.rate, self.told = sample_rate, block
            self.core.tell(sample_rate, block)

    @torch.jit.export
    def latency(self) -> int:
        return self.own_latency
