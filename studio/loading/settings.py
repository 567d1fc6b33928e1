"""Constructor arguments that hold many settings: dataclasses, and whatever is read as `config.width`."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from torch import nn

EMPTY = inspect.Parameter.empty
NAMES = frozenset(
    {"config", "cfg", "conf", "hparams", "hp", "h", "args", "opt", "params", "settings", "hps", "options"}
)
OWN_WORDS = frozenset({"get", "items", "keys", "values", "update", "copy", "pop"})


class Settings(dict[str, Any]):
    """Settings reached as `config.width` and as `config["width"]`."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the settings have no {name}") from None


def fields_of(maker: Callable[..., Any], parameter: inspect.Parameter) -> dict[str, inspect.Parameter]:
    """The settings that one argument holds, as arguments called `config.width`; none for an ordinary argument."""
    kind = hint_of(maker, parameter)
    if is_dataclass(kind):
        return {f"{parameter.name}.{each.name}": _from_field(each, kind) for each in dataclasses.fields(kind)}
    if parameter.name in NAMES and _is_class_of_settings(kind):
        named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        found = list(inspect.signature(kind.__init__).parameters.values())[1:]
        return {f"{parameter.name}.{each.name}": each for each in found if each.kind in named}
    if parameter.name not in NAMES or kind in (int, float, str, bool, list, tuple):
        return {}
    used = _used(inspect.getsourcefile(maker) or "", parameter.name)
    plain = inspect.Parameter.KEYWORD_ONLY
    return {
        f"{parameter.name}.{name}": inspect.Parameter(f"{parameter.name}_{name}", plain, default=default)
        for name, default in used.items()
    }


def made_of(maker: Callable[..., Any], parameter: inspect.Parameter, values: Mapping[str, Any]) -> Any:
    """The argument itself with these settings. Raises: whatever its class raises."""
    kind = hint_of(maker, parameter)
    return kind(**values) if is_dataclass(kind) or _is_class_of_settings(kind) else Settings(values)


def hint_of(maker: Callable[..., Any], parameter: inspect.Parameter) -> Any:
    """What an argument is annotated as, resolved where that is possible."""
    try:
        hints = typing.get_type_hints(maker.__init__ if inspect.isclass(maker) else maker)
    except Exception:  # an annotation may name what is not there
        hints = {}
    own = getattr(maker, "config_class", None) if parameter.name == "config" else None  # as transformers has it
    return hints.get(parameter.name, parameter.annotation if own is None else own)


def is_dataclass(kind: Any) -> bool:
    return inspect.isclass(kind) and dataclasses.is_dataclass(kind)


def _is_class_of_settings(kind: Any) -> bool:
    """Whether this is a class of the user's whose constructor takes plain values."""
    own = inspect.isclass(kind) and inspect.isfunction(kind.__init__) and not issubclass(kind, (dict, nn.Module))
    return bool(own) and kind.__module__.partition(".")[0] not in ("torch", "typing", "argparse", "types", "studio")


def _from_field(field: dataclasses.Field[Any], kind: Any) -> inspect.Parameter:
    default: Any = EMPTY
    if field.default is not dataclasses.MISSING:
        default = field.default
    elif field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    annotation = field.type if not isinstance(field.type, str) else typing.get_type_hints(kind).get(field.name, EMPTY)
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


@lru_cache(maxsize=32)
def _used(file: str, name: str) -> dict[str, Any]:
    """What a file reads of anything called `name`, with the defaults that it writes down."""
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return {}
    found: dict[str, Any] = {}
    for read, default in _reads(tree, name):
        if read not in OWN_WORDS and not read.startswith("__"):
            found[read] = default if found.get(read, EMPTY) is EMPTY else found[read]
    return found


def _reads(tree: ast.AST, name: str) -> Iterator[tuple[str, Any]]:
    def is_it(node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == name

    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_it(node.value):
            yield node.attr, EMPTY
        elif isinstance(node, ast.Subscript) and is_it(node.value) and isinstance(node.slice, ast.Constant):
            yield str(node.slice.value), EMPTY
        elif isinstance(node, ast.Call):
            got = isinstance(node.func, ast.Attribute) and node.func.attr == "get" and is_it(node.func.value)
            asked = (
                isinstance(node.func, ast.Name) and node.func.id == "getattr" and is_it((node.args or [node.func])[0])
            )
            words = node.args if got else node.args[1:] if asked else []
            if words and isinstance(words[0], ast.Constant) and isinstance(words[0].value, str):
                yield words[0].value, _written(words[1]) if len(words) > 1 else (None if got else EMPTY)


def _written(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None
