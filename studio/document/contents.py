"""What opening a file would run, in plain words, for the question that is asked before it does."""

from __future__ import annotations

from pathlib import Path

from studio.document.acts import grouped
from studio.document.kinds import Kind
from studio.document.neighbours import neighbours
from studio.document.outline import describe_python
from studio.document.pickles import PickleContent, read_pickles
from studio.document.scans.archive import open_archive
from studio.document.scans.result import Scan, listed
from studio.document.scans.scan import scan
from studio.errors import FileError

MOST = 900  # letters of the question: longer ones are not read
CAREFUL = {
    "pickled-module": "holds pickled Python objects; opening it can run anything",
    "pt2": "is a torch.export program; opening it unpickles what it holds, which can run anything",
}


def what_would_run(path: Path, kind: Kind) -> str:
    """A few sentences: what opening this file runs and what stands out in it."""
    said = _python(path) if kind.name == "python" else _scanned(path, kind)
    return said if len(said) <= MOST else said[: MOST - 2] + " …"


def would_run(path: Path, kind: Kind) -> tuple[str, ...]:
    """One sentence for each thing that opening a file would do beside arithmetic."""
    found = scan(path, kind.name)
    return tuple(f"Opening it {each.text}." for each in found.findings if each.weight == "runs")


def describe_pickle(path: Path) -> PickleContent:
    """What the main pickle of a torch file names and holds. Raises: ValueError for a damaged one, OSError."""
    with path.open("rb") as plain:
        if plain.read(2) != b"PK":
            plain.seek(0)
            return read_pickles(plain)
    stream, archive = open_archive(path)
    with stream:
        name = next((name for name in archive.members if name.partition("/")[2] == "data.pkl"), "")
        if not name:
            raise ValueError("it holds no pickle")
        return read_pickles(archive.open(name), streams=1)


def _python(path: Path) -> str:
    try:
        outline = describe_python(path)
    except FileError as error:
        return error.sentence
    said = f"{path.name} is a Python program; opening it runs it."
    if outline.imports:
        said += f" It imports {listed(outline.imports)}."
    around = neighbours(path)
    top = min(around.places, key=lambda each: len(each.parts))
    beside = [each for each in around.files if each.stat().st_size]  # an empty `__init__.py` runs nothing
    if beside:
        said += f" That runs {listed([each.relative_to(top).as_posix() for each in beside])} too."
    if outline.acts:
        said += f" It {'; '.join(grouped(outline.acts))}."
    for each in beside:
        said += _beside(each)
    return said


def _beside(path: Path) -> str:
    try:
        acts = describe_python(path).acts
    except FileError:
        return ""
    return f" {path.name} {'; '.join(grouped(acts))}." if acts else ""


def _scanned(path: Path, kind: Kind) -> str:
    said = f"{path.name} {CAREFUL.get(kind.name, 'is a TorchScript program; opening it can run it')}."
    return said + _told(scan(path, kind.name), kind)


def _told(found: Scan, kind: Kind) -> str:
    notes = "".join(f" It {note}." for note in found.notes)
    if found.verdict == "arithmetic":
        return f" Nothing but arithmetic was seen in {'it' if kind.name in CAREFUL else 'its code'}.{notes}"
    return f" It {listed([each.text for each in found.deciding], '; ')}.{notes}"
