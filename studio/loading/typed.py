"""Text that a user typed, as the value that an argument wants."""

from __future__ import annotations

import ast
import inspect
import typing
from typing import Any

from studio.errors import ModelError

EMPTY = inspect.Parameter.empty
WORDS = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}
PLAIN = {"int": int, "float": float, "bool": bool, "str": str}


def read_argument(name: str, text: str, parameter: inspect.Parameter) -> Any:
    """Typed text as the value its annotation or its default asks for. Raises: ModelError."""
    kind = kind_of(parameter)
    if kind is str:
        return text
    if kind is bool:
        if text.lower() not in WORDS:
            raise _unreadable(name, text, "true or false")
        return WORDS[text.lower()]
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError as error:
            raise _unreadable(name, text, "a whole number" if kind is int else "a number") from error
    return literal(text)


def literal(text: str) -> Any:
    """A Python literal; plain text where it is none."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def kind_of(parameter: inspect.Parameter) -> Any:
    """The plain type that an argument is of, by its annotation or else its default."""
    kind = parameter.annotation
    if isinstance(kind, str):
        kind = PLAIN.get(kind.removesuffix(" | None").removeprefix("Optional[").removesuffix("]"), EMPTY)
    plain = [each for each in typing.get_args(kind) if each is not type(None)]
    if typing.get_origin(kind) is not None and len(plain) == 1 and plain[0] in (int, float, bool, str):
        kind = plain[0] if type(None) in typing.get_args(kind) else kind
    if kind is EMPTY and isinstance(parameter.default, (bool, int, float, str)):
        kind = type(parameter.default)
        kind = EMPTY if kind is int else kind  # `gain=1` takes 0.5 too
    return kind


def _unreadable(name: str, text: str, what: str) -> ModelError:
    return ModelError(f"The argument {name} wants {what}, not {text!r}.", "Correct it.", about=name, fields=["arg"])
