"""Open a Neutone package, ours or the SDK's, so that it plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from studio.document.call import Call, Output
from studio.document.card import ModelCard, card_from
from studio.errors import HostError
from studio.hosts.neutone.scripted.player import Player
from studio.wrappers import torchscript
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.captured import FACTS, Captured
from studio.wrappers.torchscript import ScriptModule

START = (48000, 512)  # until a host says otherwise


def read(path: Path) -> Captured:
    """Read a .nm file.

    Returns: a captured wrapper at any rate and any block: the root inside adapts by itself. It has two channels
        unless the model is mono in and out.
    Raises: ModelError for a file that does not load; HostError for one the app cannot play.
    """
    root, described = load_archive(path, "metadata.json")
    _, facts = load_archive(path, FACTS)
    if getattr(root, "realtime", True) is False:
        raise HostError(
            f"{path.name} is a Neutone Gen model: it makes sound as a whole and cannot be played live.",
            "Open it in Neutone Gen.",
            about=path.name,
        )
    card = ModelCard.model_validate(facts["card"]) if "card" in facts else card_from(described, path.name)
    try:
        mono = described.get("is_input_mono") is True and described.get("is_output_mono") is True
        channels = 1 if mono else 2  # as many come out as go in
        output = Output(name="output", channels=channels)
        call = Call(wrapper=True, layout="CT", output_layout="CT", channels_in=channels, outputs=(output,))
        player = torchscript.script(Player(root, _defaults(root)).eval())
        player.prepare(*START)
        player.reset()
    except (RuntimeError, AttributeError) as error:
        raise HostError(
            f"{path.name} has not what the Neutone plugin calls: {first_line(error)}",
            "It may have been made for another version of Neutone.",
            about=path.name,
        ) from error
    return Captured(player, call.model_copy(update=_state(facts)), card, "package")


def _defaults(root: ScriptModule) -> torch.Tensor:
    values: torch.Tensor = root.get_default_param_values()
    return values.detach().float().reshape(-1, 1)


def _state(facts: dict[str, Any]) -> dict[str, Any]:
    """What of the model's own call still holds around the package; an unknown model may do anything."""
    called = facts.get("call", {"stateful": True})
    return {key: called[key] for key in ("stateful", "random") if key in called}
