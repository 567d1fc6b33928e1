"""The options that every command with a MODEL takes, and what becomes of them."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from studio.document.call import LAYOUTS
from studio.document.card import ModelCard
from studio.document.kinds import recognise
from studio.document.mixer import SILENT_DB, Mixer, StemLevel
from studio.document.opened import ModelSource, OpenedModel
from studio.document.performance import Lane
from studio.document.project import load_project
from studio.document.trust import Trust
from studio.errors import AnswerNeeded, ModelError, StudioError
from studio.flows.opening import file_of, from_project, with_weights_source

MAX_RATE = 768_000
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an unforeseen fault happened.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KNOB=VALUE", help="A knob, in its own unit.")]

InputDb = Annotated[float | None, typer.Option(metavar="DB", min=SILENT_DB, max=24.0, help="Gain before the model.")]
GainDb = Annotated[float, typer.Option(metavar="DB", min=SILENT_DB, max=24.0, help="Gain of what comes out.")]
Wet = Annotated[float | None, typer.Option(metavar="0…1", min=0.0, max=1.0, help="The model's share; the rest is dry.")]
Stem = Annotated[
    list[str] | None, typer.Option("--stem", metavar="NAME=DB", help="The level of one of several outputs.")
]
Limit = Annotated[
    float | None, typer.Option("--limit", metavar="DB", min=-24.0, max=0.0, help="True peak that comes out at most.")
]
HostRate = Annotated[int | None, typer.Option(metavar="R", min=1000, max=MAX_RATE, help="Of the simulated host, Hz.")]


@dataclass(frozen=True)
class Asked:
    """What every command with a MODEL takes; the annotations are the options."""

    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model, a package or a project.")]
    trust: Annotated[bool, typer.Option("--trust", help="Let the code in these files run, this once.")] = False
    class_name: Annotated[str, typer.Option("--class", metavar="NAME", help="The class, where there are several.")] = ""
    arg: Annotated[list[str] | None, typer.Option("--arg", metavar="NAME=VALUE", help="A constructor argument.")] = None
    source: Annotated[str, typer.Option("--source", metavar="FILE.py", help="The network of bare weights.")] = ""
    model_rate: Annotated[int | None, typer.Option("--model-rate", metavar="HZ", help="The model's own rate.")] = None
    layout: Annotated[str, typer.Option("--layout", metavar="BCT|CT|…", help="The axes of the model's input.")] = ""
    call: Annotated[
        list[str] | None, typer.Option("--call", metavar="FIELD=VALUE", help="Correct how it is called; VALUE as JSON.")
    ] = None
    trace: Annotated[bool, typer.Option("--trace", help="Accept a trace although it loses something.")] = False


def with_model(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command `command(asked, …)` the options of `Asked`, and --json and --debug."""
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    shared = list(inspect.signature(Asked, eval_str=True).parameters.values())
    names = [each.name for each in shared]

    @functools.wraps(command)
    def run(**given: Any) -> int:
        given.pop("debug")  # `dispatch` looks at it
        asked = Asked(**{name: given.pop(name) for name in names})
        return command(asked, **given)

    both = inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Debug)
    parameters = [*shared[:1], *own, *shared[1:], both]
    shaped: Any = run
    shaped.__signature__ = inspect.Signature([each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters])
    del shaped.__annotations__, shaped.__wrapped__
    return run


def source_from(asked: Asked, card: ModelCard | None = None) -> tuple[ModelSource, dict[str, float]]:
    """What was typed as a ModelSource, and the knob positions of a project."""
    if asked.layout and asked.layout not in LAYOUTS:
        raise AnswerNeeded(f"{asked.layout} is no layout.", f"It is one of {', '.join(LAYOUTS)}.", fields=["layout"])
    rate = asked.model_rate
    if rate is not None and not 1 <= rate <= MAX_RATE:
        raise AnswerNeeded(f"{rate} Hz is no sample rate.", "Give --model-rate in Hz.", fields=["model-rate"])
    typed = ModelSource(
        path=asked.model,
        class_name=asked.class_name,
        arguments=dict(pair(each, "arg") for each in asked.arg or []),
        source=asked.source,
        model_rate=rate,
        layout=asked.layout,
        call=dict(_field(each) for each in asked.call or []),
        trace=asked.trace,
    )
    found, positions = from_project(typed)
    if card is not None:
        found = found.model_copy(update={"card": card})
    return found, positions


def trust_for(source: ModelSource, trusted: bool) -> Trust:
    """Trust in exactly these contents where --trust was given."""
    if not trusted:
        return Trust()
    source = file_of(source)
    source = with_weights_source(source, recognise(Path(source.path)))
    return Trust.of(Path(each) for each in (source.path, source.source) if each)


def pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise StudioError(f"--{option} {text} is not NAME=VALUE.", f"Write --{option} NAME=VALUE.", fields=[option])
    return name.strip(), value


def _field(text: str) -> tuple[str, Any]:
    """FIELD=VALUE with the value as JSON, or as the plain word it is."""
    name, value = pair(text, "call")
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
        return name, value


def positions_from(opened: OpenedModel, given: list[str] | None, start: dict[str, float]) -> dict[str, float]:
    """Knob positions 0…1 from `--set KNOB=VALUE`, each value in the knob's own unit."""
    known = {each.name: each for each in opened.card.parameters if each.is_numeric}
    positions = {name: position for name, position in start.items() if name in known}
    for text in given or []:
        name, value = pair(text, "set")
        if name not in known:
            there = ", ".join(known) or "none"
            raise ModelError(f"There is no knob {name!r}.", f"The knobs are: {there}.", fields=["set"])
        try:
            positions[name] = known[name].position(known[name].parse(value))
        except ValueError as error:
            raise ModelError(f"{error}.", "Give a value in the knob's own unit.", fields=["set"]) from error
    return positions


def performed(asked: Asked) -> tuple[Mixer, dict[str, Lane]]:
    """Levels and recorded moves of a project; for a bare model neither."""
    path = Path(asked.model)
    if recognise(path).name != "project":
        return Mixer(), {}
    project = load_project(path)
    return project.mixer, project.automation


def mixer_from(
    opened: OpenedModel,
    start: Mixer,
    input_db: float | None,
    wet: float | None,
    stems: list[str] | None,
    ceiling_db: float | None,
) -> Mixer:
    """The levels around a model: those of `start`, but what was typed; of its outputs from `--stem NAME=DB`."""
    names = [each.name for each in opened.call.outputs]
    levels = dict(start.stems)
    for text in stems or []:
        name, value = pair(text, "stem")
        if name not in names or len(names) == 1:
            there = ", ".join(names) if len(names) > 1 else "The model has only one, see --gain-db"
            raise ModelError(f"There is no output {name!r} to mix.", f"{there}.", fields=["stem"])
        try:
            levels[name] = StemLevel(level_db=float(value))
        except ValueError as error:
            said = f"{value} dB is no level for {name}."
            raise ModelError(said, f"Give {SILENT_DB:g} (silence) to 12.", fields=["stem"]) from error
    typed = {"input_db": input_db, "wet": wet, "ceiling_db": ceiling_db}
    return start.model_copy(update={"stems": levels} | {key: said for key, said in typed.items() if said is not None})
