"""`studio labels`: one label file as another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli import options as opt
from studio.cli.output import show
from studio.cli.program import app
from studio.flows.labelling import convert_labels


@app.command()
def labels(
    source: Annotated[str, typer.Argument(metavar="IN", help="Audacity text, CSV, SRT or TextGrid.")],
    target: Annotated[str, typer.Argument(metavar="OUT", help="Its ending decides: .txt, .csv, .srt, .TextGrid.")],
    as_json: opt.AsJson = False,
    debug: opt.Debug = False,  # noqa: ARG001 - `dispatch` looks at it
) -> int:
    """Convert a label file: Audacity's text, CSV, SRT subtitles and Praat's TextGrid."""
    found = convert_labels(Path(source), Path(target))
    names = ", ".join(found["names"][:12]) + (" …" if len(found["names"]) > 12 else "")
    said = f"{found['output']}: {found['labels']} labels up to {found['seconds']:.3f} s"
    show(found, f"{said} ({names})." if names else f"{said}.", as_json)
    return 0
