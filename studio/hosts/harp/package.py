"""Write a model as a HARP package: a folder with app.py, controls.json, model.pt and what Hugging Face wants."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from studio.document.card import ModelCard
from studio.document.limits import Problem
from studio.hosts import libtorch
from studio.hosts.harp.controls import app_settings, settings_text
from studio.hosts.harp.readme import ATTRIBUTES, readme, requirements
from studio.hosts.harp.scripted.label_root import LabelRoot
from studio.hosts.harp.scripted.root import EffectRoot
from studio.hosts.packaging import Packaging, positions_of, refuse_all, require_card, slug
from studio.storage import write_text
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive
from studio.wrappers.captured import FACTS, Captured
from studio.wrappers.torchscript import ScriptModule

LEAST_TORCH = (2, 0)  # older ones do not run where this Gradio does


def package(captured: Captured, work: Packaging) -> list[Path]:
    """Write the package into a folder of `work.folder` that has the card's name.

    The knobs start where they stand, and the delay is taken out.

    Returns: the folder and the files in it.
    Raises: CardError with everything on the card that cannot be.
    """
    require_card(work.card, "harp")
    _require_classes(captured, work.card)
    folder, positions = work.folder / slug(work.card.name), positions_of(captured, work.positions)
    facts = {
        "call": captured.call.model_dump(mode="json"),
        "card": work.card.model_dump(mode="json"),
        "how": captured.how,
    }
    model = folder / "model.pt"
    save_archive(make_root(captured, work.card), model, {FACTS: json.dumps(facts)})
    settings = app_settings(captured.call, work.card, positions)
    texts = {
        "app.py": files("studio.hosts.harp.template").joinpath("app.py").read_text(encoding="utf-8"),
        "controls.json": settings_text(settings),
        "requirements.txt": requirements(libtorch.shown(max(LEAST_TORCH, libtorch.needs(model)[0]))),
        "README.md": readme(work.card),
        ".gitattributes": ATTRIBUTES,
    }
    for name, text in texts.items():
        write_text(folder / name, text)
    return [folder, model, *(folder / name for name in texts)]


def make_root(captured: Captured, card: ModelCard) -> ScriptModule:
    """The scripted root of a package; the captured wrapper inside is left reset."""
    captured.module.reset()
    root = LabelRoot(captured, len(card.labels)) if captured.call.labels else EffectRoot(captured)
    return torchscript.script(root.eval())


def _require_classes(captured: Captured, card: ModelCard) -> None:
    if captured.call.labels and not card.labels:
        hint = "Fill in the labels, one for each class, in their order."
        problem = Problem(field="labels", sentence="The classes have no names.", hint=hint, host="harp")
        refuse_all([problem], "HARP")
