"""Which files each job may reach once it has locked itself in: the one table of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from studio.document.kinds import Kind
from studio.document.neighbours import neighbours
from studio.document.opened import ModelSource
from studio.errors import JobError
from studio.link.lock.access import Access

# kinds that consist of several files, or run code that was agreed to: they may read the folder they lie in
BESIDE = frozenset({"python", "pickled-module", "state_dict", "checkpoint", "safetensors", "audacity", "harp", "plain"})
CHECKPOINTS = "checkpoints"  # below a run, whose settings lie above them
HINT = "Nothing was done with it. Do not use this model."


def for_opening(source: ModelSource, kind: Kind, staged: Path) -> Access:
    """A model, what belongs to it, and the folder for what is made of it."""
    path = Path(source.path)
    read = [path, *(_beside(path) if kind.name in BESIDE else [])]
    if source.source:
        read += [Path(source.source), *_beside(Path(source.source))]
    return Access(tuple(read), (staged,))


def for_captured(captured: Path | str, write: Iterable[Path] = (), read: Iterable[Path] = ()) -> Access:
    """A captured wrapper, with sounds and the like that are read, and folders for what is made."""
    return Access((Path(captured), *read), tuple(write))


def for_package(path: Path, write: Iterable[Path] = (), read: Iterable[Path] = ()) -> Access:
    """A package: the files in its folder belong to it."""
    belonging = [path] if path.is_dir() else [path, *_beside(path)]
    return Access((*belonging, *read), tuple(write))


def require_inside(folder: Path, *answered: Path) -> None:
    """Believe a job's word on where its files lie only where they lie in the folder it was given.

    Raises: JobError.
    """
    top = folder.resolve()
    for path in answered:
        if not path.resolve().is_relative_to(top):
            raise JobError(f"The process that opened the model names a file that is not its own: {path.name}.", HINT)


def _beside(path: Path) -> list[Path]:
    """The folder that a file lies in, of a training run all of it; of the user's home only the files that show.

    Of a Python file also those above it that it imports from.
    """
    folder, home = path.resolve().parent, Path.home().resolve()
    above = neighbours(path).places[1:] if path.suffix == ".py" else ()
    if folder.name == CHECKPOINTS:
        folder = folder.parent
    if folder not in (home, *home.parents):
        return [folder, *above]
    return [each for each in folder.iterdir() if each.is_file() and not each.name.startswith(".")]
