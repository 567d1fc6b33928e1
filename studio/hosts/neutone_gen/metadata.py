"""Neutone Gen's metadata.json, from a card and how the model is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter, tokens_of
from studio.hosts.neutone.metadata import knob_entry, neutone_metadata
from studio.wrappers.captured import Captured

EFFECTS_OWN = ("is_input_mono", "is_output_mono", "model_type", "look_behind_samples")


@dataclass(frozen=True)
class Tracks:
    """What goes in and out of a model, and how it makes its sound."""

    into: list[int] = field(default_factory=list)
    out: list[int] = field(default_factory=list)
    in_labels: list[str] = field(default_factory=list)
    out_labels: list[str] = field(default_factory=list)
    one_shot: bool = False
    bpm: int | None = None
    tokenizer: str = ""
    tokenizer_type: str | None = None
    has_progress: bool = True


def is_generative(captured: Captured) -> bool:
    """Whether it was written for Gen; else it is an effect, which Gen plays as one track."""
    return hasattr(captured.module, "generate")


def tracks_of(captured: Captured) -> Tracks:
    """The tracks of a model; an effect has one in, and one out for each of its outputs."""
    call, module = captured.call, captured.module
    if not is_generative(captured):
        several = len(call.outputs) > 1
        names = [output.name for output in call.outputs] if several else []
        return Tracks(into=[call.channels_in], out=[output.channels for output in call.outputs], out_labels=names)
    return Tracks(
        into=list(module.into),
        out=list(module.out),
        in_labels=list(module.in_labels),
        out_labels=list(module.out_labels),
        one_shot=bool(module.one_shot),
        bpm=int(module.bpm) if module.bpm >= 0 else None,
        tokenizer=str(module.tokenizer),
        tokenizer_type=str(module.tokenizer_type) or None,
        has_progress=bool(module.has_progress),
    )


def gen_metadata(call: Call, card: ModelCard, tracks: Tracks, created: float) -> dict[str, Any]:
    """All of metadata.json but `sample_sound_files`; `created` in seconds since 1970."""
    same = neutone_metadata(call, card, created)
    entries = [entry(each) for each in in_order(card)]
    return {
        **{key: value for key, value in same.items() if key not in EFFECTS_OWN},
        "neutone_parameters": {f"p{number}": each for number, each in enumerate(entries, 1)},
        "audio_in_channels": tracks.into,
        "audio_out_channels": tracks.out,
        "audio_in_labels": tracks.in_labels,
        "audio_out_labels": tracks.out_labels,
        "is_one_shot_model": tracks.one_shot,
        "is_text_model": any(each.kind == "text" for each in card.parameters),
        "is_tokens_model": any(each.kind == "tokens" for each in card.parameters),
        "model_bpm": tracks.bpm,
    }


def in_order(card: ModelCard) -> list[Parameter]:
    """Numeric parameters first, as the plugin numbers them; then the text and the tokens."""
    return sorted(
        card.parameters, key=lambda each: ("text", "tokens").index(each.kind) + 1 if not each.is_numeric else 0
    )


def entry(parameter: Parameter) -> dict[str, Any]:
    """One parameter as the plugin shows it."""
    same = {"name": parameter.name, "description": parameter.description, "used": True}
    most = -1 if parameter.max_length is None else parameter.max_length
    if parameter.kind == "text":
        return {**same, "type": "text", "default_value": parameter.text, "max_n_chars": most}
    if parameter.kind == "tokens":
        return {**same, "type": "tokens", "default_value": tokens_of(parameter.text), "max_n_tokens": most}
    if parameter.kind == "continuous":
        return knob_entry(parameter)
    labels = list(parameter.choices) if parameter.kind == "choice" else ["off", "on"]
    number = round(parameter.default_position * (len(labels) - 1))
    return {**same, "type": "categorical", "default_value": number, "n_values": len(labels), "labels": labels}
