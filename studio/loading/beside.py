"""Settings that lie in a file beside weights: config.json, hparams.yaml and the like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from studio.errors import FileError
from studio.storage import read_text

NAMES = ("config.json", "hparams.yaml", "config.yaml", "config.yml", "hparams.json", "params.json", "files/config.yaml")
RATES = ("sample_rate", "samplerate", "sampling_rate", "sr", "fs")
LIBRARIES = {"transformers_version": "transformers", "_diffusers_version": "diffusers"}
MAX_TEXT = 1 << 20
Anything = dict[str, Any]


class _PlainLoader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads what a trainer's objects hold and makes none of them."""


def settings_beside(path: Path) -> Anything:
    """The first settings found beside weights, or one folder above; empty where there are none that can be read."""
    own = [path.with_suffix(each) for each in (".json", ".yaml", ".yml") if path.suffix != ".json"]
    for folder in (path.parent, path.parent.parent):
        for file in [*own, *(folder / name for name in NAMES)]:
            if found := _read(file):
                return found
        if folder.name != "checkpoints":
            break
    return {}


def rate_in(settings: Mapping[str, Any]) -> int | None:
    """A sample rate among settings, in Hz."""
    groups = [settings, *(each for each in settings.values() if isinstance(each, Mapping))]
    found = [group.get(name) for group in groups for name in RATES]
    return next((int(each) for each in found if isinstance(each, (int, float)) and 4000 <= each <= 400_000), None)


def class_in(settings: Mapping[str, Any]) -> str:
    """The class that a config.json says its weights are of."""
    names = settings.get("architectures")
    return str(names[0]) if isinstance(names, list) and names else ""


def library_in(settings: Mapping[str, Any]) -> str:
    """A sentence about the library whose class the weights are of, where a config.json names one."""
    name = class_in(settings) or str(settings.get("_class_name") or "")
    library = next((said for key, said in LIBRARIES.items() if key in settings), "")
    if not name:
        return ""
    return f"config.json names {name}{f', a class of {library} (pip install {library})' if library else ''}"


def _read(path: Path) -> Anything:
    try:
        if not path.is_file() or path.stat().st_size > MAX_TEXT:
            return {}
        text = read_text(path)
        held = json.loads(text) if path.suffix == ".json" else yaml.load(text, _PlainLoader)
    except (OSError, ValueError, RecursionError, FileError, yaml.YAMLError):
        return {}
    return _flat(held) if isinstance(held, dict) else {}


def _flat(held: Anything) -> Anything:
    """Settings by name; Weights & Biases puts each into a `value`."""
    plain = {str(key): _value(value) for key, value in held.items()}
    return {key: value for key, value in plain.items() if not key.startswith("_") or key in ("_class_name", *LIBRARIES)}


def _value(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) and set(value) <= {"value", "desc"} and "value" in value else value


def _plain(loader: Any, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_PlainLoader.add_multi_constructor("tag:yaml.org,2002:python/", _plain)
_PlainLoader.add_multi_constructor("!", _plain)
