"""Say something else about an Audacity package; its model stays byte by byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.document.card import ModelCard
from studio.hosts.audacity.metadata import audacity_metadata, metadata_problems
from studio.hosts.audacity.readme import readme
from studio.hosts.packaging import refuse_all
from studio.hosts.rewriting import FACTS, facts_of, read_member, replace_members, require_same_sound, with_card
from studio.storage import write_text


def rewrite(path: Path, card: ModelCard) -> list[Path]:
    """Put `card` into the package in the folder `path`: metadata.json, README.md and the card inside model.pt.

    Returns: the files that changed.
    Raises: CardError where Audacity would refuse it, or where the sound would change; HostError for a package that
        was made elsewhere.
    """
    model = path / "model.pt"
    facts: dict[str, Any] = json.loads(read_member(model, f"extra/{FACTS}") or "{}")
    call, old = facts_of(path, facts, "Audacity")
    require_same_sound(old, card)
    metadata = audacity_metadata(call, card)
    refuse_all(metadata_problems(metadata), "Audacity")
    replace_members(model, {f"extra/{FACTS}": with_card(facts, card)})
    described = {**metadata, "model_size": model.stat().st_size}
    write_text(path / "metadata.json", json.dumps(described, indent=4, ensure_ascii=False))
    write_text(path / "README.md", readme(card, metadata, list(facts.get("positions", ()))))
    return [model, path / "metadata.json", path / "README.md"]
