"""Open an Audacity package, ours or another's, so that it plays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.document.call import Call, Output
from studio.document.card import ModelCard, card_from
from studio.errors import HostError
from studio.hosts.audacity.metadata import LABELLER
from studio.hosts.audacity.scripted.player import LabelPlayer, Player, StrangerLabelPlayer, StrangerPlayer
from studio.storage import read_text
from studio.wrappers import torchscript
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.captured import FACTS, Captured


def read(path: Path) -> Captured:
    """Read a package: its folder, or the model.pt in it.

    Returns: a captured wrapper without knobs, at the rate the metadata names.
    Raises: FileError, ModelError for files that cannot be read; HostError where they are no such package.
    """
    folder = path if path.is_dir() else path.parent
    root, facts = load_archive(folder / "model.pt", FACTS)
    metadata = _metadata(folder)
    call, card = _described(facts, metadata, folder.name)
    players = (Player, LabelPlayer) if facts else (StrangerPlayer, StrangerLabelPlayer)
    try:
        module = torchscript.script(players[call.labels](root).eval())
    except RuntimeError as error:
        raise HostError(
            f"{folder.name} has not what Audacity calls: {first_line(error)}",
            "It should have forward(x) with one tensor in.",
            about=folder.name,
        ) from error
    return Captured(module, call, card, "package")


def _metadata(folder: Path) -> dict[str, Any]:
    text = read_text(folder / "metadata.json", "metadata")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HostError(
            f"metadata.json of {folder.name} is not JSON.", "Export it again.", about=folder.name
        ) from error
    if not isinstance(found, dict):
        raise HostError(f"metadata.json of {folder.name} is not an object.", "Export it again.", about=folder.name)
    return found


def _described(facts: dict[str, Any], metadata: dict[str, Any], about: str) -> tuple[Call, ModelCard]:
    said = card_from(metadata, f"metadata.json of {about}")
    if facts:
        call, card = Call.model_validate(facts["call"]), ModelCard.model_validate(facts["card"])
        rates = (said.sample_rate,) if said.sample_rate else call.sample_rates
        fixed = {"parameters": (), "labels": said.labels or card.labels}
        return call.model_copy(update={"sample_rates": rates}), card.model_copy(update=fixed)
    return _stranger_call(metadata, said), said if said.name else said.model_copy(update={"name": about})


def _stranger_call(metadata: dict[str, Any], card: ModelCard) -> Call:
    names = card.labels or ("output",)
    return Call(
        wrapper=True,
        layout="CT",
        output_layout="CT",
        labels=metadata.get("effect_type") == LABELLER,
        channels_in=2 if metadata.get("multichannel") else 1,
        outputs=tuple(Output(name=name) for name in names),
        sample_rates=(card.sample_rate,) if card.sample_rate else (),
        stateful=True,
    )
