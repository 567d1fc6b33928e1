"""What nn~ expects of the root of a .ts file, as questions that need no sound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from studio.wrappers.archive import first_line
from studio.wrappers.torchscript import ScriptModule

CARRIED = (2, 5)  # the LibTorch inside nn~ 1.6
NONE = "none"  # what get_attributes lists where there is nothing
TYPES = {0: "bool", 1: "int", 2: "float", 3: "str", 4: "Tensor", 5: "str"}  # 5 is a buffer, given by its name


def methods_of(root: ScriptModule) -> dict[str, list[int]]:
    """Of each method its channels in and their ratio, channels out and theirs; others are left out."""
    have = root._c._method_names()
    listed = root.get_methods() if "get_methods" in have else sorted(have)
    found = {}
    for name in listed:
        numbers = _numbers(root, f"{name}_params")
        if name in have and len(numbers) == 4:
            found[name] = numbers
    return found


def attributes_of(root: ScriptModule) -> list[str]:
    """Names of its attributes."""
    if "get_attributes" not in root._c._method_names():
        return []
    return [each for each in root.get_attributes() if each != NONE]


def attribute_types(root: ScriptModule, name: str) -> list[int]:
    """nn~'s numbers of the types of an attribute's values."""
    return _numbers(root, f"{name}_params")


def value_of(root: ScriptModule, name: str) -> Any:
    """The first value of an attribute; older files return it bare."""
    held = getattr(root, f"get_{name}")()
    return held[0] if isinstance(held, list | tuple) and held else held


def departures(root: ScriptModule) -> list[str]:
    """Every point in which `root` is not what nn~ expects; empty for a good one."""
    have = set(root._c._method_names())
    listed = list(root.get_methods()) if "get_methods" in have else []
    found = [] if listed else ["get_methods is missing or lists nothing"]
    for name in listed:
        found += [f"{name} {said}" for said in _method(root, name)]
    for name in attributes_of(root):
        found += [f"the attribute {name} {said}" for said in _attribute(root, name)]
    return found + (["the module is in training mode"] if root.training else [])


def _method(root: ScriptModule, name: str) -> Iterator[str]:
    if name not in root._c._method_names():
        yield "is listed but missing"
        return
    numbers = _numbers(root, f"{name}_params")
    if len(numbers) != 4 or min(numbers) < 1:
        yield f"has no {name}_params with four numbers above 0"
        return
    for ratio in (numbers[1], numbers[3]):
        if ratio & (ratio - 1):
            yield f"has the ratio {ratio}, which is no power of two: nn~ would end with its host"
    taken, returned = _schema(root, name)
    if taken != ["Tensor"] or returned != "Tensor":
        yield f"takes ({', '.join(taken)}) and returns {returned}, not one tensor each"
    for side, count in (("input", numbers[0]), ("output", numbers[2])):
        said = getattr(root, f"{name}_{side}_labels", None)
        if not isinstance(said, list) or len(said) != count:
            yield f"has no {count} {side} labels"


def _attribute(root: ScriptModule, name: str) -> Iterator[str]:
    if name == "sr":
        yield "has a name that nn~ keeps for itself"
    types, have = attribute_types(root, name), root._c._method_names()
    if not types or not all(each in TYPES for each in types):
        yield f"has no {name}_params with the types of its values"
        return
    if f"get_{name}" not in have or f"set_{name}" not in have:
        yield "has no getter or no setter"
        return
    taken, returned = _schema(root, f"set_{name}")
    wanted = [TYPES[each] for each in types]
    if taken != wanted or returned != "int":
        yield f"is set with ({', '.join(taken)}) -> {returned}, not ({', '.join(wanted)}) -> int"
    try:
        held = getattr(root, f"get_{name}")()
    except RuntimeError as error:
        yield f"cannot be read: {first_line(error)}"
        return
    if not isinstance(held, list | tuple) or len(held) != len(types):
        yield f"is read as {held!r}, not as a tuple of {len(types)}"


def _schema(root: ScriptModule, name: str) -> tuple[list[str], str]:
    """What has to be given to a method, and what it returns."""
    schema = root._c._get_method(name).schema
    taken = [str(each.type.annotation_str) for each in schema.arguments[1:] if not each.has_default_value()]
    return taken, str(schema.returns[0].type.annotation_str)


def _numbers(root: ScriptModule, name: str) -> list[int]:
    held = getattr(root, name, None)
    return [int(each) for each in held.reshape(-1)] if isinstance(held, torch.Tensor) else []
