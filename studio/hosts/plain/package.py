"""Write a model as a folder with NAME.pt, card.json and a page on how to load it."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from studio.hosts import libtorch
from studio.hosts.packaging import Packaging, positions_of, require_card, slug
from studio.hosts.plain.readme import card_text, readme
from studio.hosts.plain.scripted.root import PlainLabelRoot, PlainRoot
from studio.storage import write_text
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive
from studio.wrappers.captured import FACTS, Captured
from studio.wrappers.torchscript import ScriptModule

ANY_RATE = 48000  # Hz, where a model runs at any
MANY = 1 << 30  # classes, where nobody has named them


def package(captured: Captured, work: Packaging) -> list[Path]:
    """Write the package into `work.folder`.

    The delay is taken out, the knobs are an argument; where it is left away they stand as they stand now.

    Returns: NAME.pt, card.json and README.md. Raises: CardError with everything on the card that cannot be.
    """
    require_card(work.card, "plain")
    positions = positions_of(captured, work.positions)
    model = work.folder / f"{slug(work.card.name)}.pt"
    facts = {
        "host": "plain",
        "call": captured.call.model_dump(mode="json"),
        "card": work.card.model_dump(mode="json"),
        "how": captured.how,
        "positions": positions,
    }
    root = make_root(captured, positions, rate_of(captured))
    save_archive(root, model, {FACTS: json.dumps(facts)})
    card, page = work.folder / "card.json", work.folder / "README.md"
    write_text(card, card_text(work.card))
    needed = libtorch.shown(libtorch.needs(model)[0])
    write_text(page, readme(captured.call, work.card, model.name, positions, needed))
    return [model, card, page]


def make_root(captured: Captured, positions: list[float], rate: int) -> ScriptModule:
    """The scripted root; the captured wrapper inside is left reset."""
    stand = torch.tensor(positions, dtype=torch.float32)
    if captured.call.labels:
        classes = len(captured.card.labels) or MANY
        return torchscript.script(PlainLabelRoot(captured, stand, rate, classes).eval())
    return torchscript.script(PlainRoot(captured, stand, rate).eval())


def rate_of(captured: Captured) -> int:
    """The rate in Hz at which the file is meant to be called."""
    return (*captured.call.sample_rates, captured.card.sample_rate or ANY_RATE)[0]
