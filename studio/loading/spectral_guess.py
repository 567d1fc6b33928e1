"""Guess which spectra a model wants that cannot be called with waves: its layers know how many bins there are."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from studio.document.treatment import Spectrum
from studio.loading.found import Found
from studio.loading.outputs import leaves
from studio.loading.trial import Runner, noise, quiet

USUAL = (1024, 2048, 512)  # frames of models whose layers take any number of bins
FRAMES = 8  # given at a time to a model that looks at several
LEAST, MOST = 32, 16384


def guess_spectrum(module: nn.Module, method: str) -> Spectrum | None:
    """Spectra that `module` answers with as many, or None."""
    for n_fft, layout, channels in _candidates(module):
        axes = {"B": 1, "C": channels, "F": n_fft // 2 + 1, "T": FRAMES}
        shown = torch.rand([axes[each] for each in layout], generator=torch.Generator().manual_seed(1))
        answer = _answer(module, method, shown)
        if answer is None or answer.shape[-2:] != shown.shape[-2:] or answer.dim() != shown.dim():
            continue
        mask = bool((answer >= 0).all() and (answer <= 1).all())
        hop = n_fft // 4
        frames = FRAMES if _looks_around(module) else 1
        return Spectrum(n_fft=n_fft, hop=hop, layout=layout, mask=mask, frames=frames)
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


def _answer(module: nn.Module, method: str, shown: Tensor) -> Tensor | None:
    try:
        with quiet(0):
            held = leaves(getattr(module, method)(shown.clone()))
    except Exception:  # a foreign model may raise anything
        return None
    made = next(iter(held.values()), None)
    return made if made is not None and made.is_floating_point() and bool(torch.isfinite(made).all()) else None


def _candidates(module: nn.Module) -> Iterator[tuple[int, str, int]]:
    """Frame, layout and channels; the likeliest first."""
    planes = [each for each in module.modules() if isinstance(each, nn.Conv2d)]
    fixed = [2 * (width - 1) for width in _widths(module) if width > 1]
    sizes = [each for each in dict.fromkeys(fixed) if LEAST <= each <= MOST]
    if planes:
        channels = planes[0].in_channels
        for n_fft in (*sizes, *USUAL):
            yield from ((n_fft, layout, channels) for layout in ("BCFT", "BCTF"))
    for n_fft in sizes:
        yield from ((n_fft, layout, 1) for layout in ("BFT", "BTF"))


def _widths(module: nn.Module) -> list[int]:
    found = []
    for each in module.modules():
        if isinstance(each, nn.Linear):
            found.append(each.in_features)
        elif isinstance(each, nn.Conv1d):
            found.append(each.in_channels)
        elif isinstance(each, nn.RNNBase):
            found.append(each.input_size)
    return found


def _looks_around(module: nn.Module) -> bool:
    """Whether some layer sees several frames at once."""
    return any(isinstance(each, (nn.Conv1d, nn.Conv2d)) and max(each.kernel_size) > 1 for each in module.modules())
