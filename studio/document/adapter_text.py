"""How a model is called, as a Python module that somebody can read, keep and run with torch alone."""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from studio.document.adapter_shells import ShellLines, around
from studio.document.adapting import grouped, into, reached, rows_lines, state_keys
from studio.document.call import Argument, Call, samples_said
from studio.document.opened import OpenedModel
from studio.document.parameter import Parameter
from studio.errors import ModelError

HEAD = '''"""{title}, as Neural Audio Studio plays it.

{sentence}
"""

import torch
from torch import Tensor, nn
{imports}

class Adapter(nn.Module):
    """Sound `[{rows_in}, samples]` in, `[{rows_out}, samples]` out, floats of about -1 … 1{rate}.

    Call it with one block after the other{blocks}.{late}
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model.eval()
{made}        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
{reset}
'''
TURN = '''
def turn(model: nn.Module, path: str, value: float) -> None:
    """Set a number or a weight inside the model."""
    owner, _, name = path.rpartition(".")
    part = model.get_submodule(owner)
    held = getattr(part, name)
    if isinstance(held, Tensor):
        held.data.fill_(value)
    else:
        setattr(part, name, value)

'''
TAIL = """

if __name__ == "__main__":
    {model}
    adapter = Adapter(model)
    print(adapter(torch.zeros({channels}, {samples})).shape)
"""


def adapter_text(opened: OpenedModel) -> str:
    """The module for a model that is open. Raises: ModelError for a package, which is played as it is."""
    if opened.how == "package":
        said = f"{Path(opened.source.path).name} is a package and is played as it is: nothing stands between."
        raise ModelError(said, "Adapters are written for models.")
    call = opened.call
    knobs = {each.name: _identifier(each.name) for each in opened.card.parameters if each.is_numeric}
    parameters = [each for each in opened.card.parameters if each.is_numeric]
    shell = around(call)
    states = [f"self.{each.name} = torch.zeros({list(each.shape)})" for each in call.arguments if each.role == "state"]
    reset = [*states, *shell.reset] or ["pass"]
    text = HEAD.format(
        title=f"{opened.name} of {Path(opened.source.path).name}".replace('"', "'").replace("\\", "/"),
        sentence=textwrap.fill(call.sentence().replace('"', "'"), 100),
        imports="".join(f"\n{line}\n" for line in shell.imports),
        rows_in=call.channels_in,
        rows_out=call.channels_out,
        rate=f" at {call.sample_rates[0]} Hz" if call.sample_rates else "",
        blocks=_blocks(call),
        late=f"\n    What comes out is {samples_said(call.latency)} late." if call.latency else "",
        made="".join(f"        {line}\n" for line in shell.made),
        reset="\n".join(f"        {line}" for line in reset),
    )
    if any(each.drives.startswith("attribute:") for each in parameters):
        text = text.replace("\n\nclass Adapter", f"\n{TURN}\nclass Adapter", 1)
    told = _told(parameters, knobs)
    names = [knobs[each.name] for each in parameters]
    text += _forward(call, shell, told, names) + _called(call, parameters, knobs)
    return text + TAIL.format(model=_model(opened), channels=call.channels_in, samples=_samples(call))


def _forward(call: Call, shell: ShellLines, told: str, names: Sequence[str]) -> str:
    """The method that is given blocks, and what it needs beside it."""
    rest = "".join(f", {each}" for each in names)
    cached = ["# Heard with convolutions that keep their past: what this gives for the whole sound at once."]
    body = [*(cached if call.cached else []), *shell.lines]
    lines = ["", "@torch.no_grad()", "def forward(self, x: Tensor{told}) -> Tensor:", *(f"    {line}" for line in body)]
    lines += ["", *shell.methods] if shell.methods else []
    text = "\n".join(f"    {line}".rstrip() for line in lines).rstrip()
    return text.replace("{told}", told).replace("{rest}", rest) + "\n"


def _called(call: Call, parameters: Sequence[Parameter], knobs: dict[str, str]) -> str:
    """The method that calls the model once."""
    rest = "".join(f", {knobs[each.name]}: float" for each in parameters)
    shape = "[channels, bins, frames]" if call.spectrum else f"[{call.channels_in}, samples]"
    what = "Scores of the classes, `[classes, frames]`" if call.labels else "The model's answer"
    text = f'\n    def called(self, x: Tensor{rest}) -> Tensor:\n        """{what} to `{shape}`."""\n'
    if call.wrapper:
        held = ", ".join(f"{each.name!r}: torch.tensor([{knobs[each.name]}])" for each in parameters)
        return f"{text}        return self.model(x{f', {{{held}}}' if held else ''})\n"
    lines = [f"sound = {into(call)}"]
    for each in parameters:
        if each.drives.startswith("attribute:"):
            lines.append(f"turn(self.model, {each.drives.removeprefix('attribute:')!r}, {knobs[each.name]})")
    values = grouped(call, {each.name: _value(each, parameters, knobs, call) for each in call.arguments})
    method = "" if call.method == "forward" else f".{call.method}"
    given = ", ".join(["sound", *(f"{name}={value}" for name, value in values.items())])
    lines.append(f"made = self.model{method}({given})")
    states = [each for each in call.arguments if each.role == "state"]
    for state, key in zip(states, state_keys(call), strict=False):
        lines.append(f"self.{state.name} = {reached('made', key)}")
    return text + "".join(f"        {line}\n" for line in [*lines, *rows_lines(call)])


def _value(argument: Argument, parameters: Sequence[Parameter], knobs: dict[str, str], call: Call) -> str:
    """What is given for an argument beside the sound."""
    if argument.role == "state":
        return f"self.{argument.name}"
    whole = next((each for each in parameters if each.drives == f"argument:{argument.name}"), None)
    if whole is not None:
        knob = knobs[whole.name]
        if argument.shape:
            return f"torch.full({list(argument.shape)}, {knob})"
        kind = {"toggle": "bool", "choice": "int"}.get(whole.kind, "")
        size = "x.size(1)" if call.aggregate == "samples" else "1"
        return f"torch.full([{size}], float({knob}))" if argument.is_tensor else f"{kind}({knob})" if kind else knob
    elements = {each.drives: knobs[each.name] for each in parameters}
    if argument.shape or any(each.startswith(f"element:{argument.name}[") for each in elements):
        return _vector(argument, elements)
    if argument.is_tensor and isinstance(argument.value, (int, float)) and argument.role == "knob":
        return f"torch.full([1], {float(argument.value)!r})"
    return repr(argument.value)


def _vector(argument: Argument, elements: dict[str, str]) -> str:
    count = 1
    for size in argument.shape:
        count *= size
    fixed = argument.value if isinstance(argument.value, tuple) else (argument.value,) * count
    plain = [each if isinstance(each, (int, float)) else 0.0 for each in fixed] + [0.0] * count
    parts = [elements.get(f"element:{argument.name}[{index}]", repr(float(plain[index]))) for index in range(count)]
    return f"torch.tensor([{', '.join(parts)}]).reshape({list(argument.shape)})"


def _told(parameters: Sequence[Parameter], knobs: dict[str, str]) -> str:
    return "".join(f", {knobs[each.name]}: float = {_default(each)!r}" for each in parameters)


def _default(parameter: Parameter) -> float:
    """What the model gets while the knob stands at its default."""
    if not parameter.maps:
        return parameter.default_position
    if parameter.kind == "choice":
        return float(parameter.choices.index(str(parameter.default)))
    value = float(parameter.default)
    return 10.0 ** (value / 20) if parameter.curve == "dB" else value


def _identifier(name: str) -> str:
    made = re.sub(r"\W", "_", name)
    taken = keyword.iskeyword(made) or not made.isidentifier() or made in ("x", "self")
    return f"knob_{made}" if taken else made


def _blocks(call: Call) -> str:
    if call.block_sizes:
        return f" of {' or '.join(str(each) for each in call.block_sizes)} samples"
    if call.multiple > 1:
        return f" of a multiple of {call.multiple} samples"
    return f" of at least {call.min_block} samples" if call.min_block > 1 else ", as long as you like"


def _samples(call: Call) -> int:
    if call.block_sizes:
        return call.block_sizes[0]
    return -(-max(2048, call.min_block) // call.multiple) * call.multiple


def _model(opened: OpenedModel) -> str:
    """Lines that make the model, as far as the file's name tells."""
    source = opened.source
    path = Path(source.path)
    if opened.kind == "torchscript":
        return f"model = torch.jit.load({path.name!r})"
    stem, cls = Path(source.source or source.path).stem, source.class_name or opened.name
    given = ", ".join(f"{name}={_typed(text)}" for name, text in source.arguments.items())
    if not stem.isidentifier() or keyword.iskeyword(stem) or not cls.isidentifier():
        return f"model = ...  # {cls}({given}) of {path.name}".replace("\n", " ")
    lines = [f"from {stem} import {cls}", "", f"model = {cls}({given})"]
    if source.source:
        lines.append(f"model.load_state_dict(torch.load({path.name!r}, weights_only=True))")
    return "\n    ".join(lines).replace("\n    \n", "\n\n")


def _typed(text: str) -> str:
    """An argument as it was typed: a number or a word."""
    return text if re.fullmatch(r"-?[\d.]+(e-?\d+)?|True|False|None|[\[({].*[\])}]", text) else repr(text)
