"""TorchScript's refusals in one sentence, with the user's own line and a mend."""

from __future__ import annotations

import linecache
import re
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from studio.errors import CompileError
from studio.wrappers.compile_help import help_for
from studio.wrappers.watch import Look

PLACE = re.compile(r'File "([^"]+)", line (\d+)')
ADAPTER = "studio_adapter"  # files that we wrote around a model
OURS, TORCH = Path(__file__).parents[1], Path(torch.__file__).parent
MOST = 80  # letters of a quoted line


@dataclass(frozen=True)
class Refusal:
    """Why TorchScript does not take a model, and what to write instead."""

    sentence: str
    mend: str


@dataclass(frozen=True)
class _Place:
    path: Path
    line: int
    source: str


def explain_compile(error: BaseException, looks: Sequence[Look] = ()) -> Refusal:
    """TorchScript cannot compile FILE, line N, CONSTRUCT: REASON (“SOURCE”).

    Args:
        error: what torch raised.
        looks: lines that are likely to be the reason where torch names none.
    """
    text = str(error)
    place = _place(error, text) or next((_looked_at(each) for each in looks), None)
    known = help_for(f"{type(error).__name__}: {text}", place.source if place else "")
    where = f"{place.path.name}, line {place.line}" if place else "the model"
    quoted = f" (“{place.source[:MOST]}”)" if place and place.source else ""
    if known is None:
        said = f"TorchScript cannot compile {where}: {_first(text)}{quoted}."
        return Refusal(said, "Change that line." if place else "")
    said = f"TorchScript cannot compile {where}, {known.construct}: {known.reason}{quoted}."
    return Refusal(said, known.mend)


def refused(error: BaseException, more: str, fields: Sequence[str] = (), looks: Sequence[Look] = ()) -> CompileError:
    """The refusal for the user, with `more` behind the mend; torch's own words are its details."""
    said = explain_compile(error, looks)
    made = CompileError(said.sentence, f"{said.mend} {more}".strip(), fields=fields)
    made.output = f"{type(error).__name__}: {error}"
    return made


def _looked_at(look: Look) -> _Place:
    return _Place(Path(look.path), look.line, linecache.getline(look.path, look.line).strip())


def _place(error: BaseException, text: str) -> _Place | None:
    """Where in the user's own file it is; the first of them that torch names, else the line that raised."""
    named = list(_named(text))
    own = [each for each in named if _is_users(each.path)]
    if own:
        return own[0]
    frames = traceback.extract_tb(error.__traceback__)
    asked = next((at for at, each in enumerate(frames) if TORCH in Path(each.filename).parents), len(frames))
    for frame in reversed(frames[asked:]):  # the model's own code, run by torch
        if _is_users(Path(frame.filename)) and frame.lineno:
            return _Place(Path(frame.filename), frame.lineno, (frame.line or "").strip())
    return None


def _named(text: str) -> Iterator[_Place]:
    """The places of torch's message; each is followed by an excerpt with the marked line."""
    found = list(PLACE.finditer(text))
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        path, number = Path(match[1]), int(match[2])
        marked = _marked(text[match.end() : end])
        source = marked or linecache.getline(str(path), number).strip()
        yield _Place(path, _true_line(path, number, marked), source)


def _marked(excerpt: str) -> str:
    """The source line above torch's first underline."""
    lines = excerpt.splitlines()
    at = next((index for index, line in enumerate(lines) if index and re.match(r"\s*~+", line)), 0)
    return lines[at - 1].strip() if at else ""


def _true_line(path: Path, number: int, marked: str) -> int:
    """Torch names the first line of its excerpt at times; the marked line is at or a little below it."""
    if not marked or linecache.getline(str(path), number).strip() == marked:
        return number
    below = (at for at in range(number, number + 60) if linecache.getline(str(path), at).strip() == marked)
    return next(below, number)


def _is_users(path: Path) -> bool:
    foreign = path.is_file() and not path.is_relative_to(OURS) and not path.is_relative_to(TORCH)
    installed = {"site-packages", "dist-packages"} & set(path.parts) or re.search(
        r"/lib/python3\.\d+/", path.as_posix()
    )
    return foreign and not installed and not path.name.startswith(ADAPTER)


def _first(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")
    return line.rstrip(".:")[:160]
