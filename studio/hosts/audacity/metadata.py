"""Audacity's metadata.json: made from a card, and asked whether the host takes it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.limits import FieldLimit, Problem, limits_of
from studio.hosts.packaging import refuse_all

EFFECT, LABELLER = "waveform-to-waveform", "waveform-to-labels"
SIDES = {1: ("",), 2: (" left", " right")}
MISNAMED = {"domains": "domain_tags", "authors": "author", "license": "", "description": "short_description"}


def audacity_metadata(call: Call, card: ModelCard) -> dict[str, Any]:
    """The metadata of a package, but for `model_size`."""
    return {
        "name": card.name,
        "author": ", ".join(card.authors),
        "short_description": card.short_description,
        "long_description": card.long_description,
        "domain_tags": list(card.domain_tags),
        "tags": list(card.tags),
        "labels": row_labels(call, card),
        "effect_type": LABELLER if call.labels else EFFECT,
        "multichannel": call.channels_in > 1,
        "sample_rate": card.sample_rate,
    }


def row_labels(call: Call, card: ModelCard) -> list[str]:
    """One name for each row that comes out, or for each class of a labeller: rows without a name are lost.

    Raises: CardError where the card has another number of names than the model has outputs, rows or classes.
    """
    if call.labels:
        return list(card.labels)
    if len(card.labels) == call.channels_out:
        return list(card.labels)
    names = list(card.labels) or [output.name for output in call.outputs]
    if not card.labels and len(call.outputs) == 1:
        names = [card.name]
    if len(names) != len(call.outputs):
        sentence = f"There are {len(names)} labels for {len(call.outputs)} outputs with {call.channels_out} rows."
        refuse_all([_problem("labels", sentence, f"Give {call.channels_out} labels, or none.")], "Audacity")
    rows = []
    for name, output in zip(names, call.outputs, strict=True):
        sides = SIDES.get(output.channels) or tuple(f" {number}" for number in range(1, output.channels + 1))
        rows += [f"{name}{side}" for side in sides]
    return rows


def metadata_problems(metadata: Mapping[str, Any]) -> list[Problem]:
    """Everything in a metadata.json that Audacity's schema or its reader refuses."""
    limits = limits_of("audacity").fields
    found = [_unknown(key) for key in metadata if key not in KINDS and key not in OPTIONAL]
    for key, (word, fits) in KINDS.items():
        if key not in metadata:
            found.append(_problem(key, f"{key} is missing.", f"Add {key}: {word}."))
        elif not fits(metadata[key]):
            found.append(_problem(key, f"{key} is {metadata[key]!r}.", f"{key} has to be {word}."))
        elif key in limits:
            found += [_problem(key, said, hint) for said, hint in _beyond(key, metadata[key], limits[key])]
    return found + [
        _problem(key, f"{key} is {metadata[key]!r}.", f"{key} has to be {word}.")
        for key, (word, fits) in OPTIONAL.items()
        if key in metadata and not fits(metadata[key])
    ]


def _texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _text(value: Any) -> bool:
    return isinstance(value, str)


KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "short_description": ("a text of at most 60 characters", _text),
    "long_description": ("a text of at most 280 characters", _text),
    "domain_tags": ("a list of texts", _texts),
    "tags": ("a list of at most 5 texts", _texts),
    "labels": ("a list of texts, one for each row or class", lambda value: _texts(value) and len(value) > 0),
    "effect_type": (f"{EFFECT} or {LABELLER}", lambda value: value in (EFFECT, LABELLER)),
    "multichannel": ("true or false", lambda value: isinstance(value, bool)),
    "sample_rate": ("a whole number of Hz, at most 384000", _whole),
}
OPTIONAL: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "name": ("a text", _text),
    "author": ("a text", _text),
    "model_size": ("a whole number of bytes", _whole),
}


def _unknown(key: str) -> Problem:
    near = difflib.get_close_matches(key, [*KINDS, *OPTIONAL], n=1, cutoff=0.5)
    meant = MISNAMED.get(key) or (near[0] if near else "")
    return _problem(key, f"{key} is no field of Audacity's.", f"Did you mean {meant}?" if meant else f"Remove {key}.")


def _beyond(key: str, value: Any, limit: FieldLimit) -> list[tuple[str, str]]:
    said = []
    if limit.max_length is not None and len(value) > limit.max_length:
        said.append((f"{key} has {len(value)} of at most {limit.max_length} characters.", f"Shorten {key}."))
    if limit.max_items is not None and len(value) > limit.max_items:
        said.append((f"{key} has {len(value)} entries; at most {limit.max_items} fit.", f"Remove some {key}."))
    if limit.unique and len(set(value)) < len(value):
        said.append((f"{key} has an entry twice.", f"Remove the doubles in {key}."))
    if limit.choices and (strange := [each for each in value if each not in limit.choices]):
        said.append((f"{key} cannot be {', '.join(strange)}.", f"{key} are {', '.join(limit.choices)}."))
    if limit.max is not None and value > limit.max:
        said.append((f"{key} is {value}; at most {limit.max:g}.", f"Give the model's true {key}."))
    return said


def _problem(field: str, sentence: str, hint: str) -> Problem:
    return Problem(field=field, sentence=sentence, hint=hint, host="audacity")
