"""The doors to torch.jit; the only place where its deprecation notice is silenced.

TorchScript stays because every host embeds it (docs/decisions/0001).
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.jit._trace import TracerWarning

ScriptModule = torch.jit.ScriptModule
TORCH = Path(torch.__file__).parent


@contextlib.contextmanager
def _quiet() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        yield heard


def script(module: nn.Module) -> ScriptModule:
    """Compile a module from its source."""
    with _quiet():
        made = torch.jit.script(module)
    assert isinstance(made, ScriptModule)
    return made


def script_function(function: Callable[..., Any]) -> str:
    """The code that an archive holds for a plain function which calls no other."""
    with _quiet():
        return str(torch.jit.script(function).code)


def function_of(graph: Any, name: str) -> Any:
    """A function that can be called, from a graph without attributes."""
    with _quiet():
        return torch._C._create_function_from_graph(name, graph)


@dataclass(frozen=True)
class Doubt:
    """A line at which torch's recorder is not sure, and what it says of it."""

    path: str
    line: int
    message: str

    @property
    def place(self) -> str:
        return f"{Path(self.path).name}, line {self.line}"


def trace(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[ScriptModule, list[Doubt]]:
    """Record what a module does with `inputs`; the second part is what torch could not follow."""
    with _quiet() as heard:
        made = torch.jit.trace(module, inputs, check_trace=False)  # type: ignore[no-untyped-call]
    doubts = [
        Doubt(each.filename, each.lineno, str(each.message).split(".")[0])
        for each in heard
        if issubclass(each.category, TracerWarning) and TORCH not in Path(each.filename).parents
    ]  # torch's own layers check shapes in ways its tracer dislikes: those are harmless
    return made, doubts


def load(file: str | io.BytesIO, extra: dict[str, Any] | None = None) -> ScriptModule:
    with _quiet():
        return torch.jit.load(file, map_location="cpu", _extra_files=extra)  # type: ignore[no-untyped-call]


def save(module: ScriptModule, buffer: io.BytesIO, extra: dict[str, str]) -> None:
    with _quiet():
        torch.jit.save(module, buffer, _extra_files=extra)


def detached(module: ScriptModule) -> ScriptModule:
    """A copy whose code goes with it; what is scripted stays in memory, with its plans, to the end of the process."""
    buffer = io.BytesIO()
    save(module, buffer, {})
    buffer.seek(0)
    return load(buffer)


def to_onnx(
    function: Any,
    inputs: tuple[Tensor, ...],
    buffer: Any,
    names: list[str],
    outputs: list[str],
    axes: dict[str, dict[int, str]],
    opset: int,
) -> None:
    """Write a function as an ONNX model into a stream (which torch's types forget); `axes` may have any length."""
    with _quiet(), torch.no_grad():
        torch.onnx.export(
            function, inputs, buffer, dynamo=False, input_names=names, output_names=outputs, dynamic_axes=axes,
            opset_version=opset,
        )  # fmt: skip
