"""Open a plain file of ours so that it plays, with its knobs."""

from __future__ import annotations

from pathlib import Path

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.errors import HostError
from studio.hosts.plain.scripted.player import PlainLabelPlayer, PlainPlayer
from studio.wrappers import torchscript
from studio.wrappers.archive import load_archive
from studio.wrappers.captured import FACTS, Captured


def read(path: Path) -> Captured:
    """Read NAME.pt. Raises: FileError, ModelError for files that cannot be read; HostError for another's file."""
    root, facts = load_archive(path, FACTS)
    if facts.get("host") != "plain":
        raise HostError(f"{path.name} is no plain package of this app.", "Open it as a model.", about=path.name)
    call, card = Call.model_validate(facts["call"]), ModelCard.model_validate(facts["card"])
    player = (PlainPlayer, PlainLabelPlayer)[call.labels](root)
    return Captured(torchscript.script(player.eval()), call, card, "package")
