"""Experiments with a model that wants short-time spectra: it is called as if it took waves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from studio.document.axes import from_axes, into_axes
from studio.document.call import Call
from studio.document.treatment import Spectrum
from studio.loading.knobs import propose
from studio.loading.outputs import leaves
from studio.loading.search import search
from studio.loading.spectral_guess import reach_in_frames
from studio.loading.trial import Runner, Way, given, grouped
from studio.wrappers.spectral_shell import Form, refuse_odd_layout
from studio.wrappers.spectrum import ShortTime, window_of


class SpectralRunner(Runner):
    """Calls a model with the spectra of the sound it is given, and makes sound of its answer."""

    def __init__(self, module: nn.Module, spectrum: Spectrum, method: str, beat: Callable[[], None]) -> None:
        refuse_odd_layout(spectrum)
        super().__init__(module, method, beat=beat)
        self.spectrum, self.window = spectrum, window_of(spectrum.window, spectrum.n_fft)
        self.form = Form(spectrum)

    def call(self, module: nn.Module, way: Way, sound: Tensor) -> Any:
        hop = self.spectrum.hop
        frames = -(-sound.shape[1] // hop)
        padded = torch.constant_pad_nd(sound, [0, frames * hop - sound.shape[1]])
        there = ShortTime(self.window, hop, sound.shape[0], 1)
        spectra = there.analyse(padded)
        shown = _evaluate(into_axes("x", self.spectrum), self.form(spectra))
        held = leaves(getattr(module, self.method)(shown, **grouped(way, given(way.arguments), frames)))
        made = _evaluate(from_axes("x", self.spectrum), _answer(held, shown))
        back = ShortTime(self.window, hop, 1, made.shape[0])
        return back.synthesise(self.form.applied(made, spectra))[:, : sound.shape[1]]


def _answer(held: dict[Any, Tensor], shown: Tensor) -> Tensor:
    """The tensor among a model's answers that is as large as its question."""
    same = [each for each in held.values() if each.dim() == shown.dim() and each.shape[-2:] == shown.shape[-2:]]
    return same[0] if same else next(iter(held.values()))


def _evaluate(expression: str, x: Tensor) -> Tensor:
    """A line of an adapter, which is ours."""
    made: Tensor = eval(expression, {"torch": torch, "x": x})
    return made


def find_spectral(
    module: nn.Module, name: str, spectrum: Spectrum, method: str, rate: int | None, beat: Callable[[], None]
) -> tuple[Call, tuple[Any, ...], list[str]]:
    """Call, knobs and facts of a model of spectra. Raises: ModelError that says what was tried."""
    runner = SpectralRunner(module, spectrum, method, beat)
    if "C" not in spectrum.layout and "B" not in spectrum.layout:
        runner.channels = (1,)
    found = search(runner, name, ("CT",), rate)
    parameters, facts = propose(runner, found)
    rest = given(found.way.arguments)
    behind, ahead = reach_in_frames(module, method, spectrum, found.way.channels, rest)
    if behind or ahead:
        facts.append(f"It looks at {behind} frames before and {ahead} after: they are given to it as well.")
    call = Call(
        layout="CT",
        output_layout="CT",
        channels_in=found.way.channels,
        outputs=found.sound.outputs,
        method=method,
        spectrum=spectrum,
        look_behind=behind * spectrum.hop,
        look_ahead=ahead * spectrum.hop,
        arguments=found.way.arguments,
    )
    return call, parameters, facts
