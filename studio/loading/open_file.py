"""From whatever is on disk to a model in memory. Consent is asked for before, by whoever calls."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

import torch
from torch import nn

from studio.document.card import ModelCard
from studio.document.kinds import Kind
from studio.document.opened import ModelSource
from studio.document.outline import imported_names, parse
from studio.document.sources import sources_beside
from studio.errors import AnswerNeeded, ModelError
from studio.loading.amplifier import filled, load_amplifier
from studio.loading.blame import blame
from studio.loading.classes import model_classes, pick_class
from studio.loading.construct import construct, constructor
from studio.loading.opening import opening
from studio.loading.said import Said, constructor_calls, metadata_in, weights_left_out
from studio.loading.scripted import load_scripted
from studio.loading.shim import stood_in
from studio.loading.source import import_file
from studio.loading.tidy import tidy
from studio.loading.weights import Match, Stored, best_match, put_weights, read_weights
from studio.wrappers.base import Wrapper


@dataclass(frozen=True)
class Loaded:
    """A model in memory.

    Attributes:
        module: in evaluation mode, float32, without gradients.
        name: for the user.
        card: what is known before the model was ever called.
        facts: sentences for the user.
        class_name: the class it is of; empty for an archive.
        source: what it was made from, with every answer filled in.
    """

    module: nn.Module
    name: str
    card: ModelCard
    facts: tuple[str, ...] = ()
    class_name: str = ""
    source: ModelSource = field(default_factory=lambda: ModelSource(path=""))


def load_model(source: ModelSource, kind: Kind) -> Loaded:
    """Make the model that `source` names.

    Raises: FileError, ModelError with the user's file and line, AnswerNeeded for a class, an argument or a source.
    """
    with opening() as held_back:
        loaded = _load(source, kind)
    return replace(loaded, facts=(*loaded.facts, *held_back))


def _load(source: ModelSource, kind: Kind) -> Loaded:
    path = Path(source.path)
    facts: list[str] = []
    told = Said()
    if kind.name == "python":
        cls, module, told = _from_python(source, path)
        class_name, facts = cls.__name__, [*told.facts]
    elif kind.name == "torchscript":
        module, class_name = load_scripted(path), ""
    elif kind.is_weights:
        source, module, facts = _from_weights(source, path, kind)
        class_name = type(module).__name__
    elif kind.name in ("nam", "guitarml"):
        module, own, facts = load_amplifier(path, kind)
        class_name, told = "", replace(told, card=own)
        source = source.model_copy(update={"card": filled(source.card, own)})
    elif kind.name == "pickled-module":
        module = _from_pickle(path)
        class_name = type(module).__name__
    else:
        hint = "Save it as TorchScript, or open the Python file it was made from."
        raise ModelError(f"{path.name} is a {kind.title}, which cannot be played yet.", hint, about=path.name)
    rate = source.model_rate or told.card.sample_rate or _own_rate(module)
    card = source.card or told.card.model_copy(update={"sample_rate": rate})
    answered = source.model_copy(update={"class_name": class_name, "call": {**told.call, **source.call}})
    return Loaded(tidy(module), class_name or path.stem, card, tuple(facts), class_name, answered)


def _from_python(source: ModelSource, path: Path) -> tuple[type[nn.Module], nn.Module, Said]:
    code = import_file(path)
    cls = pick_class(code, path, source.class_name)
    module = construct(cls, source.arguments, model_classes(code), constructor_calls(path, code, cls))
    absent = stood_in(imported_names(parse(path)))
    facts = [f"Stand-ins of ours are used for {' and '.join(absent)}."]
    said = metadata_in(path) if issubclass(cls, Wrapper) else Said()
    return cls, module, replace(said, facts=(*(facts if absent else []), *said.facts, *weights_left_out(path)))


def _from_weights(source: ModelSource, path: Path, kind: Kind) -> tuple[ModelSource, nn.Module, list[str]]:
    file = Path(source.source) if source.source else _only_source(path, kind)
    stored = read_weights(path, kind)
    code = import_file(file)
    network, match = _fitting_network(source, path, file, code, stored)
    put_weights(network, match)
    facts = [f"The weights fit {type(network).__name__} of {file.name}."]
    return source.model_copy(update={"source": str(file)}), network, facts


def _only_source(path: Path, kind: Kind) -> Path:
    found = sources_beside(path, kind)
    if len(found) == 1:
        return found[0]
    names = [each.name for each in found]
    said = f"{path.name} holds weights only, not the network around them"
    said += f"; {', '.join(names)} beside it could be it." if names else "."
    hint = "Name the Python file that defines it: --source FILE.py."
    raise AnswerNeeded(said, hint, about=path.name, fields=["source"], choices=names)


def _fitting_network(
    source: ModelSource, path: Path, file: Path, code: ModuleType, stored: Stored
) -> tuple[nn.Module, Match]:
    """The class of `code` whose names and shapes the weights have. Raises: AnswerNeeded, ModelError."""
    classes = model_classes(code)
    asked = [pick_class(code, file, source.class_name)] if source.class_name or not classes else classes.values()
    tried: list[tuple[nn.Module, Match]] = []
    failed: ModelError | None = None
    for cls in asked:
        try:
            network = construct(cls, _arguments(cls, source.arguments, stored), classes)
        except ModelError as error:
            failed = failed or error
            continue
        tried.append((network, best_match(stored, network)))
    best = min(tried, key=lambda each: each[1].faults, default=None)
    if best is not None and not best[1].faults:
        return best
    if failed is not None and (best is None or not _nearly(best[1])):
        raise failed
    assert best is not None
    said = f"{path.name} does not fit {type(best[0]).__name__} of {file.name}: {best[1].said()}."
    hint = "Name the right network with --source, or its size with --arg."
    raise ModelError(said, hint, about=path.name, fields=["source", "arg"])


def _arguments(cls: type[nn.Module], typed: Mapping[str, str], stored: Stored) -> dict[str, str]:
    """Arguments that a trainer kept with the weights, and the typed ones, which win."""
    takes = constructor(cls)
    plain = {name: str(value) for name, value in stored.settings.items() if isinstance(value, (bool, int, float, str))}
    return {name: text for name, text in {**plain, **typed}.items() if name in takes}


def _nearly(match: Match) -> bool:
    return 2 * match.faults < len(match.weights)


def _from_pickle(path: Path) -> nn.Module:
    """A whole pickled module: its classes are imported from files beside it. Consent was given for it."""
    sys.path.insert(0, str(path.resolve().parent))
    try:
        held = torch.load(path, map_location="cpu", weights_only=False)
    except (AttributeError, ImportError, pickle.UnpicklingError, RuntimeError) as error:
        raise blame(error, f"Opening {path.name}", path.name) from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    if isinstance(held, nn.Module):
        return held
    hint = "Save the model itself, or its state_dict beside its Python file."
    raise ModelError(f"{path.name} holds a {type(held).__name__}, not a model.", hint, about=path.name)


def _own_rate(module: nn.Module) -> int | None:
    """A sample rate that the model keeps as an attribute, in Hz."""
    for name in ("sample_rate", "samplerate", "sampling_rate", "sr", "fs"):
        held = getattr(module, name, None)
        if isinstance(held, (int, float)) and 4000 <= held <= 400_000:
            return int(held)
    return None
