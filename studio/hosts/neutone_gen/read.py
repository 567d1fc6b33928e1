"""Open a Gen package, ours or the SDK's, so that sounds can be rendered with it."""

from __future__ import annotations

from pathlib import Path

from studio.document.call import Call, Output
from studio.document.card import ModelCard, card_from
from studio.errors import HostError
from studio.hosts.neutone_gen.scripted.player import Player
from studio.wrappers import torchscript
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.captured import FACTS, Captured


def read(path: Path) -> Captured:
    """Read a .nm file of Neutone Gen.

    Returns: a captured wrapper that makes its sound as a whole: it is rendered, not played.
    Raises: ModelError for a file that does not load; HostError for one that has not what Gen calls.
    """
    root, described = load_archive(path, "metadata.json")
    _, facts = load_archive(path, FACTS)
    card = ModelCard.model_validate(facts["card"]) if "card" in facts else card_from(described, path.name)
    try:
        into, out = list(root.get_audio_in_channels()), list(root.get_audio_out_channels())
        rates = tuple(root.get_native_sample_rates())
        player = torchscript.script(Player(root, into).eval())
        player.reset()
    except (RuntimeError, AttributeError) as error:
        raise HostError(
            f"{path.name} has not what Neutone Gen calls: {first_line(error)}",
            "It may have been made for another version of Neutone.",
            about=path.name,
        ) from error
    names = described.get("audio_out_labels") or []
    if len(names) != len(out):
        names = ["output"] if len(out) == 1 else [f"output {number}" for number in range(1, len(out) + 1)]
    call = Call(
        wrapper=True,
        layout="CT",
        output_layout="CT",
        channels_in=sum(into),
        outputs=tuple(Output(name=name, channels=count) for name, count in zip(names, out, strict=True)),
        sample_rates=rates,
        offline=True,
        **{key: facts.get("call", {"stateful": True}).get(key, False) for key in ("stateful", "random")},
    )
    return Captured(player, call, card, "package")
