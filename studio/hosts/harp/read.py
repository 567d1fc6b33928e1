"""Open a HARP package of ours, so that it plays."""

from __future__ import annotations

from pathlib import Path

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.errors import HostError
from studio.hosts.harp.scripted.player import LabelPlayer, Player
from studio.wrappers import torchscript
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.captured import FACTS, Captured


def read(path: Path) -> Captured:
    """Read a package: its folder, or the model.pt in it. Its app.py is not run.

    Raises: ModelError for files that cannot be read; HostError where the package was not made here.
    """
    folder = path if path.is_dir() else path.parent
    root, facts = load_archive(folder / "model.pt", FACTS)
    if not facts:
        raise HostError(
            f"The model of {folder.name} does not say how it is called.",
            "Open the model that the app was made of.",
            about=folder.name,
        )
    call, card = Call.model_validate(facts["call"]), ModelCard.model_validate(facts["card"])
    try:
        module = torchscript.script((LabelPlayer if call.labels else Player)(root).eval())
    except RuntimeError as error:
        raise HostError(
            f"{folder.name} has not what it is played by: {first_line(error)}", "Export it again.", about=folder.name
        ) from error
    return Captured(module, call, card, "package")
