"""`studio recover`: work that could not be saved, listed and written to files without a window."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from studio.cli import options as opt
from studio.cli.output import show, table
from studio.cli.program import app
from studio.document.edits import Work
from studio.document.project import save_project
from studio.document.recovery import find_work, journals, read_work, set_aside
from studio.errors import FileError


@dataclass(frozen=True)
class Row:
    """Unsaved work by the name that a user types."""

    id: str
    work: Work
    changed: str
    state: str

    def said(self) -> dict[str, str]:
        file = str(self.work.file) if self.work.file else ""
        last = self.work.history.undo_text
        found = {"id": self.id, "name": self.work.name, "file": file, "last": last}
        return {**found, "when": self.changed, "state": self.state}


@app.command()
def recover(
    which: Annotated[str, typer.Argument(metavar="[ID]", help="Which work; without it all is listed.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it to this project file.")] = None,
    as_json: opt.AsJson = False,
    debug: opt.Debug = False,  # noqa: ARG001 - `dispatch` looks at it
) -> int:
    """List work that the app could not save before it stopped, or write one to a file. Nothing is removed."""
    rows, notes = _rows()
    if not which:
        text = "\n".join([_listed(rows), *notes])
        show({"unsaved": [each.said() for each in rows], "notes": notes}, text, as_json)
        return 0
    row = next((each for each in rows if which in (each.id, each.work.name)), None)
    if row is None:
        raise FileError(f"No unsaved work is called {which}.", "See studio recover for the list.", about=which)
    if out is None:
        raise FileError("It is not said where to.", "Add --out FILE.studio.", fields=["out"])
    if out.exists():
        raise FileError(f"{out.name} is there already.", "Choose another name.", about=out.name, fields=["out"])
    save_project(row.work.history.state, out)
    show({"output": str(out), **row.said()}, f"Wrote {row.work.name} to {out}.", as_json)
    return 0


def _rows() -> tuple[list[Row], list[str]]:
    search = find_work(journals(), mend=False)
    search.release()
    rows = [Row(each.id, each.work, _when(each.changed_at), _state(each.declined)) for each in search.found]
    notes = list(search.notes)
    for path in set_aside(journals()):
        try:
            rows.append(Row(path.stem, read_work(path), "", "set aside"))
        except (OSError, FileError) as error:
            notes.append(f"{path} cannot be read: {error}")
    return rows, notes


def _state(declined: bool) -> str:
    return "declined" if declined else "unsaved"


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _listed(rows: list[Row]) -> str:
    if not rows:
        return "Nothing is unsaved."
    cells = [[each.id, each.work.name, each.changed, each.state, each.said()["last"]] for each in rows]
    return table(["id", "project", "when", "state", "last edit"], cells)
