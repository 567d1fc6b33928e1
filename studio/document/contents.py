"""What opening a file would run, in plain words, for the question that is asked before it does."""

from __future__ import annotations

import ast
import warnings
import zipfile
from pathlib import Path

from studio.document.kinds import Kind
from studio.document.outline import describe_python, local_imports
from studio.document.pickles import PickleContent, read_pickles
from studio.errors import FileError

SHOWN = 4
MAX_CODE = 32 << 20
ACTING_OPERATORS = frozenset(
    {"from_file", "save", "load_tensor", "rpc_async", "rpc_sync", "rpc_remote", "load_library"}
)


def what_would_run(path: Path, kind: Kind) -> str:
    """One sentence or two: what opening this file runs and what stands out in it."""
    if kind.name == "python":
        return _python(path)
    if kind.name == "pickled-module":
        names = describe_pickle(path).foreign
        return f"{path.name} holds pickled Python objects; opening it imports and calls {_list(names)}."
    if kind.name == "pt2":
        return f"{path.name} is a torch.export program; opening it unpickles what it holds, which can run anything."
    return _torchscript(path)


def describe_pickle(path: Path) -> PickleContent:
    """Names that the pickles of a torch file would import. Raises: ValueError for a damaged one."""
    with path.open("rb") as stream:
        if stream.read(2) != b"PK":
            stream.seek(0)
            return read_pickles(stream)
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.partition("/")[2] == "data.pkl")
        with archive.open(name) as member:
            return read_pickles(member)  # type: ignore[arg-type]


def describe_torchscript(path: Path) -> tuple[str, ...]:
    """What the code in a TorchScript archive does beside arithmetic; empty where a scan finds nothing.

    A clean scan is advice, never a reason to open the file outside a locked-in process.
    """
    notes: dict[str, None] = {}
    try:
        with zipfile.ZipFile(path / "model.pt" if path.is_dir() else path) as archive:
            code = [info for info in archive.infolist() if info.filename.endswith(".py") and "/code/" in info.filename]
            if sum(info.file_size for info in code) > MAX_CODE:
                return ("holds more code than can be looked through",)
            for info in code:
                notes.update(dict.fromkeys(_script_notes(archive.read(info))))
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError):
        return ("cannot be looked through",)
    return tuple(notes)


def _python(path: Path) -> str:
    try:
        outline = describe_python(path)
    except FileError as error:
        return error.sentence
    said = f"{path.name} is a Python program; opening it runs it."
    if outline.imports:
        said += f" It imports {_list(outline.imports)}."
    if beside := local_imports(path):
        said += f" That runs {_list([each.name for each in beside])} too."
    if outline.acts:
        said += f" It calls {_list(outline.acts)}."
    return said


def _torchscript(path: Path) -> str:
    said = f"{path.name} is a TorchScript program; opening it can run it."
    notes = describe_torchscript(path)
    return f"{said} It {_list(notes)}." if notes else f"{said} Nothing but arithmetic was seen in its code."


def _script_notes(body: bytes) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(body.decode())
    except (SyntaxError, ValueError, RecursionError):
        return ["holds code that cannot be read"]
    return [note for node in ast.walk(tree) if (note := _script_note(node))]


def _script_note(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef) and node.name == "__setstate__":
        return "acts while it is loaded"
    if isinstance(node, ast.Attribute) and node.attr in ACTING_OPERATORS:
        return f"reads or writes files ({node.attr})"
    if isinstance(node, ast.Name) and node.id in ACTING_OPERATORS:
        return f"reads or writes files ({node.id})"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        plain = len(node.args) == 2 and isinstance(node.args[1], ast.Constant)
        if not plain or node.args[1].value in ACTING_OPERATORS:  # type: ignore[attr-defined]
            return "hides what it calls"
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in ("torch", "ops"):
        return "hides what it calls"
    return ""


def _list(items: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(items[:SHOWN])
    return f"{shown} and {len(items) - SHOWN} more" if len(items) > SHOWN else shown
