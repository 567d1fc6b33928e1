"""From a captured wrapper to an ONNX model."""

from __future__ import annotations

import importlib.util
import io
import json
import re
from typing import Any

import torch

from studio.document.card import ModelCard
from studio.errors import HostError
from studio.hosts.onnx.functional import HINT, Functional, functional
from studio.hosts.onnx.reference import block_of
from studio.wrappers import torchscript
from studio.wrappers.archive import first_line
from studio.wrappers.captured import Captured

OPSET = 18
NEEDED = ("onnx", "onnxruntime", "onnxscript")
NO_OPERATOR = re.compile(r"operator '?(?:aten|prim)::(\w+)'?")


def require_onnx() -> None:
    """Raise HostError that says how to install what this host needs and the app does not bring."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise HostError(
            f"ONNX needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed.",
            'Run: pip install "neural-audio-studio[onnx]"',
            about="onnx",
        )


def convert(captured: Captured, positions: list[float]) -> bytes:
    """The ONNX model's bytes, without what is said about it.

    Inputs: `x` `[channels, samples]`, `params` `[knobs, 1 or samples]` 0…1 where there are knobs, and `state_i`.
    Outputs: `y` `[rows, samples]` and `next_state_i`. All inputs but `x` have first values and may be left away.
    Raises: HostError where ONNX cannot say the model.
    """
    require_onnx()
    call = captured.call
    if call.random:
        raise HostError("This model is random; ONNX runtimes draw other numbers.", HINT, about="onnx")
    frames = block_of(call)
    stand = torch.tensor(positions, dtype=torch.float32).reshape(-1, 1)
    given = functional(captured, stand, frames)
    x = torch.zeros(call.channels_in, frames)
    names = ["x", "params", *(f"state_{number}" for number in range(len(given.states)))]
    firsts = [x, stand, *(each.start for each in given.states)]
    return _with_first_values(_exported(given, firsts, names, fixed=len(call.block_sizes) == 1), names, firsts)


def _exported(given: Functional, firsts: list[torch.Tensor], names: list[str], *, fixed: bool) -> bytes:
    axes = (
        {"params": {1: "positions"}} if fixed else {"x": {1: "samples"}, "params": {1: "positions"}, "y": {1: "made"}}
    )
    buffer = io.BytesIO()
    outputs = ["y", *(f"next_{name}" for name in names[2:])]
    try:
        torchscript.to_onnx(given.call, tuple(firsts), buffer, names, outputs, axes, OPSET)
    except Exception as error:  # torch.onnx raises a dozen unrelated kinds
        found = NO_OPERATOR.search(str(error))
        what = f"it uses torch.{found[1]}" if found else first_line(error)
        raise HostError(f"ONNX cannot hold this model: {what}.", HINT, about="onnx") from error
    return buffer.getvalue()


def _with_first_values(data: bytes, names: list[str], firsts: list[torch.Tensor]) -> bytes:
    """Give every input but the sound a value that counts where nothing is fed."""
    import onnx

    model = onnx.load_from_string(data)
    have = {each.name for each in model.graph.input}
    for name, first in zip(names[1:], firsts[1:], strict=True):
        if name in have:
            model.graph.initializer.append(onnx.numpy_helper.from_array(first.contiguous().numpy(), name))
    return bytes(model.SerializeToString(deterministic=True))


def described(data: bytes, captured: Captured, card: ModelCard, facts: dict[str, Any]) -> bytes:
    """The model with its card and how it is called in its metadata."""
    import onnx

    model = onnx.load_from_string(data)
    model.doc_string = card.short_description
    model.graph.name = card.name
    texts = {"card": card.model_dump(mode="json"), "call": captured.call.model_dump(mode="json"), **facts}
    for key, value in sorted(texts.items()):
        entry = model.metadata_props.add()
        entry.key, entry.value = key, json.dumps(value, ensure_ascii=False)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))
