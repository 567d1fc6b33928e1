"""Which Python files belong to one that is opened: what it imports from its own folder, its package or its project."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from studio.document.outline import parse
from studio.errors import FileError

LOADED_BEFORE = ("studio", "torch", "numpy")  # a neighbour of that name would not be imported
LEVELS = 5  # folders above the file's own that are looked at
PROJECT = (
    ".git", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "environment.yml", "README.md", "README.rst",
)  # fmt: skip


@dataclass(frozen=True)
class Neighbours:
    """What importing a file reads besides it.

    Attributes:
        files: Python files, in order; of a package all that it holds.
        folders: where imports are looked up: the file's own, then those above it that hold what it names.
        depth: folders up, from the file's own, that imports with leading dots reach; 0 where there are none.
    """

    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    depth: int

    @property
    def places(self) -> tuple[Path, ...]:
        """Every folder that importing looks into, the file's own first."""
        own = self.folders[0]
        return tuple(dict.fromkeys((own, _up(own, self.depth - 1), *self.folders)))


def neighbours(path: Path) -> Neighbours:
    """Follow the imports of a Python file, wherever they stand; nothing runs.

    A folder above counts only where the file lies in the package that is named, or where it is the top of a project,
    and the home folder never does: nothing is imported by chance from where anybody may put files.
    """
    path, home = path.resolve(), Path.home().resolve()
    files: dict[Path, None] = {}
    folders, depth, waiting = {path.parent: None}, 0, [path]
    while waiting:
        file = waiting.pop()
        try:
            tree = parse(file)
        except FileError:
            continue
        found = []
        for name in _absolute(tree):
            folder = _home_of(path.parent, name, home)
            if folder is not None:
                folders[folder] = None
                found += _python_files(folder, name)
        for level, name in _relative(tree):
            above = _up(file.parent, level - 1)
            if above in (home, *home.parents) and above != path.parent:
                continue
            found += _python_files(above, name)
            depth = max(depth, _steps(path.parent, above))
        new = [each for each in found if each not in files and each != path]
        files.update(dict.fromkeys(new))
        waiting += new
    return Neighbours(tuple(sorted(files)), tuple(folders), depth)


def local_imports(path: Path) -> list[Path]:
    """Python files that `path` imports from around it, directly or through one another."""
    return list(neighbours(path).files)


def is_project_top(folder: Path) -> bool:
    """Whether a folder looks like the top of somebody's repository."""
    return any((folder / mark).exists() for mark in PROJECT)


def _absolute(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        names: Iterable[str] = ()
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names = [node.module]
        for name in names:
            top = name.partition(".")[0]
            if top not in LOADED_BEFORE:
                yield top


def _relative(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """How many dots, and the top name behind them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            for name in [node.module.partition(".")[0]] if node.module else [alias.name for alias in node.names]:
                yield node.level, name


def _home_of(own: Path, name: str, home: Path) -> Path | None:
    """The folder that a top name is imported from: this one, or one above it."""
    if _is_there(own, name):
        return own
    for above in list(own.parents)[:LEVELS]:
        if above in (home, *home.parents):
            return None
        is_project = is_project_top(above)
        if own.is_relative_to(above / name) or (is_project and _is_there(above, name)):
            return above
        if is_project:
            return None
    return None


def _is_there(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()


def _python_files(folder: Path, name: str) -> list[Path]:
    if (folder / f"{name}.py").is_file():
        return [folder / f"{name}.py"]
    found = (folder / name).rglob("*.py") if (folder / name).is_dir() else ()
    return sorted(each for each in found if not any(part.startswith(".") for part in each.relative_to(folder).parts))


def _up(folder: Path, levels: int) -> Path:
    return folder if levels <= 0 else folder.parents[min(levels, len(folder.parents)) - 1]


def _steps(folder: Path, above: Path) -> int:
    """How far above a folder another one lies, plus one; 1 for one that lies beneath or beside it."""
    return 1 + list(folder.parents).index(above) + 1 if above in folder.parents else 1
