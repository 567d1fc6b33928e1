"""Knobs as nn~ has them: attributes in their own units, with a getter that returns a tuple and a setter that returns 0.

Max sends numbers, so a choice is the number of its name, counted from 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from studio.document.parameter import Parameter
from studio.wrappers.torchscript import ScriptModule

BOOL, INT, FLOAT = 0, 1, 2  # nn~'s numbers of types
KINDS = {"toggle": BOOL, "choice": INT, "continuous": FLOAT}
WORDS = {BOOL: "bool", INT: "int", FLOAT: "float"}
TYPES = {BOOL: torch._C.BoolType.get(), INT: torch._C.IntType.get(), FLOAT: torch._C.FloatType.get()}
ACCESS = """
def get_{name}(self):
    return self.{name}

def set_{name}(self, value: {word}) -> int:
{clamp}
    self.{name} = (value,)
    self.turned[{row}] = {position}
    return 0
"""


def add_knobs(root: ScriptModule, parameters: Sequence[Parameter], names: Sequence[str]) -> None:
    """Give `root` one attribute for each numeric parameter, standing at its default."""
    for row, (parameter, name) in enumerate(zip(parameters, names, strict=True)):
        kind = KINDS[parameter.kind]
        start = own_value(parameter, parameter.default_position)
        root._c._register_attribute(name, torch._C.TupleType([TYPES[kind]]), (start,))
        root._c._register_attribute(f"{name}_params", torch._C.TensorType.get(), torch.tensor([kind]))
        code = ACCESS.format(
            name=name, row=row, word=WORDS[kind], clamp=_clamp(parameter), position=_position(parameter)
        )
        for each in code.strip().split("\n\n"):
            root.define(f"{each}\n")


def own_value(parameter: Parameter, position: float) -> bool | int | float:
    """What the attribute holds where the knob stands at `position` 0…1."""
    if parameter.kind == "choice":
        return round(position * (len(parameter.choices) - 1))
    value = parameter.value_at(position)
    assert not isinstance(value, str)
    return value


def _clamp(parameter: Parameter) -> str:
    if parameter.kind == "toggle":
        return "    pass"
    low, high = (0, len(parameter.choices) - 1) if parameter.kind == "choice" else (parameter.min, parameter.max)
    return f"    value = min(max(value, {low!r}), {high!r})"


def _position(parameter: Parameter) -> str:
    if parameter.kind == "toggle":
        return "float(value)"
    if parameter.kind == "choice":
        return f"value / {float(len(parameter.choices) - 1)!r}"
    if parameter.curve == "logarithmic":
        return f"math.log(value / {parameter.min!r}) / {math.log(parameter.max / parameter.min)!r}"
    return f"(value - {parameter.min!r}) / {parameter.max - parameter.min!r}"
