"""Write a model as a Neutone package: model.nm, metadata.json and examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.document.call import Call
from studio.errors import HostError
from studio.hosts.lowering import lower_where_needed
from studio.hosts.neutone.contract import DOCUMENTED
from studio.hosts.neutone.metadata import neutone_metadata
from studio.hosts.neutone.samples import as_text, encode_mp3
from studio.hosts.neutone.scripted.root import Root
from studio.hosts.packaging import Packaging, positions_of, require_card, slug
from studio.storage import write_bytes, write_text
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive
from studio.wrappers.captured import FACTS, Captured

MAX_SAMPLES = 3


def package(captured: Captured, work: Packaging, *, complete: bool = True) -> list[Path]:
    """Write the package into `work.folder`.

    Args:
        captured: the wrapper that was heard; it is left reset.
        work: card, examples and folder. The knobs' positions are not written: the plugin has knobs.
        complete: refuse empty fields of the card too.

    Returns: NAME.nm, metadata.json and samples/*.mp3, in this order.
    Raises: CardError with everything the plugin would refuse; HostError where it has no such models.
    """
    require_model(captured.call)
    require_card(work.card, "neutone", complete=complete)
    metadata = neutone_metadata(captured.call, work.card, work.created)
    root = torchscript.script(Root(captured, metadata, positions_of(captured)).eval())
    rate = captured.call.sample_rates[0] if captured.call.sample_rates else 48000
    root.set_daw_sample_rate_and_buffer_size(rate, native_block(captured.call))
    pairs, sounds = _encode(work)
    described = {**metadata, "sample_sound_files": pairs}
    facts = {
        "call": captured.call.model_dump(mode="json"),
        "card": work.card.model_dump(mode="json"),
        "how": captured.how,
    }
    model = work.folder / f"{slug(work.card.name)}.nm"
    text = json.dumps(described, indent=4, sort_keys=True)
    save_archive(root, model, {"metadata.json": text, FACTS: json.dumps(facts)})
    lower_where_needed(model, DOCUMENTED)
    write_text(work.folder / "metadata.json", text)
    for name, data in sounds.items():
        write_bytes(work.folder / "samples" / name, data)
    return [model, work.folder / "metadata.json", *(work.folder / "samples" / name for name in sounds)]


def require_model(call: Call) -> None:
    """Raise HostError for a model that no Neutone effect can be."""
    if call.labels:
        raise HostError("Neutone plays effects; this model labels sound.", "Export it for Audacity.", about="neutone")
    if len(call.outputs) > 1:
        names = ", ".join(output.name for output in call.outputs)
        raise HostError(
            f"Neutone has one output; this model has {len(call.outputs)} ({names}).",
            "Export it for Audacity, which makes a track of each.",
            about="neutone",
        )
    if call.channels_in > 2 or call.channels_out > 2:
        raise HostError(
            f"Neutone is mono or stereo; this model takes {call.channels_in} channels and gives {call.channels_out}.",
            "Wrap it so that it takes and gives one or two.",
            about="neutone",
        )


def native_block(call: Call) -> int:
    """A block size at which nothing has to be queued."""
    return call.block_sizes[0] if call.block_sizes else max(512, -(-call.min_block // call.multiple) * call.multiple)


def _encode(work: Packaging) -> tuple[list[dict[str, str]], dict[str, bytes]]:
    """The pairs as the metadata wants them, and the same as files."""
    pairs: list[dict[str, str]] = []
    sounds: dict[str, Any] = {}
    for number, (before, after, rate) in enumerate(work.samples[:MAX_SAMPLES], 1):
        made = {"in": encode_mp3(before, rate), "out": encode_mp3(after, rate)}
        pairs.append({side: as_text(data) for side, data in made.items()})
        sounds |= {f"{number}_{side}.mp3": data for side, data in made.items()}
    return pairs, sounds
