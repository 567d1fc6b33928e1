"""What is put around a captured core, and how the whole is then called."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, List

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.parameter import Parameter
from studio.document.treatment import Filter
from studio.errors import ModelError
from studio.wrappers.context import ContextShell
from studio.wrappers.filters import SincFilter
from studio.wrappers.overlap import OverlapShell, choose_size
from studio.wrappers.shell import SERIALS, Shell
from studio.wrappers.smoothing import Smoother
from studio.wrappers.spectral_shell import SpectralShell, refuse_odd_layout

ANY_RATE = 48000


class Chain(nn.Module):
    """Filters one after the other, at a rate that is up/down of the model's."""

    def __init__(self, filters: Sequence[Filter], channels: int, rate: int) -> None:
        super().__init__()
        self.filters = nn.ModuleList(
            SincFilter(each.kind, each.low_hz, each.high_hz, each.taps, each.phase, channels, rate) for each in filters
        )

    def forward(self, x: Tensor) -> Tensor:
        for each in self.filters:
            x = each(x)
        return x

    @torch.jit.export
    def prepare(self, sample_rate: int) -> None:
        for each in self.filters:
            each.prepare(sample_rate)  # type: ignore[operator]

    @torch.jit.export
    def latency(self) -> int:
        total = 0
        for each in self.filters:
            total += each.latency()  # type: ignore[operator]
        return total


class Treated(nn.Module):
    """A shell with filters before and after it, whose knobs follow the hand slowly where they are to."""

    __constants__ = ("serial",)

    def __init__(self, inner: nn.Module, call: Call, parameters: Sequence[Parameter]) -> None:
        super().__init__()
        rate = call.sample_rates[0] if call.sample_rates else ANY_RATE
        self.serial = next(SERIALS)
        self.inner: Any = inner
        self.up, self.down = call.ratio
        self.smoother = Smoother(parameters, rate)
        self.before = Chain(call.filters_before, call.channels_in, rate)
        self.after = Chain(call.filters_after, call.channels_out, rate * self.up // self.down)

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        return self.after(self.inner(self.before(x), self.smoother(params)))

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.inner.prepare(sample_rate, block)
        self.smoother.prepare(sample_rate)
        self.before.prepare(sample_rate)
        self.after.prepare(sample_rate * self.up // self.down)

    @torch.jit.export
    def latency(self) -> int:
        return self.before.latency() + self.inner.latency() + self.after.latency() * self.down // self.up


def settled(call: Call) -> Call:
    """The call as the core is called: one block size where blocks overlap.

    Raises: ModelError where treatments do not go together, or do not fit the model.
    """
    if call.labels:
        if call.overlap or call.look_ahead or call.cached or call.spectrum or call.filters_after:
            said = "Overlap, look-ahead, caches, spectra and filters behind it are for models that give sound."
            raise ModelError(said, "Leave them away for a labeller.", fields=["call"])
        return call
    if call.spectrum is not None:
        return _spectral(call)
    around = call.look_behind + call.look_ahead
    if around % call.multiple or call.look_ahead * call.ratio[0] % call.ratio[1]:
        step = math.lcm(call.multiple, call.ratio[1])
        ahead = -(-call.look_ahead // step) * step
        behind = -(-(around + ahead - call.look_ahead) // step) * step - ahead
        said = f"The model takes a multiple of {call.multiple} samples, which {around} more samples would break."
        raise ModelError(said, f"Take look_behind={behind}, look_ahead={ahead}.", fields=["look_behind", "look_ahead"])
    if not call.overlap:
        return call
    size = choose_size(call)
    if (size - call.overlap) * call.ratio[0] % call.ratio[1] or size * call.ratio[0] % call.ratio[1]:
        said = f"An overlap of {call.overlap} samples is no whole number of samples at the model's output."
        raise ModelError(said, f"Take a multiple of {call.ratio[1]}.", fields=["overlap"])
    return call.model_copy(update={"block_sizes": (size,)})


def _spectral(call: Call) -> Call:
    assert call.spectrum is not None
    refuse_odd_layout(call.spectrum)
    hop = call.spectrum.hop
    if call.overlap or call.cached:
        raise ModelError("A model of spectra overlaps already.", "Leave overlap and cached away.", fields=["overlap"])
    if call.wrapper:
        hint = "Use RealtimeSTFT inside the wrapper."
        raise ModelError("A wrapper is given waves, not spectra.", hint, fields=["spectrum"])
    for name in ("look_behind", "look_ahead"):
        if getattr(call, name) % hop:
            nearest = max(hop, round(getattr(call, name) / hop) * hop)
            said = f"{name} of a model of spectra is counted in whole hops of {hop} samples."
            raise ModelError(said, f"Take {nearest}.", fields=[name])
    return call.model_copy(update={"ratio": (1, 1)})


def as_heard(call: Call, latency: int) -> Call:
    """How the whole is called, once everything is around the core."""
    filtered = bool(call.filters_before or call.filters_after)
    update: dict[str, Any] = {"latency": latency, "stateful": call.stateful or filtered}
    if call.spectrum is not None:
        step = call.spectrum.hop * call.spectrum.frames
        update |= {"multiple": step, "min_block": step, "block_sizes": ()}
    elif call.overlap:
        update |= {"multiple": 1, "min_block": 1, "block_sizes": (call.block_sizes[0] - call.overlap,)}
    return call.model_copy(update=update)


def shell_around(core: nn.Module, call: Call, parameters: List[Parameter], writes: bool) -> nn.Module:
    """The shell that an effect's core needs; `writes` tells whether it changes what it is given."""
    count = len(parameters)
    shell: nn.Module
    if call.spectrum is not None:
        shell = SpectralShell(core, call)
    elif call.overlap:
        shell = OverlapShell(core, call, count)
    elif call.look_behind or call.look_ahead:
        shell = ContextShell(core, call, count)
    else:
        shell = Shell(core, call.latency, writes, bool(call.block_sizes))
    treated = call.filters_before or call.filters_after or any(each.smoothing_ms > 0 for each in parameters)
    return Treated(shell, call, parameters) if treated else shell
