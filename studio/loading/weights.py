"""Weights without a network: read them without running anything, and put them into the network they fit."""

from __future__ import annotations

import argparse
import collections
import datetime
import decimal
import fractions
import pathlib
import pickle
import re
import uuid
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from studio.document.contents import describe_pickle
from studio.document.kinds import Kind
from studio.document.scans.names import judge_name
from studio.errors import FileError, ModelError
from studio.loading.stand_ins import plain_settings, stand_ins

PREFIXES = ("", "module.", "_orig_mod.", "model.", "net.", "_net.", "network.", "generator.")
HARMLESS = (
    argparse.Namespace, pathlib.PosixPath, pathlib.PurePosixPath, pathlib.PureWindowsPath, datetime.datetime,
    datetime.date, datetime.time, datetime.timedelta, datetime.timezone, collections.Counter,
    fractions.Fraction, decimal.Decimal, uuid.UUID, slice, range, frozenset, int, str, float, bool,
    list, dict, tuple, bytes,
)  # fmt: skip
STOOD_IN = (
    "omegaconf.", "pytorch_lightning.", "lightning.", "lightning_fabric.", "typing.", "pathlib.WindowsPath",
    "collections.defaultdict", "collections.deque",
)  # fmt: skip
OLD_NORM, NEW_NORM = (
    ("weight_g", "weight_v"),
    ("parametrizations.weight.original0", "parametrizations.weight.original1"),
)
SHOWN = 3
Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Match:
    """How weights fit a network: names on one side only, and names whose shapes differ."""

    weights: Weights
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    shapes: tuple[str, ...]

    @property
    def faults(self) -> int:
        return len(self.missing) + len(self.unexpected) + len(self.shapes)

    def said(self) -> str:
        """The differences, the first few of each."""
        parts = [
            _counted("missing", self.missing),
            _counted("left over", self.unexpected),
            _counted("of another shape", self.shapes),
        ]
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True)
class Stored:
    """What a file of weights holds: every dict of tensors in it, and settings for a constructor."""

    sets: tuple[Weights, ...]
    settings: Mapping[str, Any]


def read_weights(path: Path, kind: Kind) -> Stored:
    """All sets of weights in a file. Raises: FileError where it is damaged, ModelError where it holds none."""
    if kind.name == "safetensors":
        try:
            return Stored((load_file(path),), {})
        except Exception as error:  # safetensors raises its own and OS errors alike
            raise FileError(f"{path.name} is damaged: {error}.", "Download it again.", about=path.name) from error
    try:
        content = describe_pickle(path)
        foreign = [name for name in content.names if name.startswith(STOOD_IN) and judge_name(name) == "settings"]
        safe = torch.serialization.safe_globals([*HARMLESS, *_numpy_numbers(), *stand_ins(foreign)])
        with safe, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's advice about protocols; what it cannot read is said below
            held = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError, AttributeError, TypeError) as error:
        said = _reason(error)
        hint = "Save it again with torch.save(model.state_dict(), path)."
        raise FileError(f"{path.name} cannot be read as weights: {said}.", hint, about=path.name) from error
    sets = tuple(_sets_in(held))
    if not sets:
        raise ModelError(f"{path.name} holds no named weights.", "Save the model's state_dict.", about=path.name)
    return Stored(sets, _settings_in(held))


def best_match(stored: Stored, network: nn.Module) -> Match:
    """The set and the prefix under which the weights fit `network` best."""
    wanted = network.state_dict()
    matches = [_compare(named, wanted) for held in stored.sets for named in _renamed(held, wanted)]
    return min(matches, key=lambda match: match.faults)


def put_weights(network: nn.Module, match: Match) -> None:
    """Load a match that has no faults."""
    with torch.no_grad():
        wanted = network.state_dict()
        network.load_state_dict(
            {name: value.to(wanted[name].dtype) for name, value in match.weights.items()}, strict=False
        )


def _reason(error: Exception) -> str:
    """Why torch refused, without its advice to read the file unsafely."""
    said = str(error)
    if "Unsupported operand" in said:
        return "it was saved with a newer pickle protocol than 2, which the safe reader does not know"
    if named := re.search(r"(?:GLOBAL|build|instance of|class) (?:<class ')?([\w.]+\.[\w.]+)", said):
        return f"it names {named[1]}, which is no weight"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    advice = not lines or lines[0].startswith("Weights only load failed")
    return "it holds more than weights" if advice else lines[0].rstrip(".")


def _numpy_numbers() -> list[Any]:
    """What a NumPy number in a checkpoint is rebuilt with; harmless, and many trainers keep some."""
    kinds = {type(np.dtype(kind)) for kind in "?bhilqBHILQefdFD"}
    rebuild, array = np.float64(0).__reduce__()[0], np.zeros(1).__reduce__()[0]
    return [rebuild, array, np.ndarray, np.dtype, *kinds]


def _sets_in(held: Any, depth: int = 0) -> Iterator[Weights]:
    if not isinstance(held, Mapping) or depth > 3:
        return
    tensors = {str(name): value for name, value in held.items() if isinstance(value, Tensor)}
    if tensors:
        yield tensors
    for name, value in held.items():
        if "optimizer" not in str(name):
            yield from _sets_in(value, depth + 1)


def _settings_in(held: Any) -> dict[str, Any]:
    """Constructor arguments that a trainer kept beside the weights."""
    if isinstance(held, Mapping):
        for name in ("hyper_parameters", "hparams", "config", "args", "kwargs"):
            found = held.get(name)
            if isinstance(found, argparse.Namespace):
                found = vars(found)
            found = plain_settings(found)
            if isinstance(found, Mapping):
                return {str(key): value for key, value in found.items()}
    return {}


def _renamed(held: Weights, wanted: Mapping[str, Tensor]) -> Iterator[Weights]:
    """The weights under each prefix, weight norm written the way the network does."""
    for outer in PREFIXES:
        once = _without(held, outer)
        for inner in PREFIXES if outer and once else ("",):
            found = _without(once, inner)
            if found:
                yield _norms_as_wanted(found, wanted)


def _without(held: Weights, prefix: str) -> Weights:
    return {name[len(prefix) :]: value for name, value in held.items() if name.startswith(prefix)}


def _norms_as_wanted(held: Weights, wanted: Mapping[str, Tensor]) -> Weights:
    """Old weight norm, new weight norm and plain weights turned into one another."""
    found = dict(held)
    for size, direction in (OLD_NORM, NEW_NORM):
        for name in [name for name in held if name.endswith("." + size) or name == size]:
            stem = name.removesuffix(size)
            if stem + direction not in held or name in wanted:
                continue
            g, v = found.pop(name), found.pop(stem + direction)
            other = NEW_NORM if size == OLD_NORM[0] else OLD_NORM
            if stem + other[0] in wanted:
                found[stem + other[0]], found[stem + other[1]] = g, v
            else:
                axes = [axis for axis in range(v.dim()) if g.shape[axis] == 1 and v.shape[axis] != 1]
                found[stem + "weight"] = v * (g / v.norm(dim=axes or None, keepdim=bool(axes)))
    return found


def _compare(held: Weights, wanted: Mapping[str, Tensor]) -> Match:
    missing = [name for name in wanted if name not in held and not name.endswith("num_batches_tracked")]
    unexpected = [name for name in held if name not in wanted]
    shapes = [
        f"{name} ({list(value.shape)} instead of {list(wanted[name].shape)})"
        for name, value in held.items()
        if name in wanted and value.shape != wanted[name].shape
    ]
    fitting = {name: value for name, value in held.items() if name in wanted}
    return Match(fitting, tuple(missing), tuple(unexpected), tuple(shapes))


def _counted(what: str, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{what}: {', '.join(names[:SHOWN])}{more}"
