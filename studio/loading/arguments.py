"""What a model wants beside the sound: read from its signature, and what could be tried for it."""

from __future__ import annotations

import ast
import inspect
import textwrap
import typing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn

from studio.document.call import Argument

Want = Literal["tensor", "float", "int", "bool", "text", "any"]
STATE_NAMES = frozenset(
    {
        "h",
        "hx",
        "h0",
        "c",
        "c0",
        "cx",
        "hc",
        "hidden",
        "hidden_state",
        "state",
        "states",
        "cell",
        "memory",
        "cache",
        "h_c",
    }
)
STATE_WORDS = frozenset(
    {"state", "states", "hidden", "cache", "memory", "past", "prev", "previous", "history", "carry"}
)
RATE_NAMES = frozenset({"sample_rate", "samplerate", "sampling_rate", "sr", "fs"})
MOST_ELEMENTS = 64
MOST_WORDS = 8
SCRIPT_TYPES: dict[str, Want] = {
    "TensorType": "tensor", "FloatType": "float", "IntType": "int", "BoolType": "bool", "StringType": "text",
    "NumberType": "float",
}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """One argument after the sound; `words` are texts that its annotation or the code beside it knows."""

    name: str
    want: Want = "any"
    default: Any = None
    required: bool = True
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """One guess at all arguments; optional ones that are missing here are not given."""

    arguments: tuple[Argument, ...] = ()
    tuples: dict[str, int] = field(default_factory=dict)
    spread: tuple[str, ...] = ()


def wanted_arguments(module: nn.Module, method: str = "forward") -> list[Wanted]:
    """The arguments of `method` after the first, which is the sound."""
    function = getattr(module, method)
    if hasattr(function, "schema"):
        return [_from_schema(each) for each in function.schema.arguments[2:]]
    try:
        hints = typing.get_type_hints(function)
    except Exception:  # an annotation may name what is not there
        hints = {}
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    found = [each for each in inspect.signature(function).parameters.values() if each.kind in named]
    return [_from_parameter(each, hints.get(each.name, Any), function) for each in found[1:]]


def _from_parameter(parameter: inspect.Parameter, hint: Any, function: Any) -> Wanted:
    want, required = _want(hint, parameter.default), parameter.default is parameter.empty
    words: tuple[str, ...] = ()
    if typing.get_origin(hint) is Literal:
        words = tuple(each for each in typing.get_args(hint) if isinstance(each, str))
    elif want == "text":
        words = compared(function)[:MOST_WORDS]
    return Wanted(parameter.name, "text" if words else want, _default(parameter), required, words)


def compared(function: Any) -> tuple[str, ...]:
    """Texts that a function compares something with: the words it knows."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return ()
    compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    sides = [side for node in compared for each in (node.left, *node.comparators) for side in ast.walk(each)]
    words = [side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)]
    return tuple(dict.fromkeys(words))


def plan_of(wanted: list[Wanted], chosen: Sequence[Plan], whole: bool) -> Plan:
    """The chosen guesses together with the optional arguments at their defaults.

    Args:
        wanted: all arguments.
        chosen: a guess for each required one.
        whole: whether whole numbers without annotation are constants, because they may count something.
    """
    free = [argument for each in wanted if not each.required and (argument := optional(each)) is not None]
    fixed = [_unless_whole(each, wanted) if whole else each for each in free]
    return Plan(
        (*(argument for plan in chosen for argument in plan.arguments), *fixed),
        {name: count for plan in chosen for name, count in plan.tuples.items()},
        tuple(name for plan in chosen for name in plan.spread),
    )


def _unless_whole(argument: Argument, wanted: list[Wanted]) -> Argument:
    """A constant for a whole number that nobody annotated: it may count something."""
    default = next(each.default for each in wanted if each.name == argument.name)
    if isinstance(default, int) and not isinstance(default, bool):
        return Argument(name=argument.name, role="constant", value=default, is_tensor=False)
    return argument


def optional(wanted: Wanted) -> Argument | None:
    """An optional argument as a knob or a constant; None where it is better left out at first."""
    value = wanted.default
    if isinstance(value, bool):
        return Argument(name=wanted.name, value=value, is_tensor=False)
    if isinstance(value, float) or (isinstance(value, int) and wanted.want in ("float", "tensor")):
        return Argument(name=wanted.name, value=float(value), is_tensor=wanted.want == "tensor")
    if isinstance(value, int) and wanted.want == "any":
        return Argument(name=wanted.name, value=float(value), is_tensor=False)
    if isinstance(value, (int, str)):
        return Argument(name=wanted.name, role="constant", value=value, is_tensor=False)
    if isinstance(value, Tensor) and value.numel() <= MOST_ELEMENTS and value.is_floating_point():
        return vector(wanted.name, tuple(value.shape), tuple(value.flatten().tolist()))
    return None


def options_for(wanted: Wanted, module: nn.Module, model_rate: int | None, together: bool = True) -> Iterator[Plan]:
    """What could be given for one required argument; `together` expects a state of several parts as one tuple."""
    name, want = wanted.name, wanted.want
    if want == "bool":
        yield Plan((Argument(name=name, value=False, is_tensor=False),))
    elif want == "text":
        for word in (*wanted.words, ""):
            yield Plan((Argument(name=name, role="constant", value=word, is_tensor=False),))
    elif want == "int" or name in RATE_NAMES:
        values = [model_rate or 44100] if name in RATE_NAMES else [1, 0, 2, 4, 16]
        yield from (Plan((Argument(name=name, role="constant", value=each, is_tensor=False),)) for each in values)
    elif want == "float":
        yield Plan((Argument(name=name, value=0.5, is_tensor=False),))
    else:
        yield from tensors_for(name, module, together)


def is_state_name(name: str) -> bool:
    words = name.lower().split("_")
    return name.lower() in STATE_NAMES or bool(STATE_WORDS & set(words))


def tensors_for(name: str, module: nn.Module, together: bool = True) -> Iterator[Plan]:
    """Tensors: a state where the name says so, a number, vectors as wide as the model's own layers."""
    states = list(states_for(name, module, together))
    if is_state_name(name):
        yield from states
    yield Plan((Argument(name=name, value=0.5),))
    widths = [each for each in input_widths(module) if each <= MOST_ELEMENTS]
    beside = [each - 1 for each in widths if each > 1]  # a layer may take the sound and the vector together
    layers = dict.fromkeys([*widths, *beside])
    yield from _vectors(name, layers)
    yield from _vectors(name, [each for each in range(1, 17) if each not in layers])
    if not is_state_name(name):
        yield from states


def _vectors(name: str, widths: Iterable[int]) -> Iterator[Plan]:
    """Vectors of these widths in every shape, the plainest first."""
    for shape in ((1, 0), (0,), (1, 0, 1), (1, 1, 0)):
        yield from (Plan((vector(name, tuple(size or width for size in shape)),)) for width in widths)
    for shape in ((1, 0, 1), (1, 1, 0)):
        for width in widths:
            yield Plan((vector(name, tuple(size or width for size in shape)),), spread=(name,))


def states_for(name: str, module: nn.Module, together: bool) -> Iterator[Plan]:
    """States as large as the model's recurrent and convolutional layers want them."""
    shapes: dict[tuple[int, ...], None] = {}
    pairs: dict[tuple[int, ...], None] = {}
    for part in module.modules():
        if isinstance(part, nn.RNNBase):
            shape: tuple[int, ...] = (part.num_layers * (2 if part.bidirectional else 1), 1, part.hidden_size)
            (pairs if isinstance(part, nn.LSTM) else shapes)[shape] = None
        elif isinstance(part, nn.RNNCellBase):
            (pairs if isinstance(part, nn.LSTMCell) else shapes)[(1, part.hidden_size)] = None
        elif isinstance(part, nn.Conv1d) and part.kernel_size[0] > 1:
            shapes[(1, part.in_channels, (part.kernel_size[0] - 1) * part.dilation[0])] = None
    tuples = [state_tuple(name, [each, each]) for each in pairs]
    single = [Plan((Argument(name=name, role="state", shape=each),)) for each in [*shapes, *pairs]]
    yield from [*tuples, *single] if together else [*single, *tuples]


def state_tuple(name: str, shapes: list[tuple[int, ...]]) -> Plan:
    """A state in several parts that the model wants as one tuple."""
    parts = tuple(Argument(name=f"{name}_{index}", role="state", shape=shape) for index, shape in enumerate(shapes))
    return Plan(parts, {name: len(parts)})


def vector(name: str, shape: tuple[int, ...], values: tuple[float, ...] = ()) -> Argument:
    """A conditioning vector, every element at its middle unless `values` are given."""
    count = int(torch.tensor(shape).prod())
    return Argument(name=name, shape=shape, value=values or (0.5,) * count)


def input_widths(module: nn.Module) -> list[int]:
    """What the layers take, in the order of the layers."""
    widths = [int(each.shape[1]) for each in module.parameters() if each.dim() >= 2]
    return list(dict.fromkeys(widths))


def _from_schema(argument: Any) -> Wanted:
    kind = argument.type
    if kind.kind() == "OptionalType":
        kind = kind.getElementType()
    want = SCRIPT_TYPES.get(kind.kind(), "any")
    return Wanted(argument.name, want, argument.default_value, not argument.has_default_value())


def _default(parameter: inspect.Parameter) -> Any:
    return None if parameter.default is parameter.empty else parameter.default


def _want(hint: Any, default: Any) -> Want:
    plain = [each for each in typing.get_args(hint) if each is not type(None)]
    if type(None) in typing.get_args(hint) and len(plain) == 1:
        hint = plain[0]
    if hint is Any or hint is inspect.Parameter.empty:
        return "bool" if isinstance(default, bool) else "any"
    known: dict[Any, Want] = {Tensor: "tensor", float: "float", int: "int", bool: "bool", str: "text"}
    return known.get(hint, "any")
