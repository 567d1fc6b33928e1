"""What each host allows on a card, as data: the form, the command line, export and help read the same files."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from pydantic import BaseModel, ConfigDict

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.errors import HostError


class FieldLimit(BaseModel):
    """What one field of the card may be; lengths in characters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    required: bool = False
    max_length: int | None = None
    max_items: int | None = None
    item_length: int | None = None
    unique: bool = False
    choices: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None


class ParameterLimit(BaseModel):
    """How many parameters, and of which kinds; None means as many as wanted.

    `max_choices` is how many values a choice may have, `choice_length` how many characters each of their names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_numeric: int | None = None
    kinds: tuple[str, ...] = ()
    max_text: int | None = None
    max_tokens: int | None = None
    max_choices: int | None = None
    choice_length: int | None = None


class HostLimits(BaseModel):
    """One host.

    `block_size` is what it calls with, in samples; `knobs`, `samples` and `latency` say whether it has them;
    `effects` and `labels` whether it takes effects and labellers; `outputs` how many named outputs at most
    (None: any number); `offline` whether it takes models that make their sound as a whole; `channels` what it can
    feed and take (None: any number); `written` names what is written; `needs` lists modules that are
    installed apart, by the extra of the host's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    title: str
    fields: dict[str, FieldLimit]
    parameters: ParameterLimit
    channels: dict[str, tuple[int, ...] | None]
    effects: bool = True
    labels: bool
    outputs: int | None = None
    offline: bool = False
    written: str = ""
    knobs: bool
    samples: bool
    latency: bool
    needs: tuple[str, ...] = ()
    sample_rate_required: bool
    block_size: int


UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)  # controls, changes of direction


class Problem(BaseModel):
    """One thing a host would not take: the card's field, a sentence, what to do, and the host."""

    model_config = ConfigDict(frozen=True)

    field: str
    sentence: str
    hint: str
    host: str


@cache
def hosts() -> dict[str, HostLimits]:
    """All hosts by name. Built-in ones are declared in the project's own entry points like anybody else's."""
    found = {}
    for entry in entry_points(group="studio.limits"):
        package, _, name = entry.value.partition(":")
        text = files(package).joinpath(f"{name}.json").read_text(encoding="utf-8")
        found[entry.name] = HostLimits.model_validate_json(text)
    return found


def limits_of(host: str) -> HostLimits:
    """The limits of one host. Raises: HostError that lists the hosts there are."""
    if host not in hosts():
        known = ", ".join(sorted(hosts()))
        raise HostError(f"There is no host {host!r}.", f"The hosts are {known}.", fields=["host"])
    return hosts()[host]


def problems(card: ModelCard, host: str) -> list[Problem]:
    """Everything on the card that `host` would refuse, not only the first."""
    limits = limits_of(host)
    found = []
    for name, limit in limits.fields.items():
        value = getattr(card, name)
        found += [Problem(field=name, sentence=said, hint=hint, host=host) for said, hint in _field(name, value, limit)]
    if limits.sample_rate_required and card.sample_rate is None:
        found.append(
            Problem(
                field="sample_rate",
                sentence=f"{limits.title} needs the model's sample rate.",
                hint="Give it in the card or with --model-rate.",
                host=host,
            )
        )
    return found + _parameters(card, limits)


def misfits(call: Call, host: str) -> list[Problem]:
    """Every reason why a model of this kind has no place in `host`, whatever its card says."""
    limits = limits_of(host)
    said = []
    missing = _not_installed(limits.needs)
    if missing:
        hint = f'Run: pip install "neural-audio-studio[{host}]"'
        said.append((f"{limits.title} needs {', '.join(missing)}, not installed here.", hint))
    if call.labels and not limits.labels:
        said.append((f"{limits.title} has no use for labels.", "Export this model to Audacity."))
    if not call.labels and not limits.effects:
        said.append((f"{limits.title} takes models that label sound, not effects.", "Choose another host."))
    if call.offline and not limits.offline:
        what = "this model makes its sound as a whole"
        said.append((f"{limits.title} feeds sound block by block; {what}.", "Export it to Neutone Gen."))
    if not call.labels and limits.outputs is not None and len(call.outputs) > limits.outputs:
        names = ", ".join(each.name for each in call.outputs)
        said.append(
            (f"{limits.title} has one output; this model has {len(call.outputs)} ({names}).", "Export it to Audacity.")
        )
    for side, count, word in (("in", call.channels_in, "takes"), ("out", call.channels_out, "gives")):
        allowed = limits.channels.get(side)
        if allowed is not None and count not in allowed and not (call.labels and side == "out") and not said:
            hint = "Export it to Audacity." if side == "out" else "Wrap it so that it takes one or two."
            shape = "mono" if allowed == (1,) else "stereo" if allowed == (2,) else "mono or stereo"
            said.append((f"{limits.title} is {shape}; this model {word} {count} channels.", hint))
    return [Problem(field="host", sentence=one, hint=hint, host=host) for one, hint in said]


@cache
def _not_installed(modules: tuple[str, ...]) -> list[str]:
    """Looked up once: the window asks at every edit."""
    return [name for name in modules if find_spec(name) is None]


def tightest(field: str, ticked: list[str]) -> tuple[str, FieldLimit] | None:
    """The host whose length limit on `field` is the smallest among those ticked, for the counter beside it."""
    limited = [(name, limits_of(name).fields.get(field)) for name in ticked]
    bound = [(name, limit) for name, limit in limited if limit and (limit.max_length or limit.max_items)]
    return min(bound, key=lambda each: each[1].max_length or each[1].max_items or 0, default=None)


def _field(name: str, value: Any, limit: FieldLimit) -> list[tuple[str, str]]:
    word = name.replace("_", " ")
    if limit.required and not (value.strip() if isinstance(value, str) else value):
        return [(f"The {word} {'is' if isinstance(value, str) else 'are'} empty.", f"Fill in the {word}.")]
    said = []
    if UNSEEN.search(_letters(value)):
        said.append((f"The {word} holds characters that cannot be seen.", "Type it anew."))
    if limit.max_length is not None and isinstance(value, str) and len(value) > limit.max_length:
        over = len(value) - limit.max_length
        said.append(
            (f"The {word} has {len(value)} of at most {limit.max_length} characters.", f"Shorten it by {over}.")
        )
    if limit.max_items is not None and len(value) > limit.max_items:
        said.append((f"There are {len(value)} {word}; at most {limit.max_items} fit.", "Remove some."))
    if limit.unique and len(set(value)) < len(value):
        said.append((f"Some of the {word} are there twice.", "Remove the doubles."))
    if limit.item_length is not None:
        said += [
            (f"{item!r} in the {word} has {len(item)} of at most {limit.item_length} characters.", "Shorten it.")
            for item in value
            if len(item) > limit.item_length
        ]
    if limit.choices:
        allowed = ", ".join(limit.choices)
        said += [
            (f"{item!r} is none of the {word}.", f"Choose from {allowed}.")
            for item in value
            if item not in limit.choices
        ]
    if isinstance(value, int) and not (limit.min or value) <= value <= (limit.max or value):
        said.append((f"The {word} {value} is outside {limit.min:g} … {limit.max:g}.", "Give the model's true rate."))
    return said


def _letters(value: Any) -> str:
    """All text of a field."""
    return value if isinstance(value, str) else "".join(value) if isinstance(value, tuple) else ""


def _parameters(card: ModelCard, limits: HostLimits) -> list[Problem]:
    most, kinds = limits.parameters.max_numeric, limits.parameters.kinds
    said = []
    numeric = [each for each in card.parameters if each.is_numeric]
    if limits.knobs and most is not None and len(numeric) > most:
        said.append((f"There are {len(numeric)} knobs; {limits.title} has {most}.", "Remove some or fix them."))
    for kind, count in (("text", limits.parameters.max_text), ("tokens", limits.parameters.max_tokens)):
        have = [each.name for each in card.parameters if each.kind == kind]
        if limits.knobs and count is not None and len(have) > count:
            said.append((f"There are {len(have)} {kind} parameters; {limits.title} has {count}.", "Remove some."))
    said += [one for each in card.parameters if limits.knobs for one in _choices(each, limits)]
    wrong = [each.name for each in card.parameters if each.kind not in kinds]
    if limits.knobs and wrong:
        said.append((f"{limits.title} cannot show {', '.join(wrong)}.", f"It takes {', '.join(kinds)}."))
    names = [each.name for each in card.parameters]
    if len(set(names)) < len(names):
        said.append(("Two knobs have the same name.", "Rename one."))
    return [Problem(field="parameters", sentence=one, hint=hint, host=limits.host) for one, hint in said]


def _choices(parameter: Parameter, limits: HostLimits) -> list[tuple[str, str]]:
    most, length = limits.parameters.max_choices, limits.parameters.choice_length
    said = []
    if most is not None and len(parameter.choices) > most:
        said.append((f"{parameter.name} has {len(parameter.choices)} choices; at most {most} fit.", "Remove some."))
    if length is not None:
        said += [
            (f"The choice {each!r} has {len(each)} of at most {length} characters.", "Shorten it.")
            for each in parameter.choices
            if len(each) > length
        ]
    return said
