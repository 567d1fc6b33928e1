"""Open a model, find out how it is called, capture it: everything that comes after sees only the captured wrapper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from studio.document.call import Call, corrected
from studio.document.card import ModelCard
from studio.document.kinds import Kind, recognise
from studio.document.opened import ModelSource, OpenedModel
from studio.document.parameter import Parameter
from studio.document.treatment import Spectrum
from studio.errors import CardError, ModelError
from studio.hosts import host
from studio.loading.cached import CACHED_FIELDS, cache_model, offer_caches
from studio.loading.corrections import correct
from studio.loading.labelling import Wish
from studio.loading.open_file import load_model
from studio.loading.probe import Findings, experiment
from studio.loading.uncut import reaching, uncut
from studio.wrappers.adapter import Nested, make_adapter
from studio.wrappers.base import Wrapper
from studio.wrappers.capture import capture
from studio.wrappers.captured import Captured, save_captured
from studio.wrappers.neutone_model import NeutoneModel

ARCHIVE = "model.pt"  # within a package that is a folder
PACKAGES = ("neutone", "neutone_gen", "audacity", "nn", "harp", "plain")
Report = Callable[[float | None, str], None]


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer `flows.opening.open_model` with an OpenedModel whose captured wrapper lies in the request's folder."""
    source, folder = ModelSource.model_validate(request["source"]), Path(request["folder"])
    torch.manual_seed(0)  # weights that are drawn when it is opened are the same each time
    path = Path(source.path)
    kind = recognise(path)
    captured, lies, archive = None, "", path
    if kind.name in PACKAGES:
        report(None, "Reading the package")
        try:
            captured, facts = _read_package(path, kind)
            name = captured.card.name or path.stem
        except CardError as error:  # what is left is a plain archive, which may play all the same
            kind, lies = replace(kind, name="torchscript"), _lies(error)
            archive = path / ARCHIVE if path.is_dir() else path
    if captured is None:
        plain = source.model_copy(update={"path": str(archive)})
        loaded, name, captured, facts = _capture(plain, kind, folder, report)
        source = loaded.model_copy(update={"path": source.path})
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
        facts=(lies, *facts) if lies else facts,
        size_bytes=kind.size_bytes,
    ).model_dump(mode="json")


def _lies(error: CardError) -> str:
    """What a package says of itself and cannot be: the first of it."""
    first = error.sentence.partition(": ")[2].partition(";")[0][:120].rstrip(".")
    return f"What it says of itself cannot be true and was not used ({first})."


def _read_package(path: Path, kind: Kind) -> tuple[Captured, tuple[str, ...]]:
    try:
        captured = host(kind.name).read(path)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        said = f"{path.name} is a {kind.title} whose description of itself cannot be read."
        raise ModelError(said, "It may be damaged: export it or download it again.", about=path.name) from error
    return captured, (f"{kind.title}: it is played through its own root.", captured.call.sentence())


def _capture(
    source: ModelSource, kind: Kind, folder: Path, report: Report
) -> tuple[ModelSource, str, Captured, tuple[str, ...]]:
    report(None, "Loading the model")
    loaded = load_model(source, kind, lambda: report(None, "Loading the model"))
    asked = loaded.source.call
    report(None, "Trying how it is called")
    found = experiment(
        loaded.module,
        loaded.name,
        source.layout,
        source.model_rate,
        method=str(asked.get("method") or "forward"),
        beat=lambda: report(None, "Trying how it is called"),
        wish=_wish(source),
        spectrum=_spectrum(source),
        lengths=tuple(each for each in asked.get("block_sizes") or () if isinstance(each, int)),
    )
    said = _merge(found.card, loaded.card, loaded.name)
    declared = isinstance(found.module, NeutoneModel)
    rate = source.model_rate or (None if declared else said.sample_rate)
    call = found.call.model_copy(update={"sample_rates": (rate,)}) if rate else found.call
    call, knobs = correct(call, asked, said.parameters)
    card = said.model_copy(update={"sample_rate": said.sample_rate or rate, "parameters": knobs})
    report(None, "Capturing it for hosts")
    captured, more = _captured(found, loaded.name, call, card, folder, trace=source.trace)
    kept = [each for each in found.facts[1:] if each not in found.timing or not _is_treated(call)]
    facts = (*loaded.facts, captured.call.sentence(), *kept, *more, *_rate_fact(call, declared))
    return loaded.source, loaded.name, captured, tuple(dict.fromkeys(facts))


def _is_treated(call: Call) -> bool:
    """Whether what was found about time no longer holds."""
    return call.cached or call.overlap > 0 or call.look_ahead > 0 or call.spectrum is not None


def _spectrum(source: ModelSource) -> Spectrum | None:
    """The spectra that the user says the model wants. Raises: ModelError."""
    return corrected(Call(), {"spectrum": source.call["spectrum"]}).spectrum if "spectrum" in source.call else None


def _wish(source: ModelSource) -> Wish:
    """What the user said about labels: names on the card, a decoding given or refused."""
    said = source.call.get("decoding")
    frames = None if "decoding" not in source.call else said is not None
    frames = False if source.call.get("labels") is False else frames
    return Wish(source.card.labels if source.card else (), frames, said if isinstance(said, dict) else {})


def _captured(
    found: Findings, name: str, call: Call, card: ModelCard, folder: Path, *, trace: bool
) -> tuple[Captured, list[str]]:
    module, facts = found.module, []
    if call.cached:
        module, changed = cache_model(module, found.call, card.parameters, folder)
        call = call.model_copy(update={each: getattr(changed, each) for each in CACHED_FIELDS})
    elif call.spectrum is None:
        whole, latency = uncut(module, found.call, call)
        call = call.model_copy(update={"latency": latency})
        if whole is not module and call.nesting is not None:
            call = call.model_copy(update={"nesting": call.nesting.model_copy(update={"start": 0, "end": 0})})
        module = whole
    if not _is_treated(call):
        facts = offer_caches(module, call, card.parameters, folder)
    if isinstance(module, Wrapper):
        captured, more = capture(module, call, card, allow_trace=trace)
        return captured, [*facts, *more]

    inner = module.model if isinstance(module, Nested) and call.nesting is not None else module

    def adapted(numbers: bool = False) -> Wrapper:
        return make_adapter(inner, name, call, reaching(inner, card.parameters), folder, numbers)

    captured, more = capture(adapted(), call, card, allow_trace=trace, scriptable=lambda: adapted(numbers=True))
    return captured, [*facts, *more]


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
