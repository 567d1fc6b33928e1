"""One question of any file that a model may come from: what would it do, and is it whole?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from studio.document.outline import describe_python
from studio.document.scans.archive import BROKEN, Archive, UnsoundError, open_archive
from studio.document.scans.exported import scan_exported
from studio.document.scans.result import Finding, Scan
from studio.document.scans.tensors import scan_tensors
from studio.document.scans.torch_file import scan_pickles, scan_torch_archive
from studio.document.scans.torchscript import scan_torchscript
from studio.errors import FileError

SCRIPTED = frozenset({"torchscript", "neutone", "neutone_gen", "audacity", "nn", "harp", "plain"})
STORED = frozenset({"state_dict", "checkpoint", "pickled-module"})


def scan(path: Path, kind: str) -> Scan:
    """Judge a file without opening it: nothing is imported, unpickled or run.

    Args:
        kind: as `document.kinds` names it; kinds that can neither run nor break have nothing to judge.

    Raises: OSError where the file cannot be read.
    """
    return Scan.of(_findings(path / "model.pt" if path.is_dir() else path, kind))


def _findings(path: Path, kind: str) -> Iterator[Finding]:
    if kind == "python":
        yield from _python(path)
    elif kind == "safetensors":
        yield from scan_tensors(path)
    elif kind == "pt2" or kind in SCRIPTED or kind in STORED:
        yield from _torch(path, kind)


def _python(path: Path) -> Iterator[Finding]:
    """A program runs; its imports and the calls that stand out say what for."""
    try:
        outline = describe_python(path)
    except FileError as error:
        yield Finding("damaged", error.sentence.rstrip("."), path.name)
        return
    yield Finding("runs", "is a Python program; opening it runs it", path.name)
    for name in outline.imports:
        yield Finding("note", f"imports {name}", name)
    for act in outline.acts:
        yield Finding("runs", f"{act.words}: {act.said}", act.name)


def _torch(path: Path, kind: str) -> Iterator[Finding]:
    with path.open("rb") as plain:
        if plain.read(2) != b"PK":
            plain.seek(0)
            yield from scan_pickles(plain, path.stat().st_size, path.name)
            return
    try:
        stream, archive = open_archive(path)
    except UnsoundError as error:
        yield Finding("damaged", str(error), path.name)
        return
    with stream:
        try:
            yield from _judge(archive, kind)
        except BROKEN as error:
            said = str(error) if isinstance(error, UnsoundError) else "a member of it cannot be unpacked"
            yield Finding("damaged", said, path.name)


def _judge(archive: Archive, kind: str) -> Iterator[Finding]:
    if kind == "pt2":
        yield from scan_exported(archive)
    elif kind in SCRIPTED:
        yield from scan_torchscript(archive)
    else:
        yield from scan_torch_archive(archive)
