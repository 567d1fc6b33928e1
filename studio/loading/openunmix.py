"""Open a folder of Open-Unmix: one file of weights for each target, and two kinds of JSON that describe them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.document.card import ModelCard
from studio.document.folders import read_object, target_of, targets_in
from studio.document.kind import Kind
from studio.errors import ModelError
from studio.loading.match import best_match, buffers_of, put_weights
from studio.loading.sizes import Sizing
from studio.loading.weights import read_weights
from studio.networks.openunmix import OpenUnmix, Separator

DESCRIBED = ("hidden_size", "nb_layers", "unidirectional", "nb_channels", "nhop")


def load_open_unmix(folder: Path, beat: Callable[[], None]) -> tuple[Separator, ModelCard, list[str]]:
    """The targets of a folder as one model with an output each.

    Raises: ModelError for weights of another network, FileError for damaged ones.
    """
    said = read_object(folder / "separator.json")
    networks = {target_of(file): _network(file, {**said, **_described(file)}, beat) for file in targets_in(folder)}
    rate = said.get("sample_rate")
    card = ModelCard(name=folder.name, sample_rate=round(rate) if isinstance(rate, (int, float)) else None)
    facts = [
        f"Open-Unmix with {len(networks)} targets: {', '.join(networks)}.",
        "Each target has the phase of the mixture; the Wiener filter of the original comes after it and is left out.",
    ]
    return Separator(networks), card, facts


def _described(file: Path) -> dict[str, Any]:
    """What the JSON of one target says of its network: its trainer's arguments."""
    said = read_object(file.with_name(f"{target_of(file)}.json"))
    inner = said.get("args")
    return {**said, **inner} if isinstance(inner, dict) else said


def _network(file: Path, said: dict[str, Any], beat: Callable[[], None]) -> OpenUnmix:
    stored = read_weights(file, Kind("state_dict", 0, ""))
    told = {name: json.dumps(said[name]).strip('"') for name in DESCRIBED if isinstance(said.get(name), (int, bool))}
    best = None
    for known in (told, {}):  # a description may be of another version of the weights
        sized = Sizing(OpenUnmix, known, stored.sets, {}, beat, 6.0).best()
        best = sized if best is None or (sized and sized.match.cost < best.match.cost) else best
        if best is not None and not best.match.faults:
            break
    if best is None or best.match.faults:
        why = best.match.said() if best else "nothing fits"
        hint = "Download the folder again, or open its files with the Python file of their network."
        raise ModelError(f"{file.name} is not of Open-Unmix's network: {why}.", hint, about=file.name)
    values: dict[str, Any] = {name: int(text) for name, text in best.arguments.items() if text.isdigit()}
    one_way = best.arguments.get("unidirectional", "False").lower() == "true"
    network = OpenUnmix(**{**values, "unidirectional": one_way})
    put_weights(network, best_match(stored.sets, network.state_dict(), buffers_of(network)))
    return network
