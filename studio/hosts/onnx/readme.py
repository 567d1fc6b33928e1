"""The page beside an ONNX file: its inputs and outputs, and how to call it."""

from __future__ import annotations

from typing import Any

from studio.document.card import ModelCard
from studio.wrappers.captured import Captured

PYTHON = """```python
import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession("{file}")
x = np.zeros(({channels}, {frames}), np.float32)
y, *states = session.run(None, {{"x": x}})
```"""
STREAM = """```python
names = [each.name for each in session.get_overridable_initializers() if each.name.startswith("state_")]
y, *states = session.run(None, {"x": x, **dict(zip(names, states))})
```"""


def readme(captured: Captured, card: ModelCard, file: str, facts: dict[str, Any], data: bytes) -> str:
    """Markdown."""
    import onnx

    call, graph = captured.call, onnx.load_from_string(data).graph
    frames = call.block_sizes[0] if call.block_sizes else -(-max(4096, call.min_block) // call.multiple) * call.multiple
    rate = facts["sample_rate"]
    parts = [f"# {card.name}", card.short_description, card.long_description]
    parts.append(f"Runs at {rate} Hz." if rate else "Runs at any sample rate.")
    parts.append(f"{call.sentence()} The output is late by {facts['latency']} samples.")
    rows = [f"| {each.name} | {_shape(each)} | {side} |" for side, all_ in (("in", graph.input), ("out", graph.output))
            for each in all_]  # fmt: skip
    parts.append("\n".join(["| name | shape | |", "|---|---|---|", *rows]))
    parts.append(PYTHON.format(file=file, channels=call.channels_in, frames=frames))
    if any(each.name.startswith("state_") for each in graph.input):
        parts += ["For sound that goes on, feed back what it remembers; without it each call begins anew:", STREAM]
    if captured.numeric:
        names = ", ".join(f"{row} {each.name}" for row, each in enumerate(captured.numeric))
        parts.append(f"`params` holds the knobs 0…1, one row each ({names}); left away they stand as exported.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _shape(value: Any) -> str:
    sizes = [each.dim_param or str(each.dim_value) for each in value.type.tensor_type.shape.dim]
    return f"[{', '.join(sizes)}]"
