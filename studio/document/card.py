"""Everything said about a model: one schema, the union of what the hosts ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.document.parameter import Parameter
from studio.errors import CardError
from studio.storage import read_text


class Levels(BaseModel):
    """Where a plugin's own four knobs start, 0…1; 0.5 of a gain is 0 dB."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wet: float = Field(default=1.0, ge=0, le=1)
    dry: float = Field(default=0.0, ge=0, le=1)
    input_gain: float = Field(default=0.5, ge=0, le=1)
    output_gain: float = Field(default=0.5, ge=0, le=1)


class ModelCard(BaseModel):
    """What a person reads about a model before and while playing it.

    `labels` name the output rows of an effect, or the classes of a labeller. `sample_rate` is the
    model's own, in Hz; None where nobody has said it. A parameter's meaning is in `Parameter`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    authors: tuple[str, ...] = ()
    version: str = "1.0.0"
    short_description: str = ""
    long_description: str = ""
    technical_description: str = ""
    technical_links: dict[str, str] = {}
    tags: tuple[str, ...] = ()
    citation: str = ""
    experimental: bool = False
    license: str = ""
    domain_tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    sample_rate: int | None = None
    parameters: tuple[Parameter, ...] = ()
    levels: Levels = Levels()


WORDS = {
    "extra_forbidden": "no such field",
    "tuple_type": "write a list",
    "dict_type": "write an object with names and texts",
    "model_type": "write an object",
    "string_type": "write text",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "finite_number": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
}
WRITE = 'Write it like {"name": "…", "authors": ["…"]}.'
NEUTONE_NAMES = {
    "model_name": "name",
    "model_authors": "authors",
    "model_version": "version",
    "model_short_description": "short_description",
    "model_long_description": "long_description",
    "technical_description": "technical_description",
    "technical_links": "technical_links",
    "tags": "tags",
    "citation": "citation",
    "is_experimental": "experimental",
}


def read_card(path: Path) -> ModelCard:
    """A CARD.json of ours, or a host's own metadata file.

    Raises: CardError that names every field which cannot be read.
    """
    try:
        found = json.loads(read_text(path, "card"))
    except json.JSONDecodeError as error:
        said = f"{path.name} is not JSON: {error.msg} in line {error.lineno}."
        raise CardError(said, "Mend that line.", about=path.name) from error
    except ValueError as error:  # whole numbers of thousands of digits
        said = f"{path.name} holds a number that is too long to be read."
        raise CardError(said, "Mend that number.", about=path.name) from error
    except RecursionError as error:
        raise CardError(f"{path.name} is nested too deeply to be a card.", WRITE, about=path.name) from error
    if not isinstance(found, dict):
        raise CardError(f"{path.name} is not a card: it should be one JSON object.", WRITE, about=path.name)
    return card_from(found, path.name)


def card_from(found: dict[str, Any], about: str = "card") -> ModelCard:
    """Build a card from our own names, Neutone's metadata or Audacity's."""
    if "model_name" in found or "neutone_parameters" in found:
        found = _from_neutone(found)
    elif "effect_type" in found or "multichannel" in found:
        found = _from_audacity(found)
    try:
        return ModelCard.model_validate(found)
    except ValidationError as error:
        raise _explain(error, about) from error


def _from_neutone(found: dict[str, Any]) -> dict[str, Any]:
    card = {ours: found[theirs] for theirs, ours in NEUTONE_NAMES.items() if theirs in found}
    if isinstance(card.get("version"), (int, float)):
        card["version"] = str(card["version"])
    rates = found.get("native_sample_rates") or []
    card["sample_rate"] = rates[0] if len(rates) == 1 else None
    described = found.get("neutone_parameters") or {}
    used = [each for each in described.values() if str(each.get("used", True)) != "False"]
    card["parameters"] = [_neutone_parameter(each) for each in used]
    levels = {name: found[f"{name}_default_value"] for name in Levels.model_fields if f"{name}_default_value" in found}
    return {**card, "levels": levels}


def _neutone_parameter(found: dict[str, Any]) -> dict[str, Any]:
    labels = found.get("labels") or []
    kind = {"categorical": "choice", "text": "text", "tokens": "tokens"}.get(found.get("type", ""), "continuous")
    default = found.get("default_value", 0.0)
    if kind == "continuous":
        default = float(default)  # metadata of SDK 1.4 wrote numbers as strings
    if kind == "tokens" and isinstance(default, list):
        default = " ".join(str(each) for each in default)
    most = found.get("max_n_chars", found.get("max_n_tokens", -1))
    return {
        "name": found.get("name", ""),
        "description": found.get("description", ""),
        "kind": kind,
        "default": labels[int(default)] if kind == "choice" and labels else default,
        "min": found.get("min_value", 0.0),
        "max": found.get("max_value", 1.0),
        "choices": labels,
        "max_length": most if most >= 0 else None,
    }


def _from_audacity(found: dict[str, Any]) -> dict[str, Any]:
    same = ("short_description", "long_description", "tags", "labels", "sample_rate", "name", "license")
    card = {key: found[key] for key in same if key in found}
    card["domain_tags"] = found.get("domain_tags", found.get("domains", []))
    if "author" in found:
        card["authors"] = [found["author"]]
    return card


def _explain(error: ValidationError, about: str) -> CardError:
    faults = error.errors()
    fields = [".".join(str(step) for step in fault["loc"]) or "card" for fault in faults]
    said = [f"{field}: {_word(fault)}" for field, fault in zip(fields, faults, strict=True)]
    known = ", ".join(ModelCard.model_fields)
    hint = (
        f"A card has {known}."
        if any(fault["type"] == "extra_forbidden" for fault in faults)
        else "Correct it in the card."
    )
    return CardError(f"{about} cannot be read: {'; '.join(said)}.", hint, about=about, fields=fields)


def _word(fault: Any) -> str:
    if fault["type"] in WORDS:
        return WORDS[fault["type"]]
    return str(fault["msg"]).removeprefix("Value error, ")
