"""`studio card`: what is said about a package or a model, shown and edited."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli import options as opt
from studio.cli.output import show, table
from studio.cli.program import app
from studio.cli.progress import reporting
from studio.document.card import ModelCard, read_card
from studio.document.trust import Trust
from studio.errors import StudioError
from studio.flows.editing import card_of, edited_card, write_card


@app.command(name="card")
def card_(
    package: Annotated[str, typer.Argument(metavar="PACKAGE", help="A package that was exported, or a model.")],
    card: Annotated[str, typer.Option("--card", metavar="CARD.json", help="Fields to take from a card.")] = "",
    edit: Annotated[
        list[str] | None, typer.Option("--edit", metavar="FIELD=VALUE", help="A field; knob.NAME.description too.")
    ] = None,
    out: Annotated[str, typer.Option("--out", metavar="PATH", help="Write the edited package there instead.")] = "",
    trust: Annotated[bool, typer.Option("--trust", help="Let the code in the package run, this once.")] = False,
    as_json: opt.AsJson = False,
    debug: opt.Debug = False,  # noqa: ARG001 - `dispatch` looks at it
) -> int:
    """Show what a package says of its model; with --card or --edit write it anew, without another export."""
    path = Path(package)
    known = card_of(path)
    if not card and not edit:
        if out:
            raise StudioError("Nothing is edited.", "Add --edit FIELD=VALUE or --card CARD.json.", fields=["out"])
        show(known.model_dump(mode="json"), _shown(known.card), as_json)
        return 0
    said = read_card(Path(card)) if card else None
    new = edited_card(known.card, said, [opt.pair(each, "edit") for each in edit or []])
    allowed = Trust.of([path]) if trust else Trust()
    with reporting("Editing") as report:
        done = write_card(path, new, out=Path(out) if out else None, trust=allowed, report=report)
    outcome: dict[str, Any] = {**done.model_dump(mode="json"), "card": new.model_dump(mode="json")}
    passed = f"; {len(done.checks)} checks passed" if done.checks else ""
    show(outcome, f"{_shown(new)}\n\nWritten to {done.path}{passed}.", as_json)
    return 0


def _shown(card: ModelCard) -> str:
    blank = ModelCard()
    said = [(name, value) for name, value in card if name != "parameters" and value != getattr(blank, name)]
    rows = [[name, _cell(value)] for name, value in said]
    text = table(["field", "says"], rows)
    if card.parameters:
        knobs = [[each.name, each.show(each.default), each.description] for each in card.parameters]
        text += "\n\n" + table(["knob", "default", "description"], knobs)
    return text


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return str(value)
