"""Open a model, find out how it is called, capture it: everything that comes after sees only the captured wrapper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import nn

from studio.document.call import Call, corrected
from studio.document.card import ModelCard
from studio.document.kinds import Kind, recognise
from studio.document.opened import ModelSource, OpenedModel
from studio.document.parameter import Parameter
from studio.errors import ModelError
from studio.hosts import host
from studio.loading.open_file import load_model
from studio.loading.probe import experiment
from studio.wrappers.adapter import make_adapter
from studio.wrappers.base import WaveformToWaveformBase, Wrapper
from studio.wrappers.capture import capture
from studio.wrappers.captured import Captured, save_captured

PACKAGES = ("neutone", "audacity")
Report = Callable[[float | None, str], None]


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer `flows.opening.open_model` with an OpenedModel whose captured wrapper lies in the request's folder."""
    source, folder = ModelSource.model_validate(request["source"]), Path(request["folder"])
    path = Path(source.path)
    kind = recognise(path)
    if kind.name in PACKAGES:
        report(None, "Reading the package")
        captured, facts = _read_package(path, kind)
        name = captured.card.name or path.stem
    else:
        source, name, captured, facts = _capture(source, kind, folder, report)
    staged = folder / "captured.pt"
    save_captured(captured, staged)
    return OpenedModel(
        name=name,
        kind=kind.name,
        digest=request["digest"],
        source=source,
        call=captured.call,
        card=captured.card,
        captured=str(staged),
        how=captured.how,
        facts=facts,
        size_bytes=kind.size_bytes,
    ).model_dump(mode="json")


def _read_package(path: Path, kind: Kind) -> tuple[Captured, tuple[str, ...]]:
    captured = host(kind.name).read(path)
    return captured, (f"{kind.title}: it is played through its own root.", captured.call.sentence())


def _capture(
    source: ModelSource, kind: Kind, folder: Path, report: Report
) -> tuple[ModelSource, str, Captured, tuple[str, ...]]:
    report(None, "Loading the model")
    loaded = load_model(source, kind)
    report(None, "Trying how it is called")
    found = experiment(
        loaded.module,
        loaded.name,
        source.layout,
        source.model_rate,
        beat=lambda: report(None, "Trying how it is called"),
    )
    said = _merge(found.card, source.card or ModelCard(sample_rate=loaded.card.sample_rate), loaded.name)
    declared = isinstance(found.module, WaveformToWaveformBase)
    rate = source.model_rate or (None if declared else said.sample_rate)
    call = found.call.model_copy(update={"sample_rates": (rate,)}) if rate else found.call
    call = corrected(call, source.call)
    card = said.model_copy(update={"sample_rate": said.sample_rate or rate})
    report(None, "Capturing it for hosts")
    captured, more = _captured(found.module, loaded.name, call, card, folder, trace=source.trace)
    facts = (*loaded.facts, captured.call.sentence(), *found.facts[1:], *more, *_rate_fact(call, declared))
    return loaded.source, loaded.name, captured, tuple(dict.fromkeys(facts))


def _captured(
    module: nn.Module, name: str, call: Call, card: ModelCard, folder: Path, *, trace: bool
) -> tuple[Captured, list[str]]:
    if isinstance(module, Wrapper):
        return capture(module, call, card, allow_trace=trace)

    def adapted(numbers: bool = False) -> Wrapper:
        return make_adapter(module, name, call, card.parameters, folder, numbers)

    return capture(adapted(), call, card, allow_trace=trace, scriptable=lambda: adapted(numbers=True))


def _merge(found: ModelCard, said: ModelCard, name: str) -> ModelCard:
    """What the user says counts, and what the model says of itself where the user is silent."""
    blank = ModelCard()
    spoken = {key: value for key, value in said if value != getattr(blank, key)}
    parameters = said.parameters or found.parameters
    _require_same_knobs(found.parameters, parameters)
    return found.model_copy(update={"name": name, **_filled(found), **spoken, "parameters": parameters})


def _filled(card: ModelCard) -> dict[str, Any]:
    return {key: value for key, value in card if value != getattr(ModelCard(), key)}


def _require_same_knobs(found: tuple[Parameter, ...], said: tuple[Parameter, ...]) -> None:
    """A wrapper knows its knobs by name: the card may change all of a knob but that."""
    driven = [each.name for each in said if each.drives]
    names, known = {each.name for each in said}, {each.name for each in found}
    if not driven and found and not any(each.drives for each in found) and names != known:
        raise ModelError(
            f"The card's knobs ({', '.join(sorted(names))}) are not those of the model ({', '.join(sorted(known))}).",
            "Use the model's names.",
            fields=["parameters"],
        )


def _rate_fact(call: Call, declared: bool) -> tuple[str, ...]:
    if call.sample_rates:
        return (f"Runs at {' or '.join(str(rate) for rate in call.sample_rates)} Hz.",)
    return ("Runs at any sample rate.",) if declared else ("Its sample rate is not known; it runs at the sound's own.",)
