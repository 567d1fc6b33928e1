"""Say something else about a HARP package; its model stays byte by byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.document.card import ModelCard
from studio.errors import HostError
from studio.hosts.beside import replace_beside
from studio.hosts.harp.controls import app_settings, settings_text
from studio.hosts.harp.readme import readme
from studio.hosts.rewriting import FACTS, facts_of, read_member, replace_members, require_same_sound, with_card
from studio.storage import read_text, write_text


def rewrite(path: Path, card: ModelCard) -> list[Path]:
    """Put `card` into the package in the folder `path`: controls.json, README.md and the card inside model.pt.

    The knobs go on starting where they start.

    Returns: the files that changed; a page that was edited by hand is left.
    Raises: CardError where the sound would change; HostError for a package that was made elsewhere, or whose
        controls were edited by hand.
    """
    model, settings = path / "model.pt", path / "controls.json"
    facts: dict[str, Any] = json.loads(read_member(model, f"extra/{FACTS}") or "{}")
    call, old = facts_of(path, facts, "HARP")
    require_same_sound(old, card)
    held = json.loads(read_text(settings))
    was, now = (_with_starts(app_settings(call, each, _defaults(each)), held) for each in (old, card))
    if was != held:
        raise HostError(
            f"{settings.name} is not as the export wrote it.", "Edit it by hand, or export again.", about=path.name
        )
    replace_members(model, {f"extra/{FACTS}": with_card(facts, card)})
    write_text(settings, settings_text(now))
    return [model, settings, *replace_beside(path / "README.md", readme(old), readme(card))]


def _defaults(card: ModelCard) -> list[float]:
    return [each.default_position for each in card.parameters if each.is_numeric]


def _with_starts(made: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """The settings with the knobs as they stood when the package was exported."""
    for new, was in zip(made["controls"]["inputs"], held["controls"]["inputs"], strict=False):
        if "value" in new and "value" in was:
            new["value"] = was["value"]
    return made
