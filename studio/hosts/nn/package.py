"""Write a model as an nn~ package: NAME.ts, and a page that says how to use it."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.hosts.lowering import lower_where_needed
from studio.hosts.nn.contract import CARRIED, departures, methods_of
from studio.hosts.nn.make import make_root
from studio.hosts.nn.mend import mended
from studio.hosts.nn.readme import readme
from studio.hosts.packaging import Packaging, require_card, slug
from studio.storage import write_text
from studio.wrappers.archive import save_archive
from studio.wrappers.captured import FACTS, Captured
from studio.wrappers.torchscript import ScriptModule

BUFFERS = (512, 2048, 8192)  # samples, for which the delay is told


def package(captured: Captured, work: Packaging) -> list[Path]:
    """Write the package into `work.folder`. The knobs' positions are not written: nn~ has knobs.

    An opened nn~ file is written with its own root, so that it keeps all its methods and attributes.

    Returns: NAME.ts and README.md.
    Raises: CardError with everything on the card that cannot be; HostError for a model that nn~ cannot call.
    """
    require_card(work.card, "nn")
    root, names = _root_of(captured)
    model = work.folder / f"{slug(work.card.name)}.ts"
    facts = {
        "call": captured.call.model_dump(mode="json"),
        "card": work.card.model_dump(mode="json"),
        "how": captured.how,
        "attributes": names,
    }
    page = page_of(root, captured.call, work.card, model.stem, names)
    save_archive(root, model, {FACTS: json.dumps(facts)})
    lower_where_needed(model, CARRIED)
    write_text(work.folder / "README.md", page)
    return [model, work.folder / "README.md"]


def page_of(root: ScriptModule, call: Call, card: ModelCard, file: str, names: list[str]) -> str:
    """How to use a root that is called as `call` says: the page that lies beside `file`.ts."""
    rate = call.sample_rates[0] if len(call.sample_rates) == 1 else None
    return readme(card, file, methods_of(root), names, rate, _delays(root, call))


def _root_of(captured: Captured) -> tuple[ScriptModule, list[str]]:
    root = getattr(captured.module, "root", None)
    if captured.how == "package" and isinstance(root, ScriptModule) and methods_of(root):
        captured.module.reset()
        return (mended(root) if departures(root) else root), list(captured.module.attributes)
    return make_root(captured)


def _delays(root: ScriptModule, call: Call) -> dict[int, int]:
    """By how many samples the model is late with each buffer; nothing where it does not tell."""
    if "late" not in root._c._method_names():
        return {}
    line, delays = copy.deepcopy(root.line), {}
    for size in BUFFERS:
        line.prepare((*call.sample_rates, 48000)[0], size * call.ratio[1])
        delays[size] = int(line.latency())
    return delays
