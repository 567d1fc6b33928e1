"""Neutone's metadata.json, from a card and how the model is called."""

from __future__ import annotations

from typing import Any

import torch

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter

SDK_VERSION = "1.5.2"  # whose contract the package keeps
LARGEST_SIZE = 4096


def neutone_metadata(call: Call, card: ModelCard, created: float) -> dict[str, Any]:
    """All of metadata.json but `sample_sound_files`.

    Args:
        call: how the model is called.
        card: what is said about it; its numeric parameters become p1 … p4.
        created: seconds since 1970.
    """
    numeric = [each for each in card.parameters if each.is_numeric]
    mono_in, mono_out = call.channels_in == 1, call.channels_out == 1
    return {
        "model_name": card.name,
        "model_authors": list(card.authors),
        "model_version": card.version,
        "model_short_description": card.short_description,
        "model_long_description": card.long_description,
        "technical_description": card.technical_description,
        "technical_links": dict(card.technical_links),
        "tags": list(card.tags),
        "citation": card.citation,
        "is_experimental": card.experimental,
        "is_input_mono": mono_in,
        "is_output_mono": mono_out,
        "model_type": f"{'mono' if mono_in else 'stereo'}-{'mono' if mono_out else 'stereo'}",
        "neutone_parameters": {f"p{number}": knob_entry(each) for number, each in enumerate(numeric, 1)},
        "wet_default_value": card.levels.wet,
        "dry_default_value": card.levels.dry,
        "input_gain_default_value": card.levels.input_gain,
        "output_gain_default_value": card.levels.output_gain,
        "native_sample_rates": list(call.sample_rates),
        "native_buffer_sizes": native_sizes(call),
        "look_behind_samples": call.look_behind,
        "sdk_version": SDK_VERSION,
        "pytorch_version": str(torch.__version__),
        "date_created": created,
    }


def knob_entry(parameter: Parameter) -> dict[str, Any]:
    """One knob. The plugin knows straight lines only: what is curved or stepped is shown as 0…1 and explained."""
    low, high, default, said = 0.0, 1.0, parameter.default_position, how_it_turns(parameter)
    if parameter.kind == "continuous" and parameter.curve == "linear":
        low, high, default = parameter.min, parameter.max, float(parameter.default)
    return {
        "name": parameter.name,
        "description": f"{parameter.description} ({said})".strip() if said else parameter.description,
        "default_value": default,
        "used": True,
        "type": "continuous",
        "min_value": low,
        "max_value": high,
    }


def how_it_turns(parameter: Parameter) -> str:
    """Unit, range and steps, where the numbers in the plugin do not tell them."""
    if parameter.kind == "toggle":
        return "off, on"
    if parameter.kind == "choice":
        return f"{len(parameter.choices)} steps: {', '.join(parameter.choices)}"
    if parameter.curve == "linear":
        return f"in {parameter.unit}" if parameter.unit else ""
    unit = parameter.unit or ("dB" if parameter.curve == "dB" else "")
    curve = "even in dB" if parameter.curve == "dB" else parameter.curve
    return f"{parameter.min:g} to {parameter.max:g} {unit}".strip() + f", {curve}"


def native_sizes(call: Call) -> list[int]:
    """Block sizes at which the model adds no delay; empty where it takes any."""
    if call.block_sizes or (call.min_block <= 1 and call.multiple <= 1):
        return list(call.block_sizes)
    least = -(-call.min_block // call.multiple) * call.multiple
    sizes = [least]
    while sizes[-1] * 2 <= LARGEST_SIZE:
        sizes.append(sizes[-1] * 2)
    return sizes
