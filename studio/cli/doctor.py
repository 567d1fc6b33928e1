"""`studio doctor`: whether this computer has what the program needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from studio.cli import options as opt
from studio.cli.output import show, table
from studio.cli.program import app
from studio.cli.progress import reporting
from studio.diagnostics.log import last_lines, log_file
from studio.document.check import passed
from studio.flows.computer import without_home
from studio.flows.doctor import STATES, Section, examine, measured
from studio.flows.problem_report import problem_report
from studio.settings import Settings

SHOWN_LINES = 50
LONGEST = 200_000  # bytes of text: what is asked for here is asked for whole


@app.command()
def doctor(
    report: Annotated[
        bool, typer.Option("--report", help="Print all that helps others to help, without names and private paths.")
    ] = False,
    log: Annotated[bool, typer.Option("--log", help="Print where the log is, and its end.")] = False,
    as_json: opt.AsJson = False,
    debug: opt.Debug = False,  # noqa: ARG001 - `dispatch` looks at it
) -> int:
    """Look at this computer: versions, sound, libraries, GPU, priority, folders, protection.

    Ends with 0 where nothing is broken, with 1 where a row says broken; what could be better is no reason for 1.
    """
    if log:
        lines = last_lines(SHOWN_LINES)
        show({"path": str(log_file()), "lines": lines}, "\n".join([str(log_file()), *lines]), as_json, LONGEST)
        return 0
    settings = Settings()
    with reporting("Looking") as progress:
        sections = examine(settings, report=progress)
    is_well = passed(row for section in sections for row in section.rows)
    if report:
        text = problem_report(sections, settings)
        show({"ok": is_well, "report": text}, text, as_json, LONGEST)
    else:
        said = [
            {"title": each.title, "checks": [row.model_dump(mode="json") for row in each.rows]} for each in sections
        ]
        show({"ok": is_well, "sections": said}, _text(sections), as_json, LONGEST)
    return 0 if is_well else 1


def _text(sections: Sequence[Section]) -> str:
    said = []
    for section in sections:
        cells = [[STATES[row.verdict], row.title, measured(row), row.advice] for row in section.rows]
        _, *lines = table(["", "", "", ""], cells).split("\n")
        said += [section.title, *lines, ""]
    return without_home("\n".join(said[:-1]))
