"""Inputs that a captured model must answer as the model itself does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.wrappers.shell import ANY_RATE
from studio.wrappers.spectral_shell import shown

LENGTH = 2048  # samples of the first trial where a model takes any length
TOLERANCE = 1e-4  # of the peak: what is further from the model is another model


@dataclass(frozen=True)
class Trial:
    """One input; `told` is the rate and block announced before it."""

    said: str
    x: Tensor
    params: Tensor
    told: tuple[int, int] | None = None


def make_trials(call: Call, card: ModelCard) -> list[Trial]:
    """First input, second length, second signal, and every knob alone at another position."""
    numeric = [each for each in card.parameters if each.is_numeric]
    defaults = torch.tensor([each.default_position for each in numeric]).reshape(-1, 1)
    first = valid_length(call, LENGTH) if call.spectrum is None else call.spectrum.frames * call.spectrum.hop
    longer = first + max(call.multiple, first // 2 + 171)
    second = first if call.spectrum else valid_length(call, longer, other_than=first)
    quiet, loud = _noise(call, first, 1, 0.1), _noise(call, first, 2, 0.9)
    rate = call.sample_rates[0] if call.sample_rates else ANY_RATE
    now = (rate, first)
    trials = [
        Trial("the first input", quiet, _hold(defaults, first, call), now),
        Trial("a second call", quiet, _hold(defaults, first, call)),
        Trial("another signal", loud, _hold(defaults, first, call)),
        Trial("silence", torch.zeros_like(quiet), _hold(defaults, first, call)),
    ]
    if second != first:
        trials.append(
            Trial("another length", _noise(call, second, 3, 0.3), _hold(defaults, second, call), (rate, second))
        )
    for row, parameter in enumerate(numeric):
        turned = defaults.clone()
        turned[row] = 0.13 if turned[row] > 0.5 else 0.87
        trials.append(Trial(f"the knob {parameter.name}", quiet, _hold(turned, first, call), now))
    return trials


def at_more_lengths(first: Trial, call: Call) -> list[Trial]:
    """Trials for code that asks for the length: a short block, one twice as long as most and a long one."""
    if call.spectrum is not None or call.block_sizes:
        return []
    used = first.x.shape[1] - _surroundings(call)
    lengths = {valid_length(call, each) for each in (1, LENGTH // 8, 2 * LENGTH, 6 * LENGTH)} - {used}
    positions = first.params[:, :1]
    rate = first.told[0] if first.told else ANY_RATE
    return [
        Trial("another length", _noise(call, each, 5, 0.3), _hold(positions, each, call), (rate, each))
        for each in sorted(lengths)
    ]


def at_another_rate(first: Trial, call: Call) -> Trial:
    """The first input again, at another rate that the model takes: a trace keeps what it computed from the first."""
    rate, block = first.told or (ANY_RATE, LENGTH)
    others = [each for each in call.sample_rates or (2 * rate,) if each != rate]
    return replace(first, said="another sample rate", told=((others or [rate])[0], block))


def valid_length(call: Call, wanted: int, other_than: int = 0) -> int:
    """A length the model takes, near `wanted`."""
    if call.block_sizes:
        sizes = [size for size in call.block_sizes if size != other_than] or list(call.block_sizes)
        return min(sizes, key=lambda size: abs(size - wanted))
    least = max(wanted, call.min_block)
    return -(-least // call.multiple) * call.multiple


def tell(module: nn.Module, trial: Trial) -> None:
    """Announce rate and block to a model that wants to know."""
    if trial.told is not None and hasattr(module, "tell"):
        rate, block = trial.told
        core: Any = module
        core.tell(rate, block)


def run(module: nn.Module, trial: Trial) -> tuple[Tensor, ...]:
    """What a core answers."""
    torch.manual_seed(0)
    tell(module, trial)
    made = module(trial.x.clone(), trial.params.clone())
    return made if isinstance(made, tuple) else (made,)


def agree(one: tuple[Tensor, ...], other: tuple[Tensor, ...]) -> bool:
    """Whether two answers are the same sound; what is no number has to be none in both."""
    for a, b in zip(one, other, strict=True):
        if a.shape != b.shape or not torch.equal(torch.isfinite(a), torch.isfinite(b)):
            return False
        finite = torch.isfinite(a)
        peak = float(a[finite].abs().max()) if bool(finite.any()) else 0.0
        if bool(finite.any()) and not float((a - b)[finite].abs().max()) <= TOLERANCE * max(peak, 1e-3):
            return False
    return True


def _noise(call: Call, length: int, seed: int, level: float) -> Tensor:
    """What the core is given: the block and its surroundings, or their spectra."""
    if call.spectrum is not None:
        return shown(call.spectrum, call, seed, level)
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(call.channels_in, length + _surroundings(call), generator=generator) * 2 - 1) * level


def _hold(positions: Tensor, length: int, call: Call) -> Tensor:
    return positions[:, :1].expand(positions.shape[0], length + _surroundings(call)).contiguous()


def _surroundings(call: Call) -> int:
    """Samples that the core is given beside the block."""
    return 0 if call.spectrum else call.look_behind + call.look_ahead
