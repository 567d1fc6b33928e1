"""Guess which spectra a model wants that cannot be called with waves: its layers know how many bins there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import torch
from torch import Tensor, nn

from studio.document.treatment import Spectrum
from studio.loading.found import Found
from studio.loading.outputs import leaves
from studio.loading.trial import Runner, noise, quiet

Form = Literal["magnitude", "complex"]
USUAL = (1024, 2048, 512, 4096)  # frames of models whose layers take any number of bins
FRAMES = 8  # given at a time to find out whether a model takes them
LONG, MOST_BEHIND, MOST_AHEAD = 96, 32, 8  # frames
NOTHING: Mapping[str, Any] = {}
LEAST, MOST = 32, 16384
BOUND = 1.5  # a mask is not stronger, however loud the sound


def guess_spectrum(module: nn.Module, method: str) -> Spectrum | None:
    """Spectra that `module` answers with as many, or None."""
    for n_fft, layout, form, channels in _candidates(module):
        shown = example(n_fft, layout, form, channels, FRAMES)
        answer = _answer(module, method, shown)
        if answer is None or answer.shape != shown.shape or answer.is_complex() != shown.is_complex():
            continue
        if form == "magnitude" and channels == 2 and not bool((answer >= 0).all()) and "C" in layout:
            continue  # no magnitude is negative: the two channels are real and imaginary part
        said = Spectrum(n_fft=n_fft, hop=n_fft // 4, layout=layout, form=form, mask=_is_mask(module, method, shown))
        behind, ahead = reach_in_frames(module, method, said, channels)
        reach = behind + ahead
        return said.model_copy(update={"frames": 1 if reach <= 1 else 4 if reach <= FRAMES else FRAMES})
    return None


def seems_spectral(runner: Runner, found: Found) -> bool:
    """Whether a way of calling it with waves works by chance.

    A layer for images takes the wave for an image of one line, or the only length that works is a number of bins.
    """
    bins = found.length - 1
    if found.fixed and bins >= LEAST and bins & (bins - 1) == 0:
        return guess_spectrum(runner.module, runner.method) is not None
    module, lines = runner.fresh(), []

    def look(_layer: nn.Module, given: tuple[Tensor, ...]) -> None:
        lines.append(given[0].dim() == 3)

    planes = [each for each in module.modules() if isinstance(each, nn.Conv2d)]
    hooks = [each.register_forward_pre_hook(look) for each in planes]
    runner.run(found.way, noise(found.way.channels, found.length), module)
    for hook in hooks:
        hook.remove()
    return bool(lines) and lines[0] and guess_spectrum(runner.module, runner.method) is not None


def reach_in_frames(
    module: nn.Module, method: str, spectrum: Spectrum, channels: int, rest: Mapping[str, Any] = NOTHING
) -> tuple[int, int]:
    """How many frames before and after one move the model's answer for it, as far as that is given to it."""
    shown = example(spectrum.n_fft, spectrum.layout, spectrum.form, channels, LONG)
    time, middle = spectrum.layout.index("T"), LONG // 2
    poked = shown.clone()
    poked.select(time, middle).mul_(3.0)
    one, other = _answer(module, method, shown, rest), _answer(module, method, poked, rest)
    if one is None or other is None or one.shape != shown.shape or other.shape != one.shape:
        return 0, 0
    change = (one - other).abs().movedim(time, 0).flatten(1).amax(1)
    touched = torch.nonzero(change > 1e-5 * change.max().clamp(min=1e-9)).flatten().tolist()
    if not touched:
        return 0, 0
    return min(MOST_BEHIND, max(0, touched[-1] - middle)), min(MOST_AHEAD, max(0, middle - touched[0]))


def example(n_fft: int, layout: str, form: str, channels: int, frames: int) -> Tensor:
    """Random spectra in a layout."""
    axes = {"B": 1, "C": channels, "F": n_fft // 2 + 1, "T": frames, "R": 2}
    shape, generator = [axes[each] for each in layout], torch.Generator().manual_seed(1)
    if form != "complex":
        return torch.rand(shape, generator=generator)
    if "R" in layout:
        return torch.rand(shape, generator=generator) * 2 - 1
    return torch.complex(torch.rand(shape, generator=generator) - 0.5, torch.rand(shape, generator=generator) - 0.5)


def _is_mask(module: nn.Module, method: str, shown: Tensor) -> bool:
    """Whether the answer stays small for whatever is given, so that it is meant to be multiplied with that."""
    loud, louder = (_answer(module, method, shown * factor) for factor in (1e2, 1e4))
    if loud is None or louder is None or (not shown.is_complex() and bool((shown >= 0).all() and (louder < 0).any())):
        return False
    strongest = float(louder.abs().max())
    return strongest <= BOUND and strongest < 3 * float(loud.abs().max())


def _answer(module: nn.Module, method: str, shown: Tensor, rest: Mapping[str, Any] = NOTHING) -> Tensor | None:
    try:
        with quiet(0):
            held = leaves(getattr(module, method)(shown.clone(), **rest))
    except Exception:  # a foreign model may raise anything
        return None
    made = next((each for each in held.values() if each.shape == shown.shape), next(iter(held.values()), None))
    whole = made is not None and (made.is_floating_point() or made.is_complex())
    return made if whole and made is not None and bool(torch.isfinite(torch.abs(made)).all()) else None


def _candidates(module: nn.Module) -> Iterator[tuple[int, str, Form, int]]:
    """Frame, layout, form and channels; the likeliest first. Only a complex model takes complex numbers."""
    planes = [each for each in module.modules() if isinstance(each, nn.Conv2d)]
    widths = _widths(module)
    fixed = [2 * (width - 1) for width in widths if width > 1]
    sizes = [each for each in dict.fromkeys(fixed) if LEAST <= each <= MOST and each % 4 == 0]
    free = [*sizes, *USUAL] if planes else sizes
    for n_fft in free:
        yield from ((n_fft, layout, "complex", 1) for layout in ("BFT", "BCFT", "BTF", "BCTF"))
    if planes:
        channels = planes[0].in_channels
        for n_fft in free:
            yield from ((n_fft, layout, "magnitude", channels) for layout in ("BCFT", "BCTF"))
            if channels == 2:
                yield from ((n_fft, layout, "complex", 1) for layout in ("BRFT", "BRTF"))
    for n_fft in sizes:
        yield from ((n_fft, layout, "magnitude", 1) for layout in ("BFT", "BTF"))
    both = [each - 2 for each in widths if LEAST <= each - 2 <= MOST and each % 4 == 2]  # real and imaginary in one
    for n_fft in dict.fromkeys([*sizes, *both]):
        yield from ((n_fft, layout, "complex", 1) for layout in ("BFTR", "BTFR", "BCFTR"))


def _widths(module: nn.Module) -> list[int]:
    found = []
    for each in module.modules():
        if isinstance(each, nn.Linear):
            found.append(each.in_features)
        elif isinstance(each, nn.Conv1d):
            found.append(each.in_channels)
        elif isinstance(each, nn.RNNBase):
            found.append(each.input_size)
    sides = {side for each in module.parameters() for side in each.shape}
    return [*found, *sorted(side for side in sides if side > LEAST and (side - 1) & (side - 2) == 0)]
