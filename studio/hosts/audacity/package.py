"""Write a model as an Audacity package: a folder with model.pt, metadata.json, README.md and .gitattributes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.errors import HostError
from studio.hosts.audacity.age import lower_for_audacity
from studio.hosts.audacity.metadata import audacity_metadata, metadata_problems
from studio.hosts.audacity.readme import ATTRIBUTES, readme
from studio.hosts.audacity.scripted.label_root import LabelRoot
from studio.hosts.audacity.scripted.root import EffectRoot
from studio.hosts.packaging import Packaging, positions_of, refuse_all, require_card, slug
from studio.storage import write_text
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive
from studio.wrappers.captured import FACTS, Captured
from studio.wrappers.torchscript import ScriptModule


def package(captured: Captured, work: Packaging) -> list[Path]:
    """Write the package into a folder of `work.folder` that has the card's name.

    The knobs' positions are built in and the delay is taken out: the host knows neither.

    Returns: the folder and the files in it.
    Raises: CardError with everything Audacity would refuse; HostError where it has no such models, or cannot run it.
    """
    require_model(captured.call)
    require_card(work.card, "audacity")
    metadata = audacity_metadata(captured.call, work.card)
    refuse_all(metadata_problems(metadata), "Audacity")
    positions = positions_of(captured, work.positions)
    root = make_root(captured, positions, metadata)
    folder = work.folder / slug(work.card.name)
    text = readme(work.card, metadata, positions)
    return [folder, *write_folder(folder, root, metadata, text, facts_text(captured, work.card, positions))]


def facts_text(captured: Captured, card: ModelCard, positions: list[float]) -> dict[str, str]:
    """What reading a package back needs, as an extra file of its archive."""
    facts = {
        "call": captured.call.model_dump(mode="json"),
        "card": card.model_dump(mode="json"),
        "how": captured.how,
        "positions": positions,
    }
    return {FACTS: json.dumps(facts)}


def make_root(captured: Captured, positions: list[float], metadata: dict[str, Any]) -> ScriptModule:
    """The scripted root of a package; the captured wrapper inside is left reset."""
    stand, rate = torch.tensor(positions, dtype=torch.float32), int(metadata["sample_rate"])
    if captured.call.labels:
        return torchscript.script(LabelRoot(captured, stand, rate, len(metadata["labels"])).eval())
    return torchscript.script(EffectRoot(captured, stand, rate).eval())


def write_folder(
    folder: Path, root: ScriptModule, metadata: dict[str, Any], text: str, extra: dict[str, str]
) -> list[Path]:
    """Write the four files; `model_size` goes into the metadata once it is known.

    Raises: HostError where Audacity's LibTorch cannot run the model.
    """
    model = folder / "model.pt"
    save_archive(root, model, extra)
    lower_for_audacity(model, 2 if metadata["multichannel"] else 1)
    described = {**metadata, "model_size": model.stat().st_size}
    write_text(folder / "metadata.json", json.dumps(described, indent=4, ensure_ascii=False))
    write_text(folder / "README.md", text)
    write_text(folder / ".gitattributes", ATTRIBUTES)
    return [model, folder / "metadata.json", folder / "README.md", folder / ".gitattributes"]


def require_model(call: Call) -> None:
    """Raise HostError for a model that Audacity cannot feed."""
    if call.channels_in > 2:
        raise HostError(
            f"Audacity has mono and stereo tracks; this model takes {call.channels_in} channels.",
            "Wrap it so that it takes one or two.",
            about="audacity",
        )
