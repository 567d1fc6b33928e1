"""Say something else about a Neutone package; what it plays stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.document.card import NEUTONE_NAMES, ModelCard
from studio.errors import HostError
from studio.hosts.neutone.metadata import knob_entry
from studio.hosts.rewriting import FACTS, facts_of, require_same_sound, with_card
from studio.storage import read_text, write_text
from studio.wrappers.archive import load_archive, save_archive
from studio.wrappers.torchscript import ScriptModule

EXAMPLES = "sample_sound_files"
LEVELS = tuple(f"{name}_default_value" for name in ("wet", "dry", "input_gain", "output_gain"))


@dataclass(frozen=True)
class Kind:
    """In what the packages of Neutone's two plugins differ.

    Attributes:
        title: of the plugin.
        said_by: the modules of a package that have the getters.
        prefix: of the attributes with the knobs' names and descriptions.
        entries: the knobs of a card as metadata.json has them.
    """

    title: str
    said_by: Callable[[ScriptModule], tuple[ScriptModule, ...]]
    prefix: str
    entries: Callable[[ModelCard], list[dict[str, Any]]]


FX = Kind(
    "Neutone",
    lambda root: (root, root.w2w_base),
    "knob_",
    lambda card: [knob_entry(each) for each in card.parameters if each.is_numeric],
)


def rewrite(path: Path, card: ModelCard) -> list[Path]:
    """Put `card` into the .nm file `path`, and into the metadata.json beside it where that is the file's own.

    The plugin asks the code, metadata.json and the getters, so all of them are changed.

    Returns: the files that changed.
    Raises: CardError where the sound would change; HostError for a package that was made elsewhere.
    """
    return rewrite_as(FX, path, card)


def rewrite_as(kind: Kind, path: Path, card: ModelCard) -> list[Path]:
    """The same for either kind of Neutone package."""
    root, described = load_archive(path, "metadata.json")
    _, facts = load_archive(path, FACTS)
    _, old = facts_of(path, facts, kind.title)
    require_same_sound(old, card)
    examples = {EXAMPLES: described[EXAMPLES]} if EXAMPLES in described else {}
    bare = {key: value for key, value in described.items() if key != EXAMPLES}
    said = {**bare, **_texts(card), "neutone_parameters": _knobs(bare["neutone_parameters"], kind.entries(card))}
    for module in kind.said_by(root):
        _say(module, said, kind, path.name)
    text = json.dumps({**said, **examples}, indent=4, sort_keys=True)
    save_archive(root, path, {"metadata.json": text, FACTS: with_card(facts, card)})
    return [path, *_beside(path, described, text)]


def _texts(card: ModelCard) -> dict[str, Any]:
    """What the card says under Neutone's names."""
    held = card.model_dump(mode="json")
    levels = {f"{name}_default_value": float(value) for name, value in held["levels"].items()}
    return levels | {theirs: held[ours] for theirs, ours in NEUTONE_NAMES.items()}


def _knobs(entries: dict[str, dict[str, Any]], new: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The knobs under other names and with other descriptions."""
    said = [{key: each[key] for key in ("name", "description")} for each in new]
    return {key: {**entry, **words} for (key, entry), words in zip(entries.items(), said, strict=True)}


def _say(module: ScriptModule, said: dict[str, Any], kind: Kind, about: str) -> None:
    knobs = list(said["neutone_parameters"].values())
    changed = {name: said[name] for name in (*NEUTONE_NAMES, *LEVELS)} | {
        f"{kind.prefix}names": [each["name"] for each in knobs],
        f"{kind.prefix}descriptions": [each["description"] for each in knobs],
        "metadata_json": json.dumps(said, indent=4, sort_keys=True),
    }
    for name, value in changed.items():
        if not module._c.hasattr(name):
            said_of = f"{about} keeps its {name.replace('_', ' ')} as a constant of its code."
            raise HostError(said_of, f"Open the model and export it to {kind.title} again.", about=about)
        module._c.setattr(name, value)


def _beside(path: Path, described: dict[str, Any], text: str) -> list[Path]:
    beside = path.with_name("metadata.json")
    try:
        own = beside.is_file() and json.loads(read_text(beside)) == described
    except ValueError:
        own = False
    if own:
        write_text(beside, text)
    return [beside] if own else []
