"""The commands. Each says what it does in its docstring, which is its help."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from studio.audio.tones import is_tone
from studio.cli import options as opt
from studio.cli.output import show, show_error, table
from studio.cli.program import app, finish, opened
from studio.cli.progress import reporting
from studio.document.card import read_card
from studio.document.check import Check, passed
from studio.document.kinds import recognise
from studio.document.limits import hosts
from studio.document.opened import ModelSource
from studio.errors import ConsentNeeded, HostError, StudioError
from studio.flows.checking import bench_model, check_model, facts_of
from studio.flows.demo import run_demo
from studio.flows.exported import Package
from studio.flows.exporting import export_model
from studio.flows.inspecting import KEYS, inspect_file
from studio.flows.rendering import render_file

HOSTS = "A host of those that `studio hosts` lists; may be repeated."


@app.command()
@opt.with_model
def inspect(
    asked: opt.Asked,
    as_json: opt.AsJson = False,
) -> int:
    """Say what a file is, and how it is called where it is a model."""
    path = Path(asked.model)
    kind = recognise(path)
    source = opt.source_from(asked)[0] if kind.is_model else ModelSource(path=asked.model)
    try:
        found = inspect_file(source, trust=opt.trust_for(source, asked.trust and kind.is_model))
    except ConsentNeeded as needed:
        known = dict.fromkeys(KEYS) | {"kind": kind.name, "name": path.name, "size_bytes": kind.size_bytes}
        show_error(needed, known | {"facts": [f"{kind.title}.", *kind.facts]}, as_json)
        return 2
    show(found, _inspected(found), as_json)
    return 0


@app.command()
@opt.with_model
def check(
    asked: opt.Asked,
    as_json: opt.AsJson = False,
) -> int:
    """Run the checks on a model or a package."""
    source, _ = opt.source_from(asked)
    with opened(source, asked.trust) as model, reporting("Checking") as report:
        checks = check_model(model, report=report)
    outcome = {"ok": passed(checks), "checks": [each.model_dump() for each in checks], "call": facts_of(checks)}
    return finish(outcome, _checked(checks), _failed(checks), as_json)


@app.command()
@opt.with_model
def export(
    asked: opt.Asked,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Where the packages go.")],
    host: Annotated[list[str] | None, typer.Option("--host", help=HOSTS)] = None,
    card: Annotated[str, typer.Option("--card", metavar="CARD.json", help="What is said about the model.")] = "",
    set_: opt.Set = None,
    audio: Annotated[list[str] | None, typer.Option("--audio", help="A sound for the package's samples.")] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Export although a check failed that hosts live with.")
    ] = False,
    as_json: opt.AsJson = False,
) -> int:
    """Make a package for each host, verify what was written, and put it in place; report.html tells the rest."""
    if not host:
        raise HostError("No host was named.", f"Add --host with one of {', '.join(hosts())}.", fields=["host"])
    said = read_card(Path(card)) if card else None
    source, start = opt.source_from(asked, said)
    with opened(source, asked.trust) as model:
        positions = opt.positions_from(model, set_, start)
        sounds = [Path(each) for each in audio or []]
        with reporting("Exporting") as report:
            packages = export_model(
                model, model.card, positions, host, Path(out), sounds=sounds, anyway=anyway, report=report
            )
        doubts = [each for each in check_model(model, known=True) if each.verdict in ("warn", "fail")]
    text = _exported(packages) + (f"\n\nThe model:\n{_checked(doubts)}" if doubts else "")
    outcome = {**_packaged(packages), "model": [each.model_dump(mode="json") for each in doubts]}
    return finish(outcome, text, _unverified(packages), as_json)


@app.command()
@opt.with_model
def render(
    asked: opt.Asked,
    sound: Annotated[str, typer.Argument(metavar="IN", help="A sound file, or tone:sine:440 and the like.")],
    out: Annotated[str, typer.Argument(metavar="OUT", help="Float WAV unless the name asks for another format.")],
    set_: opt.Set = None,
    sample_rate: Annotated[
        int | None, typer.Option(metavar="R", min=1000, max=768_000, help="Of the simulated host, in Hz.")
    ] = None,
    block_size: Annotated[int, typer.Option(metavar="N", min=1, max=1 << 20)] = 512,
    input_db: opt.InputDb = None,
    gain_db: opt.GainDb = 0.0,
    wet: opt.Wet = None,
    stem: opt.Stem = None,
    limit: opt.Limit = None,
    as_json: opt.AsJson = False,
) -> int:
    """Render a sound through a model, by the very graph that plays it live; a project with its levels and moves."""
    source, start = opt.source_from(asked)
    levels, lanes = opt.performed(asked)
    typed = {opt.pair(each, "set")[0] for each in set_ or []}
    with opened(source, asked.trust) as model:
        positions = opt.positions_from(model, set_, start)
        with reporting("Rendering") as report:
            found = render_file(
                model,
                sound if is_tone(sound) else Path(sound),
                Path(out),
                knobs=positions,
                mixer=opt.mixer_from(model, levels, input_db, wet, stem, limit),
                lanes={name: lane for name, lane in lanes.items() if name not in typed},
                gain_db=gain_db,
                sample_rate=sample_rate,
                block=block_size,
                report=report,
            )
    if not model.call.sample_rates:
        found["facts"] += ["The model's own sample rate is not known: it was run at the sound's."]
    show(found, _rendered(found), as_json)
    return 0


@app.command()
@opt.with_model
def bench(
    asked: opt.Asked,
    sample_rate: Annotated[
        int | None, typer.Option(metavar="R", min=1000, max=768_000, help="Of the simulated host, in Hz.")
    ] = None,
    as_json: opt.AsJson = False,
) -> int:
    """Time a model at block sizes 64 to 2048."""
    source, _ = opt.source_from(asked)
    with opened(source, asked.trust) as model, reporting("Timing") as report:
        rows = bench_model(model, sample_rate, report=report)
    heads = ["block", "bare_us", "wrapped_us", "overhead_us", "latency_samples", "realtime_factor"]
    show({"rows": rows}, table(heads, [[row[head] for head in heads] for row in rows]), as_json)
    return 0


@app.command(name="hosts")
def hosts_(as_json: opt.AsJson = False, debug: opt.Debug = False) -> int:  # noqa: ARG001 - `dispatch` looks at debug
    """List the hosts that packages can be made for."""
    known = [each.model_dump(mode="json") for each in hosts().values()]
    heads = ["host", "title", "written", "effects", "labels", "knobs"]
    rows = [
        [each[head] if isinstance(each[head], str) else "yes" if each[head] else "-" for head in heads]
        for each in known
    ]
    show({"hosts": known}, table(heads, rows), as_json)
    return 0


@app.command()
def demo(
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Where packages and the rendered sound go.")],
    as_json: opt.AsJson = False,
    debug: opt.Debug = False,  # noqa: ARG001 - `dispatch` looks at it
) -> int:
    """Do the whole job on the bundled model and recording: load, measure, render, export, verify."""
    with reporting("Demonstrating") as report:
        found = run_demo(Path(out), report=report)
    packages = found.pop("verified")
    outcome = {**_packaged(packages), **found}
    return finish(outcome, f"{_exported(packages)}\n\n{_rendered(found)}", _unverified(packages), as_json)


@app.command(name="open")
def open_(paths: Annotated[list[str] | None, typer.Argument(metavar="PATH…")] = None) -> int:
    """Open the window on models, sounds or a project."""
    from studio.app.main import run

    return run([Path(path) for path in paths or []])


def _failed(checks: Sequence[Check]) -> StudioError | None:
    failed = [each for each in checks if each.verdict == "fail"]
    if not failed:
        return None
    first = failed[0]
    return HostError(f"Not passed: {', '.join(each.id for each in failed)}.", first.advice)


def _unverified(packages: Sequence[Package]) -> StudioError | None:
    bad = [each for each in packages if not each.verified]
    if not bad:
        return None
    failed = [check for each in bad for check in each.checks if check.verdict == "fail"]
    names = ", ".join(each.host for each in bad)
    return HostError(f"Not accepted by its own check, so not written: {names}.", failed[0].advice if failed else "")


def _packaged(packages: Sequence[Package]) -> dict[str, Any]:
    return {"packages": [each.model_dump(mode="json") for each in packages]}


def _inspected(found: dict[str, Any]) -> str:
    lines = [f"{found['name']}: {found['kind']}, {found['size_bytes']} bytes", *(str(each) for each in found["facts"])]
    if found["parameters"]:
        rows = [
            [each[key] for key in ("name", "kind", "default", "min", "max", "unit")] for each in found["parameters"]
        ]
        lines += ["", table(["knob", "kind", "default", "min", "max", "unit"], rows)]
    return "\n".join(lines)


def _checked(checks: Sequence[Check]) -> str:
    """A line for each check; below one that can be mended, what is added to the command line for that."""
    rows = [[each.verdict, each.id, _one_line(each.value), each.unit, _one_line(each.advice)] for each in checks]
    head, *lines = table(["verdict", "check", "value", "unit", "advice"], rows).split("\n")
    said = [head]
    for each, line in zip(checks, lines, strict=True):
        said.append(line)
        if each.mend is not None and each.mend.call:
            said.append(f"    mend: {_options(each.mend.call)}   ({each.mend.label})")
    return "\n".join(said)


def _one_line(value: Any) -> Any:
    """A knob or a failing model may say anything; a row of a table is one line."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _options(call: dict[str, Any]) -> str:
    """The fields as the command line takes them."""
    words = [f"{field}={json.dumps(value, separators=(',', ':'))}" for field, value in call.items()]
    return " ".join(f"--call {shlex.quote(word)}" for word in words)


def _exported(packages: Sequence[Package]) -> str:
    rows = []
    for each in packages:
        counted = sum(check.verdict == "pass" for check in each.checks)
        state = "unchanged" if each.kept else "verified" if each.verified else "refused"
        rows.append([each.host, state, f"{counted}/{len(each.checks)}", each.path])
    bad = [check for each in packages for check in each.checks if check.verdict in ("warn", "fail")]
    text = table(["host", "state", "checks", "path"], rows)
    return f"{text}\n\n{_checked(bad)}" if bad else text


def _rendered(found: dict[str, Any]) -> str:
    if "labels" in found:
        said = f"{found['output']}: {found['labels']} labels, {found['realtime_factor']:.1f} times real time."
        return "\n".join([said, *found.get("facts", ())])
    said = (
        f"{found['output']}: {found['frames']} samples at {found['sample_rate']} Hz, {found['latency']} samples of "
        f"delay taken out, {found['realtime_factor']:.1f} times real time."
    )
    return "\n".join([said, *found.get("facts", ())])
