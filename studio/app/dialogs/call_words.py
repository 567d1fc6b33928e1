"""How parts of a call are written in one line of text, and read again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

ANY: Final = "any"
ALL: Final = "all"
ARGUMENT = re.compile(r"^(\w+)\s*=\s*(knob|constant|state)\b\s*(.*)$")
OUTPUT = re.compile(r"^(.*\S)\s+(\d+)$|^(.*\S)$")


def split_outside(text: str) -> list[str]:
    """Parts between commas that stand in no brackets."""
    return [part.strip() for part in re.split(r",(?![^\[(]*[\])])", text) if part.strip()]


def read_sizes(text: str) -> tuple[int, ...]:
    return () if text == ANY else tuple(int(part) for part in text.replace(",", " ").split())


def read_ratio(text: str) -> tuple[int, int]:
    up, _, down = text.partition("/")
    return int(up), int(down or "1")


def read_keys(text: str) -> tuple[int | str, ...]:
    parts = () if text == ALL else tuple(split_outside(text))
    return tuple(int(part) if part.lstrip("-").isdigit() else part for part in parts)


def read_outputs(text: str) -> list[dict[str, Any]]:
    made = []
    for part in split_outside(text):
        match = OUTPUT.match(part)
        if match is None:
            raise ValueError(part)
        made.append({"name": match[1] or match[3], "channels": int(match[2] or 1)})
    return made


def read_arguments(text: str) -> list[dict[str, Any]]:
    """`gain = knob 0.5, mode = constant soft, h = state [1, 1, 8]`."""
    return [_argument(part) for part in ([] if text == "none" else split_outside(text))]


def _argument(part: str) -> dict[str, Any]:
    match = ARGUMENT.match(part)
    if match is None:
        raise ValueError(part)
    name, role, rest = match.groups()
    if role == "state":
        return {"name": name, "role": role, "shape": [int(each) for each in re.findall(r"\d+", rest)]}
    if rest.startswith("["):
        return {"name": name, "role": role, "value": [float(each) for each in split_outside(rest.strip("[]"))]}
    return {"name": name, "role": role, "value": _plain(rest)}


def _plain(text: str) -> bool | int | float | str | None:
    words = {"yes": True, "no": False, "True": True, "False": False, "None": None, "": None}
    if text in words:
        return words[text]
    number = re.fullmatch(r"-?\d+(\.\d*)?(e-?\d+)?", text)
    return text if number is None else float(text) if number[1] or number[2] else int(text)


def written_ratio(value: Any) -> str:
    return f"{value[0]}/{value[1]}"


def written_keys(value: Any) -> str:
    return ", ".join(str(each) for each in value) or ALL


def written_outputs(value: Any) -> str:
    return ", ".join(f"{_of(each, 'name')} {_of(each, 'channels') or 1}" for each in value)


def written_arguments(value: Any) -> str:
    return ", ".join(_written(each) for each in value) or "none"


def _written(argument: Any) -> str:
    role = _of(argument, "role") or "knob"
    held = list(_of(argument, "shape") or ()) if role == "state" else _of(argument, "value")
    said = held if isinstance(held, str) else str(list(held)) if isinstance(held, (list, tuple)) else f"{held}"
    return f"{_of(argument, 'name')} = {role} {said}"


def _of(held: Any, name: str) -> Any:
    return held.get(name) if isinstance(held, dict) else getattr(held, name)


READ: Final[dict[str, tuple[Callable[[str], Any], str]]] = {
    "whole": (int, "a whole number"),
    "number": (lambda text: float(text.replace(",", ".")), "a number"),
    "sizes": (read_sizes, "whole numbers with commas between"),
    "ratio": (read_ratio, "two whole numbers such as 2/1"),
    "keys": (read_keys, "places or names with commas between"),
    "outputs": (read_outputs, "names with their channels, such as drums 2, voice 1"),
    "arguments": (read_arguments, "name = knob 0.5, name = constant soft or name = state [1, 1, 8]"),
}
WRITE: Final[dict[str, Callable[[Any], str]]] = {
    "ratio": written_ratio,
    "keys": written_keys,
    "outputs": written_outputs,
    "arguments": written_arguments,
}
