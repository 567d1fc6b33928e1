"""The page beside a plain file: what it takes and gives, and how to call it from Python and C++."""

from __future__ import annotations

import json

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter

PYTHON = """```python
import torch

model = torch.jit.load("{file}").eval()
x = torch.zeros({channels}, {rate})  # [channels, samples], float32
with torch.no_grad():
    {result} = model({arguments})
```"""
CPP = """```cpp
#include <torch/script.h>

auto model = torch::jit::load("{file}");
model.eval();
c10::InferenceMode guard;
auto x = torch::zeros({{{channels}, {rate}}});
auto made = model.forward({{{arguments}}}).{kind};
```"""


def card_text(card: ModelCard) -> str:
    """What card.json holds."""
    return json.dumps(card.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def readme(call: Call, card: ModelCard, file: str, positions: list[float], needed: str) -> str:
    """Markdown; `positions` are those of the knobs where they are not given, `needed` the oldest LibTorch."""
    numeric = [each for each in card.parameters if each.is_numeric]
    rate = (*call.sample_rates, card.sample_rate or 48000)[0]
    result = "classes, times" if call.labels else "y"
    kind = "toTuple()" if call.labels else "toTensor()"
    given = "x, torch.tensor([{}]).T".format(f"[{', '.join(f'{each:.4g}' for each in positions)}]") if numeric else "x"
    values = ", ".join(f"{{{each:.4g}f}}" if "." in f"{each:.4g}" else f"{{{each:.4g}.f}}" for each in positions)
    given_cpp = f"x, torch::tensor({{{values}}})" if numeric else "x"
    facts = {"file": file, "channels": call.channels_in, "rate": rate}
    parts = [f"# {card.name}", card.short_description, card.long_description, _shapes(call, card, rate)]
    parts.append(PYTHON.format(**facts, result=result, arguments=given))
    parts.append(CPP.format(**facts, kind=kind, arguments=given_cpp))
    parts.append(f"LibTorch {needed} and newer load it. Each call stands for itself; any number of samples is taken.")
    if numeric:
        rows = [
            f"| {row} | {each.name} | {_shown(each, 0.0)} | {_shown(each, 1.0)} | {position:.4g} |"
            for row, (each, position) in enumerate(zip(numeric, positions, strict=True))
        ]
        parts.append("`params` is `[knobs, 1]`, or `[knobs, samples]` for knobs that move, each 0…1:")
        parts.append("\n".join(["| row | knob | at 0 | at 1 | if left away |", "|---|---|---|---|---|", *rows]))
    parts += [card.technical_description, *(f"- [{word}]({link})" for word, link in card.technical_links.items())]
    parts += [card.citation, f"By {', '.join(card.authors)}." if card.authors else ""]
    parts.append(f"License: {card.license}." if card.license else "")
    return "\n\n".join(part for part in parts if part) + "\n"


def _shown(knob: Parameter, position: float) -> str:
    return knob.show(knob.value_at(position))


def _shapes(call: Call, card: ModelCard, rate: int) -> str:
    said = f"Takes `[{call.channels_in}, samples]` at {rate} Hz"
    if call.labels:
        names = ", ".join(card.labels)
        return f"{said}; gives class indexes `[labels]` ({names}) and times `[labels, 2]` in seconds."
    rows = ", ".join(f"{each.name} ({each.channels})" for each in call.outputs)
    return f"{said}; gives `[{call.channels_out}, samples]`, in time with what went in. Rows: {rows}."
