"""Write the few lines of Python that fit a foreign model to a wrapper.

They are made from a `Call` and from what each knob drives, they can be read and kept, and TorchScript takes them
like code somebody wrote by hand.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from torch import nn

from studio.document.adapting import grouped, into, reached, rows_lines, state_keys
from studio.document.call import Argument, Call
from studio.document.parameter import Parameter
from studio.errors import ModelError
from studio.storage import write_text
from studio.wrappers.base import WaveformToWaveform

HEAD = '''"""{name} as a wrapper. {sentence}"""

from typing import Dict

import torch
from torch import Tensor, nn

from studio.wrappers.base import WaveformToWaveform


class Adapter(WaveformToWaveform):
    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
{states}
    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
'''


AGGREGATE = """
    def aggregate_params(self, params: Tensor) -> Tensor:
        return {}
"""
AGGREGATES = {  # what becomes of sample-accurate positions
    "mean": "",
    "last": AGGREGATE.format("params[:, -1:]"),
    "samples": AGGREGATE.format("params"),
}


def adapter_source(name: str, call: Call, parameters: Sequence[Parameter], numbers: bool = False) -> str:
    """The adapter's Python.

    Args:
        name: of the model, for the heading.
        call: how the model wants to be called.
        parameters: the knobs and what each drives.
        numbers: pass knobs as Python numbers where the model wants numbers (for scripting); a trace needs tensors,
            else it would keep the knob's present position for ever.
    """
    states = [each for each in call.arguments if each.role == "state"]
    zeros = [f'        self.register_buffer("{each.name}_state", torch.zeros({list(each.shape)}))' for each in states]
    lines = [f"sound = {into(call)}"]
    lines += [
        _set_attribute(each, numbers, call.aggregate == "samples")
        for each in parameters
        if each.drives.startswith("attribute:")
    ]
    values = grouped(call, {each.name: _argument(each, parameters, numbers) for each in call.arguments})
    given = ["sound", *(f"{name}={value}" for name, value in values.items())]
    method = "" if call.method == "forward" else f".{call.method}"
    lines.append(f"made = self.model{method}({', '.join(given)})")
    lines += [
        f"self.{state.name}_state.copy_({reached('made', key)})"
        for state, key in zip(states, state_keys(call), strict=True)
    ]
    lines += rows_lines(call)
    middle = ("\n".join(zeros) + "\n" if zeros else "") + AGGREGATES[call.aggregate]
    head = HEAD.format(name=_safe(name), sentence=call.sentence(), states=middle)
    return head + "\n".join(f"        {line}" for line in lines) + "\n"


class Nested(nn.Module):
    """A layer of ours around a model whose call is nested; an adapter for such a call does the same in its lines."""

    def __init__(self, model: nn.Module, method: str = "forward") -> None:
        super().__init__()
        self.model, self.method = model, method


def make_adapter(
    model: nn.Module, name: str, call: Call, parameters: Sequence[Parameter], folder: Path, numbers: bool = False
) -> WaveformToWaveform:
    """Write the adapter into `folder`, import it and put it around `model`. Raises: ModelError."""
    if isinstance(model, Nested) and call.nesting is not None:
        model = model.model
    for parameter in parameters:
        _require_target(call, parameter)
        _prepare_attribute(model, parameter)
    path = folder / ("studio_adapter_numbers.py" if numbers else "studio_adapter.py")
    source = adapter_source(name, call, parameters, numbers)
    write_text(path, source)
    digest = hashlib.sha256(source.encode()).hexdigest()[:12]  # it stands in the archive: the same for the same model
    module_name = f"{path.stem}_{digest}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # torch.jit looks the source up there
    spec.loader.exec_module(module)
    made = module.Adapter(model)
    made.get_parameters = lambda: list(parameters)
    assert isinstance(made, WaveformToWaveform)
    return made


def _argument(argument: Argument, parameters: Sequence[Parameter], numbers: bool) -> str:
    if argument.role == "state":
        return f"self.{argument.name}_state"
    whole = next((each for each in parameters if each.drives == f"argument:{argument.name}"), None)
    if whole is not None:
        return _knob(whole, argument, numbers)
    elements = {each.drives: each for each in parameters if each.drives.startswith(f"element:{argument.name}[")}
    if elements or argument.shape:
        return _vector(argument, elements)
    if argument.is_tensor and isinstance(argument.value, (int, float)) and argument.role == "knob":
        return f"torch.full([1], {float(argument.value)!r})"
    return repr(argument.value)


def _knob(parameter: Parameter, argument: Argument, numbers: bool) -> str:
    value = f"params[{parameter.name!r}]"
    if argument.shape:
        return f"{value}.mean().expand({list(argument.shape)})"
    if argument.is_tensor:
        return value
    if not numbers:
        return f"{value}.mean()"
    kind = {"toggle": "bool", "choice": "int"}.get(parameter.kind, "float")
    return f"{kind}({value}.mean())"


def _vector(argument: Argument, elements: dict[str, Parameter]) -> str:
    count = 1
    for size in argument.shape:
        count *= size
    fixed = argument.value if isinstance(argument.value, tuple) else (argument.value,) * count
    parts = []
    for index in range(count):
        knob = elements.get(f"element:{argument.name}[{index}]")
        constant = fixed[index] if index < len(fixed) else 0.0
        fixed_value = float(constant) if isinstance(constant, (int, float)) else 0.0
        parts.append(f"params[{knob.name!r}].mean()" if knob else f"torch.tensor({fixed_value!r})")
    return f"torch.stack([{', '.join(parts)}]).reshape({list(argument.shape)})"


def _set_attribute(parameter: Parameter, numbers: bool, samples: bool) -> str:
    value = f"params[{parameter.name!r}]"
    if samples:
        return f"self.model.{parameter.drives.removeprefix('attribute:')} = {value}"
    value += ".mean()"
    return f"self.model.{parameter.drives.removeprefix('attribute:')} = {f'float({value})' if numbers else value}"


def _require_target(call: Call, parameter: Parameter) -> None:
    """Raise ModelError where a knob is said to drive what the model has not: it would turn without an effect."""
    kind, _, target = parameter.drives.partition(":")
    if kind == "attribute" or not parameter.is_numeric:
        return
    name, _, index = target.partition("[")
    argument = next((each for each in call.arguments if each.name == name and each.role != "state"), None)
    if argument is not None and (kind == "argument" or int(index.rstrip("]")) < math.prod(argument.shape)):
        return
    known = ", ".join(each.name for each in call.arguments if each.role != "state") or "none"
    raise ModelError(
        f"The knob {parameter.name} drives {target or 'nothing'}, which the model does not take.",
        f"Its arguments are: {known}. Say what the knob drives, or take it off the card.",
        fields=["parameters"],
    )


def _prepare_attribute(model: nn.Module, parameter: Parameter) -> None:
    """A knob may set a weight only once that is no longer an nn.Parameter."""
    if not parameter.drives.startswith("attribute:"):
        return
    path, _, leaf = parameter.drives.removeprefix("attribute:").rpartition(".")
    try:
        owner = model.get_submodule(path)
        held = getattr(owner, leaf)
    except AttributeError as error:
        raise ModelError(
            f"The knob {parameter.name} drives {path + '.' if path else ''}{leaf}, which the model does not have.",
            "Name an attribute of the model.",
            fields=["parameters"],
        ) from error
    if isinstance(held, nn.Parameter):
        delattr(owner, leaf)
        owner.register_buffer(leaf, held.detach().clone())


def _safe(name: str) -> str:
    return re.sub(r'["\\\n]', "", name)
