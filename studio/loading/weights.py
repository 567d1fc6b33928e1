"""Weights without a network, read without running anything."""

from __future__ import annotations

import argparse
import collections
import datetime
import decimal
import fractions
import pathlib
import re
import uuid
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from studio.document.contents import describe_pickle
from studio.document.kinds import Kind
from studio.document.scans.names import judge_name
from studio.document.shards import INDEX, shards_of
from studio.errors import FileError, ModelError
from studio.loading.beside import settings_beside
from studio.loading.match import Weights, without_compiled
from studio.loading.stand_ins import plain_settings, stand_ins

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
SETTINGS = (
    "hyper_parameters", "hparams", "config", "cfg", "args", "kwargs", "model_args", "model_config", "model_kwargs",
    "model_params", "init_args", "params", "opt", "settings", "options",
)  # fmt: skip
NAMING = ("class_name", "arch", "architecture", "model_name", "model_class", "model_type", "network")
BESIDE = re.compile(r"optim|sched|scaler|callback|loops|rng_state", re.IGNORECASE)  # what a trainer needs to go on
DEEPEST = 4


@dataclass(frozen=True)
class Stored:
    """What a file of weights holds.

    Attributes:
        sets: every dict of tensors in it, by its key; that of the file itself is empty.
        settings: what its trainer kept beside them.
        class_name: of the network, where its trainer kept that.
    """

    sets: Mapping[str, Weights]
    settings: Mapping[str, Any] = field(default_factory=dict)
    class_name: str = ""


def read_weights(path: Path, kind: Kind) -> Stored:
    """All sets of weights in a file. Raises: FileError where it is damaged, ModelError where it holds none."""
    if path.name.endswith(INDEX):
        return _read_shards(path)
    if kind.name == "safetensors":
        return Stored({"": _read_tensors(path)}, settings_beside(path))
    held = _read_pickled(path)
    sets = {name: without_compiled(each) for name, each in _sets_in(held)}
    if not sets:
        raise ModelError(f"{path.name} holds no named weights.", "Save the model's state_dict.", about=path.name)
    settings = _settings_in(held)
    named = next((held[key] for key in NAMING if isinstance(held.get(key), str)), "")
    return Stored(sets, {**settings_beside(path), **settings}, named)


def _read_shards(path: Path) -> Stored:
    """Weights in several files, as an index beside them says. Raises: FileError where one is missing."""
    whole: Weights = {}
    for name in shards_of(path):
        part = path.with_name(name)
        if not part.is_file():
            said = f"{path.name} names {name}, which is not beside it."
            raise FileError(said, "Download all of its files into one folder.", about=path.name)
        held = _read_tensors(part) if name.endswith(".safetensors") else _read_pickled(part)
        whole.update({str(key): value for key, value in held.items() if isinstance(value, Tensor)})
    return Stored({"": without_compiled(whole)}, settings_beside(path))


def _read_tensors(path: Path) -> Weights:
    try:
        return without_compiled(load_file(path))
    except Exception as error:  # safetensors raises its own and OS errors alike
        raise FileError(f"{path.name} is damaged: {error}.", "Download it again.", about=path.name) from error


def _read_pickled(path: Path) -> Any:
    try:
        content = describe_pickle(path)
        foreign = [name for name in content.names if name.startswith(STOOD_IN) and judge_name(name) == "settings"]
        safe = torch.serialization.safe_globals([*HARMLESS, *_numpy_numbers(), *stand_ins(foreign)])
        with safe, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's advice about protocols; what it cannot read is said below
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch walks a damaged pickle until something gives
        said = _reason(error)
        hint = "Save it again with torch.save(model.state_dict(), path)."
        raise FileError(f"{path.name} cannot be read as weights: {said}.", hint, about=path.name) from error


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


def _sets_in(held: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, Weights]]:
    if not isinstance(held, Mapping) or depth > DEEPEST:
        return
    tensors = {str(key): value for key, value in held.items() if isinstance(value, Tensor)}
    if tensors:
        yield name, tensors
    for key, value in held.items():
        if not BESIDE.search(str(key)):
            yield from _sets_in(value, f"{name}.{key}" if name else str(key), depth + 1)


def _settings_in(held: Any) -> dict[str, Any]:
    """Constructor arguments that a trainer kept beside the weights."""
    found: dict[str, Any] = {}
    for name in SETTINGS if isinstance(held, Mapping) else ():
        kept = held.get(name)
        kept = plain_settings(vars(kept) if isinstance(kept, argparse.Namespace) else kept)
        if isinstance(kept, Mapping):
            found = {**{str(key): value for key, value in kept.items()}, **found}
    return found
