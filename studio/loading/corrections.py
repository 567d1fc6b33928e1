"""What somebody says about a call that was found, and what follows from it for outputs and knobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.document.adapting import key_named, sound_keys
from studio.document.call import Call, corrected
from studio.document.parameter import Parameter
from studio.errors import ModelError
from studio.loading.knobs import knobs_for


def correct(found: Call, said: dict[str, Any], parameters: Sequence[Parameter]) -> tuple[Call, tuple[Parameter, ...]]:
    """The call with what was said, and the knobs that are left or new. Raises: ModelError."""
    call = corrected(found, said)
    if call.output_key and "output_key" in said:
        call = _picked(found, call, keep_outputs="outputs" in said)
    return call, (*_left(call, parameters), *_new(found, call, parameters))


def _picked(found: Call, call: Call, *, keep_outputs: bool) -> Call:
    """The outputs that belong to the parts of the answer which were picked."""
    known = sound_keys(found.model_copy(update={"output_key": found.output_key if found.nesting is None else ()}))
    keys = [key_named(known, each) for each in call.output_key]
    missing = [str(wanted) for wanted, key in zip(call.output_key, keys, strict=True) if key is None]
    if missing and found.nesting is not None:
        there = ", ".join("/".join(str(step) for step in key) for key in known)
        said = f"The answer has no sound called {', '.join(missing)}."
        raise ModelError(said, f"It has {there}.", fields=["output_key"])
    alike = len(found.outputs) == len(known)
    if keep_outputs or not alike or missing:
        return call
    outputs = tuple(found.outputs[known.index(key)] for key in keys if key is not None)
    return call.model_copy(update={"outputs": outputs})


def _left(call: Call, parameters: Sequence[Parameter]) -> list[Parameter]:
    """The knobs but those of arguments that are constant now."""
    fixed = {each.name for each in call.arguments if each.role != "knob"}
    return [each for each in parameters if _target(each) not in fixed]


def _new(found: Call, call: Call, parameters: Sequence[Parameter]) -> list[Parameter]:
    """Knobs for arguments that were constant before."""
    turned = {each.name for each in found.arguments if each.role == "knob"} | {_target(each) for each in parameters}
    return [
        knob for each in call.arguments if each.role == "knob" and each.name not in turned for knob in knobs_for(each)
    ]


def _target(parameter: Parameter) -> str:
    """The argument that a knob drives; empty for an attribute."""
    kind, _, target = parameter.drives.partition(":")
    return target.partition("[")[0] if kind in ("argument", "element") else ""
