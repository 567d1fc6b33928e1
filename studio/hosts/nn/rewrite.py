"""Say something else about an nn~ package; its model stays byte by byte."""

from __future__ import annotations

from pathlib import Path

from studio.document.card import ModelCard
from studio.hosts.beside import replace_beside
from studio.hosts.nn.package import page_of
from studio.hosts.rewriting import FACTS, facts_of, replace_members, require_same_sound, with_card
from studio.wrappers.archive import load_archive


def rewrite(path: Path, card: ModelCard) -> list[Path]:
    """Put `card` into NAME.ts and into README.md beside it. Knobs keep the names by which Max and Pure Data send them.

    Returns: the files that changed; a page that was edited by hand is left.
    Raises: CardError where the sound would change; HostError for a package that was made elsewhere.
    """
    root, facts = load_archive(path, FACTS)
    call, old = facts_of(path, facts, "nn~")
    require_same_sound(old, card)
    was, now = (page_of(root, call, each, path.stem, list(facts["attributes"])) for each in (old, card))
    replace_members(path, {f"extra/{FACTS}": with_card(facts, card)})
    return [path, *replace_beside(path.with_name("README.md"), was, now)]
