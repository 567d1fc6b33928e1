"""Open a `torch.export` program as a module that can be called at other lengths, traced and scripted like others."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

from studio.errors import FileError, ModelError
from studio.loading.blame import reason
from studio.loading.said import Said

CHECKS = ("_assert", "sym_constrain_range", "_guards_fn")  # of shapes, for whoever calls the program as it was made
SHORTEST = 16  # samples: a shorter axis is of batches or channels
INFINITE = 1 << 40
FAR = (1 << 63) - 1  # the end of an axis, as torch writes it


def load_exported(path: Path) -> tuple[nn.Module, Said]:
    """The program, and the lengths it takes.

    Raises: FileError where it cannot be read, ModelError for one that takes no sound.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.export.load(path)
            held = program.module()
    except Exception as error:  # torch raises a dozen kinds for a file of another version
        hint = "Export it again with this version of torch, or save it as TorchScript."
        said = f"{path.name} cannot be opened as a torch.export program: {reason(error)}."
        raise FileError(said, hint, about=path.name) from error
    shapes = _shapes(program)
    if not shapes:
        said = f"{path.name} takes no tensor."
        raise ModelError(said, "Export the model with its sound as the argument.", about=path.name)
    name, shape = shapes[0]
    return _plain(held), Said(call=_call(shape), facts=tuple(_facts(name, shape, program.range_constraints)))


def _plain(held: Any) -> fx.GraphModule:
    """A graph of tensor operations alone: no checks of shapes, and sizes asked of tensors in a way that traces keep."""
    sizes: set[fx.Node] = set()
    for node in list(held.graph.nodes):
        said = str(node.target)
        if any(each in said for each in CHECKS) and node.op in ("call_function", "call_module") and not node.users:
            held.graph.erase_node(node)
        elif node.op == "call_function" and "sym_size" in said:
            with held.graph.inserting_before(node):
                size = held.graph.call_method("size", node.args)
            node.replace_all_uses_with(size)
            held.graph.erase_node(node)
            sizes.add(size)
        elif sizes.intersection(node.all_input_nodes):
            if said.startswith("aten."):
                _follow_sizes(node)
            elif node.op == "call_function":
                sizes.add(node)  # arithmetic with sizes
    for name in ("train", "eval"):
        held.__dict__.pop(name, None)  # there they refuse
    held.graph.eliminate_dead_code()
    held.recompile()
    plain: fx.GraphModule = held
    return plain


def _follow_sizes(node: fx.Node) -> None:
    """Call a function of a size by its public name: a trace takes a size given to an operator for a constant."""
    name = str(node.target).split(".")[1]
    if name == "slice":
        node.target = _slice
    elif name in ("view", "reshape", "expand", "repeat"):
        node.op, node.target = "call_method", "reshape" if name == "view" else name
    elif public := getattr(torch, name, None) or getattr(functional, name, None):
        node.target = public


def _slice(x: Tensor, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Tensor:
    return x[(slice(None),) * (dim % x.dim()) + (slice(start, None if end == FAR else end, step),)]


def _shapes(program: Any) -> Sequence[tuple[str, Sequence[Any]]]:
    """Name and shape of the first tensor that a user gives: the sound."""
    named = set(program.graph_signature.user_inputs)
    nodes = [node for node in program.graph.nodes if node.op == "placeholder" and node.name in named]
    held = [(node.name, node.meta.get("val")) for node in nodes]
    return [(name, tuple(value.shape)) for name, value in held if isinstance(value, Tensor) and value.dim()][:1]


def _call(shape: Sequence[Any]) -> dict[str, Any]:
    """Of a program whose every axis is fixed, the one length it takes."""
    if not all(isinstance(each, int) for each in shape):
        return {}
    longest = max(shape)
    return {"block_sizes": [longest]} if longest >= SHORTEST else {}


def _facts(name: str, shape: Sequence[Any], ranges: Any) -> list[str]:
    said = ", ".join(str(each) if isinstance(each, int) else "any" for each in shape)
    facts = [f"Exported for {name} of the shape [{said}]."]
    if _call(shape):
        facts.append(f"It takes blocks of {max(shape)} samples and no other.")
    for span in ranges.values():
        low, high = (int(each) if abs(each) < INFINITE else None for each in (span.lower, span.upper))
        if (low or 0) > SHORTEST or high is not None:
            facts.append(f"Exported for lengths {f'from {low} ' if low else ''}{f'to {high}' if high else 'on'}.")
    return facts
