"""From whatever is on disk to a model in memory. Consent is asked for before, by whoever calls."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from studio.document.card import ModelCard
from studio.document.kinds import Kind
from studio.document.opened import ModelSource
from studio.document.outline import describe_python, imported_names, parse
from studio.document.shards import INDEX
from studio.document.sources import sources_beside, unfound
from studio.errors import ModelError
from studio.loading.amplifier import filled, load_amplifier
from studio.loading.beside import class_in, library_in, rate_in
from studio.loading.blame import blame, require_packages
from studio.loading.classes import model_classes
from studio.loading.construct import Maker, construct, constructor, name_of
from studio.loading.exported import load_exported
from studio.loading.makers import makers_of, pick_maker
from studio.loading.opening import opening
from studio.loading.openunmix import load_open_unmix
from studio.loading.rebuilt import from_shipped, from_source
from studio.loading.said import Said, constructor_calls, metadata_in, weights_left_out
from studio.loading.scripted import load_scripted
from studio.loading.shim import stood_in
from studio.loading.source import import_file
from studio.loading.tidy import tidy
from studio.loading.weights import read_weights
from studio.wrappers.base import Wrapper

NAMELESS = ("model", "pytorch_model", "diffusion_pytorch_model", "adapter_model", "last", "best", "weights", "hubconf")


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


def load_model(source: ModelSource, kind: Kind, beat: Callable[[], None] = lambda: None) -> Loaded:
    """Make the model that `source` names.

    Args:
        source: the file and every answer given so far.
        kind: what it is.
        beat: called now and then while arguments are tried.

    Raises: FileError, ModelError with the user's file and line, AnswerNeeded for a class, an argument or a source.
    """
    with opening() as held_back:
        loaded = _load(source, kind, beat)
    return replace(loaded, facts=(*loaded.facts, *held_back))


def _load(source: ModelSource, kind: Kind, beat: Callable[[], None]) -> Loaded:
    path = Path(source.path)
    facts: list[str] = []
    told, class_name = Said(), ""
    if kind.name == "python":
        class_name, module, told = _from_python(source, path)
        facts = [*told.facts]
    elif kind.name == "torchscript":
        module, told = load_scripted(path, source.class_name or str(source.call.get("method", "")))
        facts = [*told.facts]
    elif kind.name == "pt2":
        module, told = load_exported(path)
        facts = [*told.facts]
    elif kind.is_weights:
        source, module, class_name, told = _from_weights(source, path, kind, beat)
        facts = [*told.facts]
    elif kind.name == "openunmix":
        module, own, facts = load_open_unmix(path, beat)
        told = replace(told, card=own)
    elif kind.name in ("nam", "guitarml"):
        module, own, facts = load_amplifier(path, kind)
        told = replace(told, card=own)
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
    return Loaded(tidy(module), class_name or title_of(path), card, tuple(facts), class_name, answered)


def title_of(path: Path) -> str:
    """What to call a model: its file, its folder where every such file has the same name."""
    stem = path.name.removesuffix(INDEX).removesuffix(path.suffix)
    return path.resolve().parent.name or stem if stem.lower() in NAMELESS else stem


def _from_python(source: ModelSource, path: Path) -> tuple[str, nn.Module, Said]:
    require_packages(describe_python(path).needs, path)
    code = import_file(path)
    maker = pick_maker(code, path, source.class_name)
    seen = constructor_calls(path, code, maker) if inspect.isclass(maker) else {}
    module = _constructed(maker, source, path, model_classes(code), seen)
    absent = stood_in(imported_names(parse(path)))
    facts = [f"Stand-ins of ours are used for {' and '.join(absent)}."] if absent else []
    facts += [] if inspect.isclass(maker) else [f"Made by {name_of(maker)} of {path.name}."]
    said = metadata_in(path) if isinstance(module, Wrapper) else Said()
    name = name_of(maker) if name_of(maker) in makers_of(code, path) else ""
    return name, module, replace(said, facts=(*facts, *said.facts, *weights_left_out(path)))


def _constructed(
    maker: Maker, source: ModelSource, path: Path, classes: dict[str, type[nn.Module]], seen: Mapping[str, Any]
) -> nn.Module:
    """Raises: ModelError, with a way out where a function wants to fetch its weights from the network."""
    try:
        return construct(maker, source.arguments, classes, seen)
    except ModelError as error:
        why = error.__cause__
        if "pretrained" not in constructor(maker) or "pretrained" in source.arguments or not isinstance(why, OSError):
            raise
    said = f"{name_of(maker)} of {path.name} fetches its weights from the network, which is not let."
    hint = f"Download them and open them with --source {path.name}; --arg pretrained=False opens it untrained."
    raise ModelError(said, hint, about=path.name, fields=["arg"])


def _from_weights(
    source: ModelSource, path: Path, kind: Kind, beat: Callable[[], None]
) -> tuple[ModelSource, nn.Module, str, Said]:
    stored = read_weights(path, kind)
    files = [Path(source.source)] if source.source else sources_beside(path, kind)
    if not files:
        found, nearest = from_shipped(stored, path.name, source.arguments, beat)
        if found is None:
            raise unfound(path, kind, "; ".join(filter(None, [library_in(stored.settings), nearest])))
    elif len(files) > 1:
        raise unfound(path, kind)
    else:
        code = import_file(files[0])
        wanted = source.class_name or stored.class_name or class_in(stored.settings)
        wanted = wanted if source.class_name or wanted in makers_of(code, files[0]) else ""
        found = from_source(stored, code, files[0], path.name, wanted, source.arguments, beat)
        source = source.model_copy(update={"source": str(files[0]), "arguments": found.arguments})
    absent = stood_in(imported_names(parse(files[0]))) if files else []
    facts = [f"Stand-ins of ours are used for {' and '.join(absent)}."] if absent else []
    name = found.name if source.source else ""
    card = ModelCard(sample_rate=rate_in(stored.settings))
    return source, found.network, name, Said(card=card, facts=(*facts, *found.facts))


def _from_pickle(path: Path) -> nn.Module:
    """A whole pickled module: its classes are imported from files beside it. Consent was given for it."""
    sys.path.insert(0, str(path.resolve().parent))
    try:
        held = torch.load(path, map_location="cpu", weights_only=False)
    except Exception as error:  # the pickle and its classes are foreign code, and raise what they like
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
