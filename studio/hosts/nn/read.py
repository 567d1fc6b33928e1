"""Open an nn~ file, ours or another's, so that it plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.errors import HostError
from studio.hosts.nn.contract import methods_of
from studio.hosts.nn.scripted.player import Player
from studio.hosts.nn.stranger import stranger
from studio.wrappers import torchscript
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.captured import FACTS, Captured
from studio.wrappers.torchscript import ScriptModule


def read(path: Path) -> Captured:
    """Read a .ts file.

    Returns: for one of ours, the wrapper that was exported, with its knobs. For another's, its method `forward`, or
        the first it has; each attribute that is one number or a switch is a knob.
    Raises: ModelError for a file that does not load; HostError where it is no nn~ file, or fails when it is called.
    """
    root, facts = load_archive(path, FACTS)
    if not methods_of(root):
        raise HostError(
            f"{path.name} has no method that nn~ could call.",
            "It should have forward and forward_params.",
            about=path.name,
        )
    try:
        return _ours(root, facts) if "play" in root._c._method_names() and facts else stranger(root, path.stem, facts)
    except (RuntimeError, AttributeError) as error:
        raise HostError(
            f"{path.name} fails when it is called as nn~ calls it: {first_line(error)}",
            "It may have been made for another version of nn~.",
            about=path.name,
        ) from error


def _ours(root: ScriptModule, facts: dict[str, Any]) -> Captured:
    call, card = Call.model_validate(facts["call"]), ModelCard.model_validate(facts["card"])
    return Captured(torchscript.script(Player(root, facts["attributes"]).eval()), call, card, "package")
