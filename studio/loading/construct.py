"""Make a model of a class or a function, from typed arguments, defaults and other classes of the file."""

from __future__ import annotations

import inspect
import re
import typing
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from studio.errors import AnswerNeeded, ModelError
from studio.loading.blame import blame
from studio.loading.settings import fields_of, is_dataclass, made_of
from studio.loading.typed import literal, read_argument
from studio.wrappers.base import Wrapper

MODEL_NAMES = ("model", "net", "network")
EMPTY = inspect.Parameter.empty
TYPED = (EMPTY, int, float, bool, str, list, tuple, dict, set, bytes, complex, object)
Maker = Callable[..., Any]


def construct(
    maker: Maker,
    typed: Mapping[str, str],
    others: Mapping[str, type[nn.Module]],
    seen: Mapping[str, Any] | None = None,
) -> nn.Module:
    """A model, made by a class or a function.

    Args:
        maker: the class or function.
        typed: its arguments as text; `config.width` is a setting within the argument `config`.
        others: classes of the same file, one of which may be the network that a wrapper wants.
        seen: arguments with which the file itself makes one; they count where nothing was typed and none is default.

    Raises: AnswerNeeded for arguments that nothing tells, ModelError for wrong ones and for failures inside.
    """
    signature, settings = constructor(maker), settings_of(maker)
    given = _read(maker, typed, signature, settings)
    missing = [each for each in signature.values() if each.default is EMPTY and each.name not in given]
    if missing and seen:
        given = {**{name: value for name, value in seen.items() if name in signature}, **given}
        missing = [each for each in missing if each.name not in given]
    for each in [each for each in missing if _wants_model(each, maker)]:
        if network := _only_network(maker, others):
            given[each.name] = construct(network, {}, {})
        if network or _does_without(maker):
            missing.remove(each)
    for each in [each for each in missing if _needs_nothing(settings.get(each.name, {}))]:
        given[each.name] = made_of(maker, each, {})
        missing.remove(each)
    if missing:
        raise _needed(maker, missing, settings)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = maker(**given)
    except Exception as error:  # anything may happen in a constructor
        raise blame(error, f"Making a {name_of(maker)}", name_of(maker)) from error
    return _model_in(made, maker)


def constructor(maker: Maker) -> dict[str, inspect.Parameter]:
    """Arguments that can be named."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    if not inspect.isclass(maker):
        found = list(inspect.signature(maker).parameters.values())
    else:
        found = list(inspect.signature(maker.__init__).parameters.values())[1:]
    if _inherits_constructor(maker):
        found = [each.replace(default=EMPTY) if each.name == "model" else each for each in found]
    return {each.name: each for each in found if each.kind in named}


def settings_of(maker: Maker) -> dict[str, dict[str, inspect.Parameter]]:
    """For each argument that holds many settings, these as arguments of their own: `config.width`."""
    found = {name: fields_of(maker, each) for name, each in constructor(maker).items()}
    return {name: fields for name, fields in found.items() if fields}


def arguments_of(maker: Maker) -> dict[str, inspect.Parameter]:
    """Everything that can be said when a model is made, settings within arguments too."""
    held = settings_of(maker)
    plain = {name: each for name, each in constructor(maker).items() if name not in held}
    return {**plain, **{name: each for fields in held.values() for name, each in fields.items()}}


def takes_anything(maker: Maker) -> bool:
    """Whether it has a `**kwargs`."""
    signature = inspect.signature(maker.__init__ if inspect.isclass(maker) else maker)
    return any(each.kind is inspect.Parameter.VAR_KEYWORD for each in signature.parameters.values())


def name_of(maker: Maker) -> str:
    return str(getattr(maker, "__name__", type(maker).__name__))


def _read(
    maker: Maker,
    typed: Mapping[str, str],
    signature: Mapping[str, inspect.Parameter],
    settings: Mapping[str, Mapping[str, inspect.Parameter]],
) -> dict[str, Any]:
    """Typed arguments as values. Raises: ModelError for a name that is not taken, or a value that cannot be."""
    given: dict[str, Any] = {}
    within: dict[str, dict[str, Any]] = {}
    for name, text in typed.items():
        head, dot, field = name.partition(".")
        if name in signature:
            given[name] = read_argument(name, text, signature[name])
        elif dot and (known := settings.get(head, {}).get(name)) is not None:
            within.setdefault(head, {})[field] = read_argument(name, text, known)
        elif dot and head in settings and not is_dataclass(signature[head].annotation):
            within.setdefault(head, {})[field] = literal(text)
        elif takes_anything(maker):
            given[name] = literal(text)
        else:
            takes = ", ".join(arguments_of(maker)) or "none"
            said = f"{name_of(maker)} has no argument {name}; it takes {takes}."
            raise ModelError(said, "Correct the name after --arg.", about=name_of(maker), fields=["arg"])
    for head, values in within.items():
        lacking = [each for each, known in settings[head].items() if known.default is EMPTY]
        if not [each for each in lacking if each.partition(".")[2] not in values]:
            defaults = {each.partition(".")[2]: known.default for each, known in settings[head].items()}
            given[head] = made_of(maker, signature[head], {**defaults, **values})
    return given


def _needs_nothing(fields: Mapping[str, inspect.Parameter]) -> bool:
    """Whether these are settings that all have defaults."""
    return bool(fields) and all(each.default is not EMPTY for each in fields.values())


def _model_in(made: Any, maker: Maker) -> nn.Module:
    """What a function returned: a model, or the first one among several things."""
    parts = list(made.values()) if isinstance(made, Mapping) else made if isinstance(made, (tuple, list)) else [made]
    found = next((each for each in parts if isinstance(each, nn.Module)), None)
    if found is None:
        said = f"{name_of(maker)} returns a {type(made).__name__}, not a model."
        raise ModelError(said, "Name another function with --class.", about=name_of(maker), fields=["class"])
    return found


def _wants_model(parameter: inspect.Parameter, maker: Maker) -> bool:
    kind = parameter.annotation
    if kind is EMPTY:
        return parameter.name in MODEL_NAMES or _is_wrapper(maker)
    if inspect.isclass(kind):
        return issubclass(kind, nn.Module)
    return "Module" in re.findall(r"\w+", str(kind))


def _does_without(maker: Maker) -> bool:
    """Whether a wrapper with the inherited constructor never uses the model that this would hold."""
    return inspect.isclass(maker) and _inherits_constructor(maker) and "model" not in _names_inside(maker)


def _is_wrapper(maker: Maker) -> bool:
    return inspect.isclass(maker) and issubclass(maker, Wrapper)


def _inherits_constructor(maker: Maker) -> bool:
    """Whether a wrapper is made by the constructor of a class of ours."""
    own = getattr(getattr(maker, "__init__", None), "__module__", "") or ""
    return _is_wrapper(maker) and own.startswith("studio.wrappers.")


def _only_network(maker: Maker, others: Mapping[str, type[nn.Module]]) -> type[nn.Module] | None:
    """The one other model of the file that needs no arguments; of several, the one that is no part of another."""
    free = [
        each
        for each in others.values()
        if each is not maker
        and not issubclass(each, Wrapper)
        and all(argument.default is not EMPTY for argument in constructor(each).values())
    ]
    if len(free) > 1:
        used = {name for each in free for name in _names_inside(each)}
        free = [each for each in free if each.__name__ not in used]
    return free[0] if len(free) == 1 else None


def _names_inside(cls: type) -> set[str]:
    """Names that the class's functions use."""
    functions = [each for each in vars(cls).values() if inspect.isfunction(each)]
    bases = {base.__name__ for base in cls.__mro__[1:]}
    return bases | {name for function in functions for name in function.__code__.co_names}


def _needed(
    maker: Maker, missing: list[inspect.Parameter], settings: Mapping[str, Mapping[str, inspect.Parameter]]
) -> AnswerNeeded:
    named = [(each.name, each) for each in missing if each.name not in settings]
    inside = [pair for each in missing for pair in settings.get(each.name, {}).items() if pair[1].default is EMPTY]
    wanted = [_said(name, each) for name, each in [*named, *inside]]
    return AnswerNeeded(
        f"{name_of(maker)} needs {'an argument' if len(wanted) == 1 else 'arguments'}: {', '.join(wanted)}.",
        _how_to_give(maker, dict([*named, *inside])),
        about=name_of(maker),
        fields=["arg"],
        choices=wanted,
    )


def _how_to_give(maker: Maker, missing: Mapping[str, inspect.Parameter]) -> str:
    objects = [name for name, each in missing.items() if _wants_model(each, maker) or _is_object(each)]
    if objects:
        return f"{' and '.join(objects)} cannot be typed: give {name_of(maker)} a default for it in its file."
    return "Give " + " ".join(f"--arg {name}=…" for name in missing) + "."


def _is_object(parameter: inspect.Parameter) -> bool:
    """Whether a value of this class cannot be written as text."""
    kind = parameter.annotation
    return inspect.isclass(kind) and kind not in TYPED and typing.get_origin(kind) is None


def _said(name: str, parameter: inspect.Parameter) -> str:
    kind = parameter.annotation
    if kind is EMPTY:
        return name
    return f"{name}: {kind if isinstance(kind, str) else inspect.formatannotation(kind)}"
