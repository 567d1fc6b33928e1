"""Compile the root of an nn~ package."""

from __future__ import annotations

from studio.document.call import Call
from studio.document.parameter import Parameter
from studio.errors import HostError
from studio.hosts.nn.apart import keep_apart
from studio.hosts.nn.knobs import add_knobs
from studio.hosts.nn.names import attribute_names
from studio.hosts.nn.scripted.line import Line
from studio.hosts.nn.scripted.root import Root
from studio.wrappers import torchscript
from studio.wrappers.captured import Captured
from studio.wrappers.torchscript import ScriptModule

ANY_RATE = 48000  # until the host says otherwise
SIDES = {1: ("",), 2: (" left", " right")}


def make_root(captured: Captured) -> tuple[ScriptModule, list[str]]:
    """The compiled root and the names of its attributes; the captured wrapper inside is left reset.

    Raises: HostError for a model that nn~ cannot call.
    """
    require_model(captured.call)
    call, numeric = captured.call, captured.numeric
    names = names_for(numeric)
    captured.module.reset()
    line = torchscript.script(Line(captured).eval())
    keep_apart(line, call, len(numeric))
    positions = [each.default_position for each in numeric]
    rate = (*call.sample_rates, captured.card.sample_rate or ANY_RATE)[0]
    shown = names or ["none"]  # nn~'s word for an empty list
    root = torchscript.script(Root(line, call, labels(call), shown, positions, rate).eval())
    add_knobs(root, numeric, names)
    return root, names


def names_for(parameters: tuple[Parameter, ...]) -> list[str]:
    """Attribute names that collide with nothing the root has."""
    return attribute_names(
        (each.name for each in parameters), {*dir(Root), *Root.__annotations__, "line", "rate", "host_rate"}
    )


def labels(call: Call) -> tuple[object, object]:
    """One name for each inlet and each outlet, as attributes that may be compiled."""
    sides = SIDES.get(call.channels_in) or tuple(f" {number}" for number in range(1, call.channels_in + 1))
    inlets = [f"input{side}" for side in sides]
    outlets = []
    for output in call.outputs:
        sides = SIDES.get(output.channels) or tuple(f" {number}" for number in range(1, output.channels + 1))
        outlets += [f"{output.name}{side}" for side in sides]
    return inlets, outlets


def require_model(call: Call) -> None:
    """Raise HostError for a model that nn~ cannot call."""
    if call.labels:
        raise HostError("nn~ plays sound; this model labels it.", "Export it for Audacity or HARP.", about="nn")
    odd = [each for each in call.ratio if each & (each - 1)]
    if odd:
        raise HostError(
            f"nn~ counts in powers of two; this model changes the rate by {call.ratio[0]}/{call.ratio[1]}.",
            "Let the model change it by a power of two, or not at all.",
            about="nn",
        )
