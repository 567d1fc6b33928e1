"""An nn~ file made elsewhere: find out how it is called, and put knobs on its attributes."""

from __future__ import annotations

import copy
from typing import Any

import torch

from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.errors import HostError
from studio.hosts.nn.contract import attribute_types, attributes_of, methods_of, value_of
from studio.hosts.nn.knobs import BOOL, FLOAT, INT
from studio.hosts.nn.scripted.player import StrangerPlayer
from studio.wrappers import torchscript
from studio.wrappers.captured import Captured
from studio.wrappers.state import add_reset
from studio.wrappers.torchscript import ScriptModule

LARGEST = 16384  # samples: models for nn~ are tried with 8192 when they are written
GUESSED = "An attribute of the file, which does not tell its range: this is a guess."
RATES = ("sample_rate", "sampling_rate", "sr")
TURN = """
    position = float(params[{row}].mean())
    if position != self.stood_{row}:
        self.stood_{row} = position
        self.root.set_{name}({value})
"""


def stranger(root: ScriptModule, name: str, facts: dict[str, Any]) -> Captured:
    """Wrap a loaded file; `facts` are those of a file of another's that was exported from here."""
    method = "forward" if "forward" in methods_of(root) else next(iter(methods_of(root)))
    names = [each for each in attributes_of(root) if _is_knob(root, each)]
    parameters = tuple(_parameter(root, each) for each in names)
    card = ModelCard(name=name, parameters=parameters, sample_rate=_rate(root))
    if facts:
        card = ModelCard.model_validate(facts["card"])
    call = _call(root, method, card.sample_rate)
    return Captured(_player(root, method, call, names, parameters), call, card, "package")


def _is_knob(root: ScriptModule, name: str) -> bool:
    types, have = attribute_types(root, name), root._c._method_names()
    return len(types) == 1 and types[0] in (BOOL, INT, FLOAT) and {f"get_{name}", f"set_{name}"} <= set(have)


def _parameter(root: ScriptModule, name: str) -> Parameter:
    """A knob over a range that holds the present value in its first half."""
    (kind,), value = attribute_types(root, name), value_of(root, name)
    if kind == BOOL:
        return Parameter(name, "An attribute of the file.", kind="toggle", default=bool(value))
    high = max(1.0 if kind == FLOAT else 10.0, 2.0 * value) if value >= 0 else -2.0 * value
    low = 0.0 if value >= 0 else 2.0 * value
    return Parameter(name, GUESSED, default=float(value), min=low, max=high)


def _call(root: ScriptModule, method: str, rate: int | None) -> Call:
    channels, up, rows, down = methods_of(root)[method]
    least = _least(root, method)
    return Call(
        wrapper=True,
        layout="CT",
        output_layout="CT",
        channels_in=channels,
        outputs=(Output(name="output", channels=rows),),
        min_block=least,
        multiple=least,
        block_sizes=() if _takes(root, method, 3 * least) else _powers(least),
        ratio=_reduced(up, down),
        sample_rates=(rate,) if rate else (),
        stateful=True,
        random=_is_random(root, method, least),
    )


def _reduced(up: int, down: int) -> tuple[int, int]:
    least = min(up, down)
    return up // least, down // least


def _powers(least: int) -> tuple[int, ...]:
    sizes = [least]
    while sizes[-1] * 2 <= LARGEST:
        sizes.append(sizes[-1] * 2)
    return tuple(sizes)


def _least(root: ScriptModule, method: str) -> int:
    """The smallest power of two of input values that it takes."""
    _, up, _, down = methods_of(root)[method]
    size = max(1, down // up)
    while size <= LARGEST:
        if _takes(root, method, size):
            return size
        size *= 2
    root.eval()
    getattr(root, method)(torch.zeros(1, methods_of(root)[method][0], LARGEST))
    raise HostError(f"Its method {method} gives another number of samples than it says.", "Export it again.")


def _takes(root: ScriptModule, method: str, size: int) -> bool:
    channels, up, rows, down = methods_of(root)[method]
    try:
        with torch.no_grad():
            made = getattr(copy.deepcopy(root), method)(torch.zeros(1, channels, size))
    except RuntimeError:
        return False
    return isinstance(made, torch.Tensor) and tuple(made.shape) == (1, rows, size * up // down)


def _is_random(root: ScriptModule, method: str, size: int) -> bool:
    made = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        with torch.no_grad():
            made.append(getattr(copy.deepcopy(root), method)(torch.zeros(1, methods_of(root)[method][0], size)))
    return not torch.equal(*made)


def _rate(root: ScriptModule) -> int | None:
    """The rate it says it is made for, in Hz."""
    for name in RATES:
        held = getattr(root, name, None)
        if isinstance(held, torch.Tensor) and held.numel() == 1:
            held = held.item()
        if isinstance(held, int | float) and 4000 <= held <= 400_000:
            return int(held)
    return None


def _player(
    root: ScriptModule, method: str, call: Call, names: list[str], parameters: tuple[Parameter, ...]
) -> ScriptModule:
    player = torchscript.script(StrangerPlayer(root, names).eval())
    turns = ""
    for row, (name, parameter) in enumerate(zip(names, parameters, strict=True)):
        player._c._register_attribute(f"stood_{row}", torch._C.FloatType.get(), parameter.default_position)
        (kind,) = attribute_types(root, name)
        turns += TURN.format(row=row, name=name, value=_value(parameter, kind))
    body = f"    return self.root.{method}(x.unsqueeze(0))[0]\n"
    player.define(f"def forward(self, x: Tensor, params: Tensor) -> Tensor:{turns or chr(10)}{body}")
    size = call.block_sizes[-1] if call.block_sizes else 2 * call.multiple

    def twice(called: ScriptModule) -> None:
        for position in (0.3, 0.6):
            x = torch.rand(call.channels_in, size, generator=torch.Generator().manual_seed(2)) - 0.5
            with torch.no_grad():
                called(x, torch.full((len(names), size), position))

    add_reset(player, twice)
    return player


def _value(parameter: Parameter, kind: int) -> str:
    if kind == BOOL:
        return "position >= 0.5"
    value = f"{parameter.min!r} + position * {parameter.max - parameter.min!r}"
    return f"int(round({value}))" if kind == INT else value
