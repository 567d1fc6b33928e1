"""A recording of a model, checked against the model: what it may lose is named, if possible with the user's line."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.wrappers import torchscript
from studio.wrappers.shell import Core
from studio.wrappers.torchscript import Doubt, ScriptModule
from studio.wrappers.trials import Trial, agree, at_more_lengths, run
from studio.wrappers.watch import Look, looks_at_sound


@dataclass(frozen=True)
class Traced:
    """A recording.

    Attributes:
        module: in its first state; None where it cannot be made or is plainly another model.
        lost: what it does not follow, as ends of sentences; empty where it is true to the model.
        looks: the lines at which the model looks at the sound itself.
    """

    module: ScriptModule | None
    lost: tuple[str, ...]
    looks: tuple[Look, ...] = ()


def try_trace(core: Core, trials: list[Trial], call: Call) -> Traced:
    """Record a core and let recording and model answer the trials."""
    looks = _looks(core, trials[0])
    seen = tuple(looks or ())
    try:
        tracer, model = copy.deepcopy(core), copy.deepcopy(core)
        torch.manual_seed(0)
        traced, doubts = torchscript.trace(tracer, (trials[0].x, trials[0].params))
        traced = _fresh(core, traced)
    except Exception:  # whatever the model does under a trace; its source is tried next and tells the reason
        return Traced(None, tuple(each.said() for each in seen), seen)
    asked = _of_shapes(doubts, looks)
    lost = [f"{each.place}: {each.message}" for each in doubts] if looks is None else [each.said() for each in looks]
    played = copy.deepcopy(traced)  # what is kept stays in its first state
    failed = _compare(model, played, [*trials, *(at_more_lengths(trials[0], call) if asked else [])])
    forgotten = _forgotten(core, model, played, trials[0])
    lost += [forgotten] if forgotten else []
    if any(each.startswith("another length") for each in failed):
        lost += [f"{each.place} asks for the length, which the recording takes for a constant" for each in asked]
    lost += failed
    if forgotten:
        return Traced(None, tuple(dict.fromkeys(lost)), seen)
    plainly = {f"{said} is not followed" for said in ("a second call", "another signal")}
    return Traced(None if plainly & set(failed) else traced, tuple(dict.fromkeys(lost)), seen)


def follows(core: nn.Module, made: ScriptModule, trials: list[Trial]) -> list[str]:
    """What a compiled model does not follow."""
    return [each for each in _compare(copy.deepcopy(core), copy.deepcopy(made), trials) if "fails" not in each]


def _looks(core: Core, trial: Trial) -> list[Look] | None:
    watched, x, params = copy.deepcopy(core), trial.x.clone(), trial.params.clone()

    def twice() -> None:  # what it keeps from the first call is looked at in the second
        for _ in range(2):
            watched(x, params)

    torch.manual_seed(0)
    return looks_at_sound(twice, (x, params))


def _of_shapes(doubts: list[Doubt], looks: list[Look] | None) -> list[Doubt]:
    """Doubts at lines where nothing of the sound is looked at: they are about its shape."""
    seen = {(each.path, each.line) for each in looks or []}
    once = {(each.path, each.line): each for each in doubts}
    return [] if looks is None else [each for place, each in once.items() if place not in seen]


def _compare(model: nn.Module, played: nn.Module, trials: list[Trial]) -> list[str]:
    lost = []
    for trial in trials:
        try:
            wanted = run(model, trial)
        except Exception:  # the model itself refuses: a block that is too short, a knob that is too high
            if trial.said == "another length":
                continue
            lost.append(f"{trial.said} fails")
            continue
        try:
            same = agree(wanted, run(played, trial))
        except Exception:  # a model says no in its own words, a trace in torch's
            lost.append(f"{trial.said} fails")
            continue
        lost += [] if same else [f"{trial.said} is not followed"]
    return list(dict.fromkeys(lost))


def _forgotten(core: Core, model: Core, played: ScriptModule, trial: Trial) -> str:
    """What the model remembers, the trace does not, and is heard sooner or later; empty where there is no such thing.

    A trace keeps buffers that are written in place; what is assigned anew it takes for a constant. A long delay
    shows that only after the trials, so what it holds is replaced by noise, and both are heard at once.
    """
    first, kept = dict(_tensors(core)), dict(played.named_buffers())
    for path, value in _tensors(model):
        before = first.get(path)
        moved = before is None or before.shape != value.shape or not torch.equal(before, value)
        if not moved or (path in kept and kept[path].shape == value.shape and torch.equal(kept[path], value)):
            continue
        one, other = copy.deepcopy(model), copy.deepcopy(model)
        owner, _, name = path.rpartition(".")
        setattr(other.get_submodule(owner), name, value + torch.rand_like(value))
        if not agree(run(one, trial), run(other, trial)):
            place = _assigned_at(model.get_submodule(owner), name)
            return f"{place} is assigned anew in each call, which a recording loses"
    return ""


def _assigned_at(owner: nn.Module, name: str) -> str:
    """`self.NAME`, and the line of the user's at which it is assigned."""
    try:
        lines, begin = inspect.getsourcelines(type(owner))
        file = Path(inspect.getsourcefile(type(owner)) or "").name
    except (OSError, TypeError):
        return f"self.{name}"
    places = [begin + at for at, line in enumerate(lines) if re.search(rf"self\.{re.escape(name)}\b[^=]*=[^=]", line)]
    return f"self.{name} ({file}, line {places[-1]})" if places else f"self.{name}"


def _tensors(core: Core) -> Iterator[tuple[str, Tensor]]:
    """Every floating-point tensor a module holds as a buffer or as a plain attribute."""
    for prefix, module in core.named_modules():
        held = {**dict(module.named_buffers(recurse=False)), **vars(module)}
        for name, value in held.items():
            if isinstance(value, Tensor) and value.is_floating_point() and value.numel():
                yield (f"{prefix}.{name}" if prefix else name), value


def _fresh(core: Core, traced: ScriptModule) -> ScriptModule:
    """Tracing ran the model and so moved its state: put the first state back."""
    initial = {name: value.detach().clone() for name, value in core.named_buffers()}
    for name, value in traced.named_buffers():
        if name in initial and initial[name].shape == value.shape:
            value.copy_(initial[name])
    return traced
