"""`studio adapter`: how a model is called, as Python."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli import options as opt
from studio.cli.output import show
from studio.cli.program import app, opened
from studio.document.adapter_text import adapter_text
from studio.storage import write_text

MOST = 1 << 20  # bytes of text


@app.command(name="adapter")
@opt.with_model
def adapter_(
    asked: opt.Asked,
    out: Annotated[str, typer.Option("--out", metavar="FILE.py", help="Write it there instead.")] = "",
    as_json: opt.AsJson = False,
) -> int:
    """Show how a model is called as Python that runs with torch alone."""
    source, _ = opt.source_from(asked)
    with opened(source, asked.trust) as model:
        text = adapter_text(model)
    if out:
        write_text(Path(out), text)
    show({"adapter": text, "output": out or None}, f"Written to {out}." if out else text.rstrip(), as_json, MOST)
    return 0
