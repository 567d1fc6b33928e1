"""Say something else about a plain package; its model stays byte by byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.document.card import ModelCard
from studio.hosts import libtorch
from studio.hosts.beside import replace_beside
from studio.hosts.plain.readme import card_text, readme
from studio.hosts.rewriting import FACTS, facts_of, read_member, replace_members, require_same_sound, with_card


def rewrite(path: Path, card: ModelCard) -> list[Path]:
    """Put `card` into NAME.pt, and into card.json and README.md beside it.

    Returns: the files that changed; one beside it that was edited by hand is left.
    Raises: CardError where the sound would change; HostError for a package that was made elsewhere.
    """
    facts: dict[str, Any] = json.loads(read_member(path, f"extra/{FACTS}") or "{}")
    call, old = facts_of(path, facts, "plain TorchScript")
    require_same_sound(old, card)
    needed, positions = libtorch.shown(libtorch.needs(path)[0]), list(facts["positions"])
    was, now = (readme(call, each, path.name, positions, needed) for each in (old, card))
    replace_members(path, {f"extra/{FACTS}": with_card(facts, card)})
    changed = replace_beside(path.with_name("card.json"), card_text(old), card_text(card))
    return [path, *changed, *replace_beside(path.with_name("README.md"), was, now)]
