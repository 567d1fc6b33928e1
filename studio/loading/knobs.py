"""Which arguments of a model are knobs, and how far they turn."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from studio.document.call import Argument, Key
from studio.document.parameter import Curve, Parameter
from studio.loading.arguments import Plan, Wanted, optional, state_tuple, tensors_for
from studio.loading.behaviour import changes
from studio.loading.found import Found
from studio.loading.outputs import find_sound
from studio.loading.trial import Runner, TrialError, Way, noise


def extend_with_optional(runner: Runner, found: Found) -> Found:
    """Also give optional arguments that are None by default: states that come back, or knobs that are heard."""
    waiting = [each for each in runner.wanted() if not each.required and each.default is None and not optional(each)]
    waiting = [each for each in waiting if each.want in ("tensor", "any")]
    if found.sound.others:
        for plan in _state_plans(waiting, found.sound.others):
            better = _with(runner, found, plan)
            if better is not None:
                return better
    for each in waiting:
        for plan in tensors_for(each.name, runner.module):
            better = None if any(part.role == "state" for part in plan.arguments) else _with(runner, found, plan)
            if better is not None and changes(runner, found, better.way):
                found = better
                break
            if runner.late:
                return found
    return found


def propose(runner: Runner, found: Found) -> tuple[tuple[Parameter, ...], list[str]]:
    """A parameter for each knob, and sentences about those that seem to do nothing."""
    parameters: list[Parameter] = []
    facts: list[str] = []
    for argument in found.way.arguments:
        if argument.role == "constant":
            facts.append(f"The argument {argument.name} stays at {argument.value!r}.")
        if argument.role != "knob":
            continue
        proposed = knobs_for(argument)
        parameters += proposed
        if not runner.late and not _matters(runner, found, argument, proposed[0]):
            facts.append(f"Turning {argument.name} changed nothing in a trial.")
    return tuple(parameters), facts


def _state_plans(waiting: list[Wanted], others: dict[Key, tuple[int, ...]]) -> list[Plan]:
    """How returned tensors may be given back: one to each argument, or all in one tuple."""
    shapes = list(others.values())
    if not waiting:
        return []
    nested = any(len(key) > 1 for key in others)
    single = Plan(tuple(Argument(name=waiting[0].name, role="state", shape=shape) for shape in shapes[:1]))
    tuples = state_tuple(waiting[0].name, shapes)
    each = Plan(
        tuple(Argument(name=want.name, role="state", shape=shape) for want, shape in zip(waiting, shapes, strict=False))
    )
    return [tuples, each, single] if nested else [each, tuples, single]


def _with(runner: Runner, found: Found, plan: Plan) -> Found | None:
    """The found way with more arguments, where that works."""
    way = replace(
        found.way,
        arguments=(*found.way.arguments, *plan.arguments),
        tuples={**found.way.tuples, **plan.tuples},
        spread=(*found.way.spread, *plan.spread),
    )
    lengths = (found.length, found.length if found.fixed else found.length * 3 // 2)
    try:
        one, other = (runner.run(way, noise(way.channels, length)) for length in lengths)
    except TrialError:
        return None
    sound = find_sound(lengths, (one, other), way.layout, way.channels)
    if sound is None or sound.layout != found.sound.layout or sound.outputs != found.sound.outputs:
        return None
    return replace(found, way=way, sound=sound)


def knobs_for(argument: Argument) -> list[Parameter]:
    """The knobs that an argument wants: one, or one for each element of a vector."""
    if isinstance(argument.value, bool):
        return [Parameter(argument.name, kind="toggle", default=argument.value, drives=f"argument:{argument.name}")]
    if isinstance(argument.value, tuple):
        only = len(argument.value) == 1
        return [
            Parameter(
                argument.name if only else f"{argument.name} {index + 1}",
                drives=f"element:{argument.name}[{index}]",
                **_range("", float(value)),
            )
            for index, value in enumerate(argument.value)
        ]
    value = float(argument.value) if isinstance(argument.value, (int, float)) else 0.5
    return [Parameter(argument.name, drives=f"argument:{argument.name}", **_range(argument.name, value))]


def _range(name: str, default: float) -> dict[str, Any]:
    """How far a knob turns around its default."""
    words = name.lower().split("_")
    unit = "Hz" if words[-1] == "hz" else "dB" if words[-1] == "db" else "ms" if words[-1] == "ms" else ""
    curve: Curve = "linear"
    low, high = 0.0, 1.0
    if unit == "dB":
        low, high = min(-24.0, 2 * default), max(24.0, 2 * default)
    elif default >= 20 and (unit == "Hz" or {"freq", "frequency", "cutoff"} & set(words)):
        low, high, curve, unit = 20.0, max(20_000.0, default), "logarithmic", "Hz"
    elif default > 1:
        low, high = 0.0, _round_up(2 * default)
    elif default < 0:
        low, high = -_round_up(-2 * default) if default < -1 else -1.0, 1.0 if default >= -1 else 0.0
    return {"default": default, "min": low, "max": high, "unit": unit, "curve": curve}


def _round_up(value: float) -> float:
    """To one leading digit."""
    size = 10.0 ** math.floor(math.log10(value))
    return math.ceil(value / size) * size


def _matters(runner: Runner, found: Found, argument: Argument, parameter: Parameter) -> bool:
    """Whether another position is heard."""
    way: Way
    if isinstance(argument.value, bool):
        way = found.way.with_value(argument.name, not argument.value)
    elif isinstance(argument.value, tuple):
        way = found.way.with_value(argument.name, tuple(value * 0.3 + 0.1 for value in argument.value))
    else:
        low = parameter.default_position > 0.5
        way = found.way.with_value(argument.name, float(parameter.value_at(0.2 if low else 0.8)))
    try:
        return changes(runner, found, way)
    except (TrialError, ValueError):  # a knob may have positions at which a model fails; that it does is an effect too
        return True
