"""What HARP shows of a model, in the words of its protocol: card, inputs, outputs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter

TRACK = "audio_track"
KEYS: dict[str, dict[str, type]] = {  # of each component, and the types of what it holds
    TRACK: {"required": bool},
    "slider": {"minimum": float, "maximum": float, "step": float, "value": float},
    "toggle": {"value": bool},
    "dropdown": {"choices": list, "value": str, "multiselect": bool},
    "json": {},
}


def app_settings(call: Call, card: ModelCard, positions: list[float]) -> dict[str, Any]:
    """All that app.py has to know, its `controls` included.

    Args:
        call: how the model is called.
        card: what is said about it.
        positions: where the knobs start, 0…1.
    """
    numeric = [each for each in card.parameters if each.is_numeric]
    knobs = [_control(each, position) for each, position in zip(numeric, positions, strict=True)]
    found = {"label": "Labels", "info": "", "type": "json"}
    outputs = [found] if call.labels else [_track(name) for name in names(call, card)]
    return {
        "controls": {
            "card": {
                "name": card.name,
                "description": card.long_description or card.short_description,
                "author": ", ".join(card.authors),
                "tags": list(card.tags),
            },
            "inputs": [_track("Sound"), *knobs],
            "outputs": outputs,
        },
        "knobs": [each.model_dump(mode="json", include={"kind", "min", "max", "curve", "choices"}) for each in numeric],
        "rows": [] if call.labels else [output.channels for output in call.outputs],
        "classes": list(card.labels) if call.labels else [],
    }


def settings_text(settings: Mapping[str, Any]) -> str:
    """What controls.json holds."""
    return json.dumps(settings, indent=2, ensure_ascii=False) + "\n"


def names(call: Call, card: ModelCard) -> list[str]:
    """One name for each output: the card's labels where they are as many."""
    if len(card.labels) == len(call.outputs):
        return list(card.labels)
    return ["Output"] if len(call.outputs) == 1 else [output.name for output in call.outputs]


def _track(name: str) -> dict[str, Any]:
    return {"label": name, "info": "", "required": True, "type": TRACK}


def _control(parameter: Parameter, position: float) -> dict[str, Any]:
    unit = parameter.unit or ("dB" if parameter.curve == "dB" else "")
    said = {"label": f"{parameter.name} ({unit})" if unit else parameter.name, "info": parameter.description}
    value = parameter.value_at(position)
    if parameter.kind == "toggle":
        return {**said, "value": value, "type": "toggle"}
    if parameter.kind == "choice":
        choices = [[each, each] for each in parameter.choices]
        return {**said, "choices": choices, "value": value, "multiselect": False, "type": "dropdown"}
    return {
        **said,
        "minimum": parameter.min,
        "maximum": parameter.max,
        "step": _step(parameter),
        "value": float(value),
        "type": "slider",
    }


def _step(parameter: Parameter) -> float:
    """A power of ten, small enough that it is not heard."""
    finest = (parameter.max - parameter.min) / 1000.0
    if parameter.curve == "logarithmic":
        finest = min(finest, parameter.min / 10.0)
    return float(10.0 ** math.floor(math.log10(finest)))


def control_problems(said: Any) -> list[str]:
    """Everything in an answer to `controls` that HARP would stumble over."""
    if not isinstance(said, Mapping):
        return ["it is no object"]
    found = [f"{key} is missing" for key in ("card", "inputs", "outputs") if key not in said]
    card = said.get("card", {})
    texts = ("name", "description", "author")
    found += [f"the card's {key} is no text" for key in texts if not isinstance(card.get(key), str)]
    if not isinstance(card.get("tags"), list):
        found.append("the card's tags are no list")
    for side in ("inputs", "outputs"):
        for each in said.get(side, ()):
            found += [f"{each.get('label', side)}: {problem}" for problem in _component(each)]
    return found


def _component(said: Mapping[str, Any]) -> list[str]:
    kind = said.get("type")
    if kind not in KEYS:
        return [f"{kind} is no control that HARP knows"]
    found = [] if isinstance(said.get("label"), str) else ["the label is no text"]
    return found + [
        f"{key} is {said.get(key)!r}" for key, kept in KEYS[kind].items() if not isinstance(said.get(key), kept)
    ]
