"""What a model file says where it does not run when it is opened: how it makes its model, Audacity's metadata."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from studio.document.card import ModelCard, card_from
from studio.document.outline import parse
from studio.errors import CardError

AUDACITY = frozenset({"effect_type", "domain_tags", "multichannel"})
LOADERS = frozenset({"load_state_dict", "load_from_checkpoint"})
DEPTH = 12
Scope = Mapping[str, ast.expr]


class _Unknown(Exception):
    """An expression whose value only a run could tell."""


@dataclass(frozen=True)
class Said:
    """What Audacity's metadata in a file tell: the card, fields of the call, and sentences for the user."""

    card: ModelCard = field(default_factory=ModelCard)
    call: dict[str, Any] = field(default_factory=dict)
    facts: tuple[str, ...] = ()


def metadata_in(path: Path) -> Said:
    """The metadata that a file holds as a literal; nothing where there are none."""
    for node in ast.walk(parse(path)):
        if not isinstance(node, ast.Dict):
            continue
        if len(AUDACITY & {each.value for each in node.keys if isinstance(each, ast.Constant)}) < 2:
            continue
        try:
            found = ast.literal_eval(node)
            return Said(card_from(found, path.name), _call_said(found))
        except (ValueError, CardError) as error:
            return Said(facts=(f"Its metadata in line {node.lineno} were not read: {str(error).splitlines()[0]}",))
    return Said()


def _call_said(found: Mapping[str, Any]) -> dict[str, Any]:
    """Audacity gives mono unless it is told that the model takes more; then each label names a row."""
    if found.get("multichannel") is not False:
        return {}
    if found.get("effect_type") == "waveform-to-labels" or not found.get("labels"):
        return {"channels_in": 1}
    return {"channels_in": 1, "outputs": [{"name": str(each), "channels": 1} for each in found["labels"]]}


def weights_left_out(path: Path) -> list[str]:
    """A fact for weights that are loaded only when the file runs as a program."""
    for statement in parse(path).body:
        if isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOADERS:
                    said = "which does not run here; open the weights themselves, with --source for this file"
                    return [f"It loads weights in line {node.lineno}, {said}."]
    return []


def constructor_calls(path: Path, code: ModuleType, cls: type) -> dict[str, Any]:
    """Arguments with which the file itself makes a `cls`, as far as they can be told without running it.

    Values are literals, names of the module, and modules made of such; the first call in the file that tells any.
    """
    for call, scope in _calls(parse(path)):
        if isinstance(call.func, ast.Name) and call.func.id == cls.__name__:
            found = _arguments(call, cls, scope, code)
            if found:
                return found
    return {}


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, Scope]]:
    """Every call outside of classes, with what its function or the module assigns to plain names."""
    whole = _assigned(tree.body)
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            continue
        scope = {**whole, **_assigned(node.body)} if hasattr(node, "body") else whole
        for each in ast.walk(node):
            if isinstance(each, ast.Call):
                yield each, scope


def _assigned(body: list[ast.stmt]) -> Scope:
    found: dict[str, ast.expr] = {}
    for statement in body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                found.setdefault(target.id, statement.value)
        elif hasattr(statement, "body") and not isinstance(statement, (ast.ClassDef, ast.FunctionDef)):
            found = {**_assigned(statement.body), **found}
    return found


def _arguments(call: ast.Call, cls: type, scope: Scope, code: ModuleType) -> dict[str, Any]:
    names = list(inspect.signature(cls.__init__).parameters)[1:]  # type: ignore[misc]
    pairs = [*zip(names, call.args, strict=False), *((each.arg, each.value) for each in call.keywords if each.arg)]
    found = {}
    for name, expression in pairs:
        try:
            found[name] = _value(expression, scope, code, 0)
        except Exception:  # constructors of foreign classes run here, and may fail in any way
            continue
    return found


def _value(node: ast.expr, scope: Scope, code: ModuleType, depth: int) -> Any:
    """Raises: _Unknown, or whatever a constructor raises."""
    if depth > DEPTH:
        raise _Unknown
    if isinstance(node, ast.Name):
        if hasattr(code, node.id):
            return getattr(code, node.id)
        if node.id in scope:
            return _value(scope[node.id], {k: v for k, v in scope.items() if k != node.id}, code, depth + 1)
        raise _Unknown
    if isinstance(node, ast.Attribute):
        return getattr(_value(node.value, scope, code, depth + 1), node.attr)
    if isinstance(node, (ast.List, ast.Tuple)):
        items = [_value(each, scope, code, depth + 1) for each in node.elts]
        return tuple(items) if isinstance(node, ast.Tuple) else items
    if isinstance(node, ast.Call):
        return _made(node, scope, code, depth)
    try:
        return ast.literal_eval(node)
    except ValueError as error:
        raise _Unknown from error


def _made(node: ast.Call, scope: Scope, code: ModuleType, depth: int) -> Any:
    """A module made by its class; `.eval()` and the like after it change nothing here."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("eval", "cpu", "float", "double"):
        return _value(node.func.value, scope, code, depth + 1)
    maker = _value(node.func, scope, code, depth + 1)
    if not (inspect.isclass(maker) and issubclass(maker, nn.Module)):
        raise _Unknown
    given = [_value(each, scope, code, depth + 1) for each in node.args]
    named = {each.arg: _value(each.value, scope, code, depth + 1) for each in node.keywords if each.arg}
    return maker(*given, **named)
