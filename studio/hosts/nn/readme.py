"""How to use an nn~ package, as a page beside it."""

from __future__ import annotations

from collections.abc import Sequence

from studio.document.card import ModelCard
from studio.document.limits import limits_of
from studio.document.parameter import Parameter
from studio.hosts.nn.knobs import own_value


def readme(
    card: ModelCard,
    file: str,
    methods: dict[str, list[int]],
    names: Sequence[str],
    rate: int | None,
    delays: dict[int, int],
) -> str:
    """Markdown.

    Args:
        card: what is said about the model.
        file: the package's name without its ending.
        methods: of each method its inlets, the inlets' ratio, its outlets and theirs.
        names: attributes, one for each numeric parameter of the card.
        rate: the only rate the model is made for, in Hz; None for any.
        delays: samples by which the model is late, by buffer size.
    """
    buffer = limits_of("nn").block_size
    first = next(iter(methods))
    parts = [f"# {card.name}", card.short_description, card.long_description, "## In Max or Pure Data"]
    parts.append(
        f"Put `{file}.ts` where Max or Pure Data finds files, and make an object `nn~ {file} {first} {buffer}`. The "
        f"last number is the buffer in samples, a power of two; without it nn~ may choose one that is too small to run."
    )
    parts.append(_rate(rate))
    parts.append("\n".join(["| method | inlets | outlets |", "|---|---|---|", *map(_method, methods.items())]))
    numeric = [each for each in card.parameters if each.is_numeric]
    if names:
        rows = [_knob(each, name) for each, name in zip(numeric, names, strict=True)]
        parts += ["## Knobs", "Send the message `set NAME VALUE`; `get NAME` asks for it."]
        parts.append("\n".join(["| message | knob | values |", "|---|---|---|", *rows]))
    parts += ["## Delay", _delay(delays), card.technical_description]
    parts += ["\n".join(f"- [{word}]({link})" for word, link in card.technical_links.items()), card.citation]
    parts += [
        f"By {', '.join(card.authors)}." if card.authors else "",
        f"License: {card.license}." if card.license else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _rate(rate: int | None) -> str:
    if rate is None:
        return "The model runs at whatever rate Max or Pure Data runs at."
    return f"Run Max or Pure Data at {rate} Hz: the model is made for that rate, and nn~ does not convert."


def _method(method: tuple[str, list[int]]) -> str:
    name, (inlets, ratio_in, outlets, ratio_out) = method
    return f"| `{name}` | {_ports(inlets, ratio_in)} | {_ports(outlets, ratio_out)} |"


def _ports(count: int, ratio: int) -> str:
    return f"{count}" if ratio == 1 else f"{count}, one value every {ratio} samples"


def _knob(parameter: Parameter, name: str) -> str:
    start = own_value(parameter, parameter.default_position)
    if parameter.kind == "toggle":
        start, said = int(start), "0 off, 1 on"
    elif parameter.kind == "choice":
        said = ", ".join(f"{number} {choice}" for number, choice in enumerate(parameter.choices))
    else:
        unit = parameter.unit or ("dB" if parameter.curve == "dB" else "")
        said = f"{parameter.min:g} to {parameter.max:g} {unit}".strip()
    about = f": {parameter.description}" if parameter.description else ""
    return f"| `set {name} {start:g}` | {parameter.name}{about} | {said} |".replace("\n", " ")


def _delay(delays: dict[int, int]) -> str:
    said = "nn~ itself is late by its buffer: once where it computes in Max's own thread, twice where it has its own."
    if not delays:
        return f"{said} The model does not tell whether it adds to that."
    own = "; ".join(f"{late} samples with a buffer of {size}" for size, late in delays.items())
    return f"{said} The model adds {own}." if any(delays.values()) else f"{said} The model adds nothing to that."
