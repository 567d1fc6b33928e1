"""`studio doctor`: whether this computer has what the program needs."""

from __future__ import annotations

from collections.abc import Sequence

from studio.cli import options as opt
from studio.cli.output import show, table
from studio.cli.program import app
from studio.cli.progress import reporting
from studio.document.check import passed
from studio.flows.doctor import Section, examine, without_home
from studio.settings import Settings


@app.command()
def doctor(as_json: opt.AsJson = False, debug: opt.Debug = False) -> int:  # noqa: ARG001 - `dispatch` looks at debug
    """Look at this computer: versions, sound devices, priority, libraries, folders; 1 where something is broken."""
    with reporting("Looking") as report:
        sections = examine(Settings(), report=report)
    is_well = passed(row for section in sections for row in section.rows)
    said = [{"title": each.title, "checks": [row.model_dump(mode="json") for row in each.rows]} for each in sections]
    show({"ok": is_well, "sections": said}, _text(sections), as_json)
    return 0 if is_well else 1


def _text(sections: Sequence[Section]) -> str:
    said = []
    for section in sections:
        cells = [[row.verdict, row.title, _measured(row.value, row.unit), row.advice] for row in section.rows]
        _, *lines = table(["", "", "", ""], cells).split("\n")
        said += [section.title, *lines, ""]
    return without_home("\n".join(said[:-1]))


def _measured(value: object, unit: str) -> str:
    return " ".join(str(each) for each in (value, unit) if each not in (None, ""))
