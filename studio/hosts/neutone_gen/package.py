"""Write a model as a Neutone Gen package: model.nm and metadata.json."""

from __future__ import annotations

import json
from pathlib import Path

from studio.document.limits import misfits
from studio.errors import HostError
from studio.hosts.lowering import lower_where_needed
from studio.hosts.neutone.contract import DOCUMENTED
from studio.hosts.neutone.package import native_block
from studio.hosts.neutone_gen.metadata import gen_metadata, is_generative, tracks_of
from studio.hosts.neutone_gen.scripted.inner import EffectInner, GenerativeInner
from studio.hosts.neutone_gen.scripted.root import Root
from studio.hosts.packaging import Packaging, positions_of, refuse_all, require_card, slug
from studio.storage import write_text
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive
from studio.wrappers.captured import FACTS, Captured


def package(captured: Captured, work: Packaging, *, complete: bool = True) -> list[Path]:
    """Write the package into `work.folder`.

    Args:
        captured: the wrapper that was heard: one written for Gen, or an effect, which becomes one of a track each.
        work: card and folder. The knobs' positions are not written: the plugin has knobs.
        complete: refuse empty fields of the card too.

    Returns: NAME.nm and metadata.json.
    Raises: CardError with everything the plugin would refuse; HostError for a track that it has not.
    """
    refuse_all(misfits(captured.call, "neutone_gen"), "Neutone Gen")
    require_card(work.card, "neutone_gen", complete=complete)
    tracks = tracks_of(captured)
    if wide := [each for each in (*tracks.into, *tracks.out) if each not in (1, 2)]:
        said = f"Neutone Gen's tracks are mono or stereo; this model has one of {wide[0]} channels."
        raise HostError(said, "Wrap it so that it takes and gives one or two.", about="neutone_gen")
    metadata = gen_metadata(captured.call, work.card, tracks, work.created)
    inner = GenerativeInner(captured) if is_generative(captured) else EffectInner(captured)
    call = captured.call
    root = torchscript.script(
        Root(
            inner.eval(),
            metadata,
            positions_of(captured),
            block=native_block(call),
            sizes=bool(call.block_sizes),
            ratio=call.ratio[0] / call.ratio[1],
            tokenizer=tracks.tokenizer,
            tokenizer_type=tracks.tokenizer_type,
            has_progress=tracks.has_progress,
            resampling=call.resampling,
        ).eval()
    )
    root.set_daw_sample_rate_and_buffer_size(None, None, None, None)
    described = {**metadata, "sample_sound_files": []}
    facts = {"call": call.model_dump(mode="json"), "card": work.card.model_dump(mode="json"), "how": captured.how}
    model = work.folder / f"{slug(work.card.name)}.nm"
    text = json.dumps(described, indent=4, sort_keys=True)
    save_archive(root, model, {"metadata.json": text, FACTS: json.dumps(facts)})
    lower_where_needed(model, DOCUMENTED)
    write_text(work.folder / "metadata.json", text)
    return [model, work.folder / "metadata.json"]
