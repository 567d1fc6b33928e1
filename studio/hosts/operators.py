"""Which LibTorch releases know an operator in the form in which an archive calls it: a table of the real releases."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

Release: TypeAlias = tuple[int, int]
TYPES = {
    "bool": ("bool",),
    "int": ("int", "float", "Scalar", "number"),
    "float": ("float", "Scalar", "number"),
    "str": ("str", "Device"),
}


UNFINISHED: dict[str, tuple[Release, Callable[[ast.Call], bool]]] = {  # taken, and refused when it is called
    "aten::_transformer_encoder_layer_fwd": ((2, 5), lambda call: ast.unparse(call.args[8]) == "True"),  # norm first
}


@dataclass(frozen=True)
class Use:
    """One call of an operator in an archive's code.

    Attributes:
        name: with its namespace, for example `aten::pad`.
        given: what is known of the type of each argument by position: `int`, `bool?`, `None`, `list`, or empty.
        named: names of the arguments given by name.
        node: where it stands.
    """

    name: str
    given: tuple[str, ...]
    named: tuple[str, ...]
    node: ast.Call


@dataclass(frozen=True)
class Form:
    """One overload that a release has: types by position and by name, and those that have no default."""

    positional: tuple[str, ...]
    named: tuple[str, ...]
    wanted: frozenset[str]

    def takes(self, use: Use) -> bool:
        missing = self.positional[len(use.given) :]
        return (
            len(use.given) <= len(self.positional)
            and all(kind.endswith("=") for kind in missing)
            and self.wanted <= set(use.named) <= set(self.named)
            and all(_fits(said, kind) for said, kind in zip(use.given, self.positional, strict=False))
        )


def releases() -> tuple[Release, ...]:
    """The releases of the table from the oldest to our own."""
    return tuple(sorted(_release(each) for each in _table()["releases"]))


def knows(release: Release, use: Use) -> bool:
    """Whether a release of the table has an operator that takes this call."""
    if use.name in UNFINISHED and release < UNFINISHED[use.name][0] and UNFINISHED[use.name][1](use.node):
        return False
    forms = _forms(use.name, f"{release[0]}.{release[1]}")
    return forms is None or any(form.takes(use) for form in forms)


def uses(tree: ast.AST) -> Iterator[Use]:
    """Every call of an operator in the code of an archive."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.args, *node.args.kwonlyargs]
            kinds = {each.arg: _annotated(each.annotation) for each in arguments if each.annotation}
            yield from _uses_in(node, kinds)


def _uses_in(function: ast.FunctionDef, kinds: dict[str, str]) -> Iterator[Use]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and (name := _operator(node.func)):
            given = tuple(_kind(each, kinds) for each in node.args)
            yield Use(name, given, tuple(each.arg or "" for each in node.keywords), node)


def _operator(function: ast.expr) -> str:
    """`torch.pad` is `aten::pad`, `ops.prim.RaiseException` is `prim::RaiseException`."""
    path = ast.unparse(function).split(".") if isinstance(function, ast.Attribute) else []
    if len(path) == 2 and path[0] == "torch":
        return f"aten::{path[1]}"
    return f"{path[1]}::{path[2]}" if len(path) == 3 and path[0] == "ops" else ""


def _annotated(annotation: ast.expr) -> str:
    """`Optional[bool]` as `bool?`; empty for types about which nothing is decided."""
    said = ast.unparse(annotation)
    optional = said.startswith("Optional[")
    said = said.removeprefix("Optional[").removesuffix("]") if optional else said
    return f"{said}{'?' * optional}" if said in TYPES else ""


def _kind(node: ast.expr, kinds: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return kinds.get(node.id, "")
    if isinstance(node, ast.UnaryOp):
        return _kind(node.operand, kinds)
    if isinstance(node, ast.List):
        return "list"
    return type(node.value).__name__.replace("NoneType", "None") if isinstance(node, ast.Constant) else ""


def _fits(said: str, kind: str) -> bool:
    kind = kind.removesuffix("=")
    bare = kind.removesuffix("?")
    if not said or bare in ("t", "Any", "AnyType"):
        return True
    if said == "None" or said.endswith("?"):
        return kind.endswith("?") and (said == "None" or _fits(said[:-1], bare))
    if said == "list":
        return "[" in bare
    return said not in TYPES or bare in TYPES[said] or re.sub(r"\[\d+\]", "", bare) == said


@cache
def _forms(name: str, release: str) -> tuple[Form, ...] | None:
    """The forms a release has; None where it has all of ours."""
    told = _table()["forms"].get(name, {}).get(release)
    return None if told is None else tuple(_form(each) for each in told)


def _form(text: str) -> Form:
    positional, _, named = text.partition(" | ")
    pairs = [each.partition(":") for each in named.split(", ") if each]
    wanted = frozenset(name for name, _, kind in pairs if not kind.endswith("="))
    return Form(tuple(filter(None, positional.split(", "))), tuple(name for name, _, _ in pairs), wanted)


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("studio.hosts").joinpath("operators.json").read_text("utf-8"))
    return found


def _release(text: str) -> Release:
    major, _, minor = text.partition(".")
    return int(major), int(minor)
