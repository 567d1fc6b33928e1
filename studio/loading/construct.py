"""Make a model of a class, from typed arguments, the signature's defaults and other classes of the file."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import typing
import warnings
from collections.abc import Mapping
from typing import Any

from torch import nn

from studio.errors import AnswerNeeded, ModelError
from studio.loading.blame import blame
from studio.wrappers.base import Wrapper

MODEL_NAMES = ("model", "net", "network")
EMPTY = inspect.Parameter.empty
TYPED = (EMPTY, int, float, bool, str, list, tuple, dict, set, bytes, complex, object)


def construct(
    cls: type[nn.Module],
    typed: Mapping[str, str],
    others: Mapping[str, type[nn.Module]],
    seen: Mapping[str, Any] | None = None,
) -> nn.Module:
    """An instance of `cls`.

    Args:
        cls: the class.
        typed: constructor arguments as text.
        others: classes of the same file, one of which may be the network that a wrapper wants.
        seen: arguments with which the file itself makes one; they count where nothing was typed and none is default.

    Raises: AnswerNeeded for arguments that nothing tells, ModelError for wrong ones and for failures inside.
    """
    signature = constructor(cls)
    unknown = [name for name in typed if name not in signature]
    if unknown:
        takes = ", ".join(signature) or "none"
        said = f"{cls.__name__} has no argument {unknown[0]}; it takes {takes}."
        raise ModelError(said, "Correct the name after --arg.", about=cls.__name__, fields=["arg"])
    given = {name: read_argument(name, text, signature[name]) for name, text in typed.items()}
    missing = [each for each in signature.values() if each.default is EMPTY and each.name not in given]
    if missing and seen:
        given = {**{name: value for name, value in seen.items() if name in signature}, **given}
        missing = [each for each in missing if each.name not in given]
    for each in [each for each in missing if _wants_model(each, cls)]:
        if network := _only_network(cls, others):
            given[each.name] = construct(network, {}, {})
        if network or _does_without(cls):
            missing.remove(each)
    hints = _hints(cls)
    for each in [each for each in missing if _is_settings(hints.get(each.name))]:
        given[each.name] = hints[each.name]()
        missing.remove(each)
    if missing:
        raise _needed(cls, missing)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return cls(**given)
    except Exception as error:  # anything may happen in a constructor
        raise blame(error, f"Making a {cls.__name__}", cls.__name__) from error


def _hints(cls: type[nn.Module]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(cls.__init__)
    except Exception:  # an annotation may name what is not there
        return {}


def _is_settings(kind: Any) -> bool:
    """Whether this is a dataclass whose fields all have defaults."""
    if not (inspect.isclass(kind) and dataclasses.is_dataclass(kind)):
        return False
    missing = dataclasses.MISSING
    return all(each.default is not missing or each.default_factory is not missing for each in dataclasses.fields(kind))


def constructor(cls: type[nn.Module]) -> dict[str, inspect.Parameter]:
    """Arguments of the constructor that can be named."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    found = list(inspect.signature(cls.__init__).parameters.values())[1:]
    if _inherits_constructor(cls):
        found = [each.replace(default=EMPTY) if each.name == "model" else each for each in found]
    return {each.name: each for each in found if each.kind in named}


def read_argument(name: str, text: str, parameter: inspect.Parameter) -> Any:
    """Typed text as the value its annotation or its default asks for. Raises: ModelError."""
    kind = _annotated(parameter)
    if kind is str:
        return text
    if kind is bool:
        words = {
            "true": True,
            "on": True,
            "yes": True,
            "1": True,
            "false": False,
            "off": False,
            "no": False,
            "0": False,
        }
        if text.lower() not in words:
            raise _unreadable(name, text, "true or false")
        return words[text.lower()]
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError as error:
            raise _unreadable(name, text, "a whole number" if kind is int else "a number") from error
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _annotated(parameter: inspect.Parameter) -> Any:
    kind = parameter.annotation
    if isinstance(kind, str):
        kind = {"int": int, "float": float, "bool": bool, "str": str}.get(kind.removesuffix(" | None"), EMPTY)
    plain = [each for each in typing.get_args(kind) if each is not type(None)]
    if typing.get_origin(kind) is not None and len(plain) == 1 and plain[0] in (int, float, bool, str):
        kind = plain[0] if type(None) in typing.get_args(kind) else kind
    if kind is EMPTY and isinstance(parameter.default, (bool, int, float, str)):
        kind = type(parameter.default)
        kind = EMPTY if kind is int else kind  # `gain=1` takes 0.5 too
    return kind


def _unreadable(name: str, text: str, what: str) -> ModelError:
    return ModelError(f"The argument {name} wants {what}, not {text!r}.", "Correct it.", about=name, fields=["arg"])


def _wants_model(parameter: inspect.Parameter, cls: type[nn.Module]) -> bool:
    kind = parameter.annotation
    if kind is EMPTY:
        return parameter.name in MODEL_NAMES or issubclass(cls, Wrapper)
    if inspect.isclass(kind):
        return issubclass(kind, nn.Module)
    return "Module" in re.findall(r"\w+", str(kind))


def _does_without(cls: type[nn.Module]) -> bool:
    """Whether a wrapper with the inherited constructor never uses the model that this would hold."""
    return _inherits_constructor(cls) and "model" not in _names_inside(cls)


def _inherits_constructor(cls: type[nn.Module]) -> bool:
    """Whether a wrapper is made by the constructor of a class of ours."""
    return issubclass(cls, Wrapper) and cls.__init__.__module__.startswith("studio.wrappers.")


def _only_network(cls: type[nn.Module], others: Mapping[str, type[nn.Module]]) -> type[nn.Module] | None:
    """The one other model of the file that needs no arguments; of several, the one that is no part of another."""
    free = [
        each
        for each in others.values()
        if each is not cls
        and not issubclass(each, Wrapper)
        and all(argument.default is not EMPTY for argument in constructor(each).values())
    ]
    if len(free) > 1:
        used = {name for each in free for name in _names_inside(each)}
        free = [each for each in free if each.__name__ not in used]
    return free[0] if len(free) == 1 else None


def _names_inside(cls: type[nn.Module]) -> set[str]:
    """Names that the class's functions use."""
    functions = [each for each in vars(cls).values() if inspect.isfunction(each)]
    bases = {base.__name__ for base in cls.__mro__[1:]}
    return bases | {name for function in functions for name in function.__code__.co_names}


def _needed(cls: type[nn.Module], missing: list[inspect.Parameter]) -> AnswerNeeded:
    wanted = [_said(each) for each in missing]
    return AnswerNeeded(
        f"{cls.__name__} needs {'an argument' if len(wanted) == 1 else 'arguments'}: {', '.join(wanted)}.",
        _how_to_give(cls, missing),
        about=cls.__name__,
        fields=["arg"],
        choices=wanted,
    )


def _how_to_give(cls: type[nn.Module], missing: list[inspect.Parameter]) -> str:
    objects = [each.name for each in missing if _wants_model(each, cls) or _is_object(each)]
    if objects:
        return f"{' and '.join(objects)} cannot be typed: give {cls.__name__} a default for it in its file."
    return "Give " + " ".join(f"--arg {each.name}=…" for each in missing) + "."


def _is_object(parameter: inspect.Parameter) -> bool:
    """Whether a value of this class cannot be written as text."""
    kind = parameter.annotation
    return inspect.isclass(kind) and kind not in TYPED and typing.get_origin(kind) is None


def _said(parameter: inspect.Parameter) -> str:
    kind = parameter.annotation
    if kind is EMPTY:
        return parameter.name
    return f"{parameter.name}: {kind if isinstance(kind, str) else inspect.formatannotation(kind)}"
