"""Say something else about a Gen package; what it makes stays as it is."""

from __future__ import annotations

from pathlib import Path

from studio.document.card import ModelCard
from studio.hosts.neutone.rewrite import Kind, rewrite_as
from studio.hosts.neutone_gen.metadata import entry, in_order

GEN = Kind("Neutone Gen", lambda root: (root,), "", lambda card: [entry(each) for each in in_order(card)])


def rewrite(path: Path, card: ModelCard) -> list[Path]:
    """Put `card` into the .nm file `path`, and into the metadata.json beside it where that is the file's own.

    Returns: the files that changed.
    Raises: CardError where the sound would change; HostError for a package that was made elsewhere.
    """
    return rewrite_as(GEN, path, card)
