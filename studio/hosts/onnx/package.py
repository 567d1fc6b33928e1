"""Write a model as a folder with NAME.onnx and a page on how to call it."""

from __future__ import annotations

from pathlib import Path

from studio.hosts.onnx.convert import convert, described
from studio.hosts.onnx.readme import readme
from studio.hosts.packaging import Packaging, positions_of, require_card, slug
from studio.storage import write_bytes, write_text
from studio.wrappers.captured import Captured


def package(captured: Captured, work: Packaging) -> list[Path]:
    """Write the package into `work.folder`.

    Returns: NAME.onnx and README.md. Raises: CardError for the card; HostError where ONNX cannot hold the model.
    """
    require_card(work.card, "onnx")
    positions = positions_of(captured, work.positions)
    call = captured.call
    facts = {
        "latency": int(captured.module.latency()),
        "sample_rate": (*call.sample_rates, work.card.sample_rate)[0],
        "positions": positions,
    }
    model, page = work.folder / f"{slug(work.card.name)}.onnx", work.folder / "README.md"
    data = described(convert(captured, positions), captured, work.card, facts)
    write_bytes(model, data)
    write_text(page, readme(captured, work.card, model.name, facts, data))
    return [model, page]
