"""Which Python file beside bare weights could be their network, judged without running any."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from studio.document.folders import read_object
from studio.document.kinds import Kind
from studio.document.neighbours import is_project_top
from studio.document.outline import describe_python
from studio.errors import AnswerNeeded, FileError

PREFIXES = (
    "module.",
    "model.",
    "net.",
    "_net.",
    "network.",
    "_orig_mod.",
    "generator.",
    "ema_model.",
    "ema.",
    "params.",
)
ENOUGH = 0.6  # of the top names of weights must occur in a class: a checkpoint holds other words too
MOST_FILES = 200
ASIDE_FOLDERS = {".git", ".venv", "venv", "site-packages", "node_modules", "__pycache__", "build", "tests"}
MAX_SOURCE = 1 << 20
SAVED_IN = re.compile(
    r"(checkpoints?|ckpts?|weights|models?|saved_models?|runs?|logs?|lightning_logs|outputs?|results?|files|wandb"
    r"|pretrained|exp(eriments)?|version_\d+|run-.*|\d[\d_-]*)$",
    re.IGNORECASE,
)
HIGHEST = 5  # folders above the weights
NORMS = re.compile(
    r"^(parametrizations|original\d?|weight(_[gvuho]|_orig|_hh.*|_ih.*)?|bias(_hh.*|_ih.*)?|running_\w+)$"
)
ASIDE = re.compile(r"disc|critic|criterion|loss|metric|optim", re.IGNORECASE)  # kept by a trainer beside the network
Score = tuple[float, int]


def sources_beside(path: Path, kind: Kind) -> list[Path]:
    """Python files near bare weights whose network could hold them, judged without running any.

    Near is their folder, and those above it as long as they are called as folders of saved weights are. The files whose
    classes name every top part of the keys, those that name the most first of all; all that hold a class where the keys
    say nothing.
    """
    if named := _named_beside(path):
        return [named]
    for folder in _folders(path):
        scores = dict(_scored(folder, kind.keys))
        best = max(scores.values(), default=(0.0, 0))
        if best[0] >= ENOUGH:
            return [candidate for candidate, score in scores.items() if score == best]
    return []


def unfound(path: Path, kind: Kind, nearest: str = "") -> AnswerNeeded:
    """The question for the network of bare weights, with the files that could be it.

    Args:
        path: the weights.
        kind: what they are.
        nearest: what is known of networks that do not fit.
    """
    fitting = sources_beside(path, kind)
    names = ", ".join(each.name for each in fitting[:8])
    which = f"several files beside it could be ({names})" if fitting else "no file beside it fits"
    said = "; ".join(filter(None, [which, nearest]))
    return AnswerNeeded(
        f"{path.name} holds weights only, not the network around them; {said}.",
        "Name the Python file that defines the network with --source FILE.py.",
        about=path.name,
        fields=["source"],
        choices=[str(each) for each in fitting],
    )


def _named_beside(path: Path) -> Path | None:
    """The file that a Hugging Face folder names as its network's."""
    said = read_object(path.with_name("config.json")).get("auto_map")
    names = said.values() if isinstance(said, dict) else ()
    for name in (each[0] if isinstance(each, list) and each else each for each in names):
        module = str(name).rpartition("--")[2].rpartition(".")[0]
        file = path.with_name(f"{module}.py")
        if module.isidentifier() and file.is_file() and describe_python(file).classes:
            return file
    return None


def _folders(path: Path) -> Iterator[Path]:
    folder = path.absolute().parent
    for _ in range(HIGHEST):
        yield folder
        if not SAVED_IN.match(folder.name) or folder.parent in (folder, Path.home()):
            return
        folder = folder.parent


def _scored(folder: Path, keys: tuple[str, ...]) -> Iterator[tuple[Path, Score]]:
    """The Python files of a folder, with how well one of their classes fits."""
    with contextlib.suppress(OSError):
        for candidate in _candidates(folder):
            with contextlib.suppress(FileError, OSError):
                if candidate.stat().st_size <= MAX_SOURCE:
                    outline = describe_python(candidate)
                    held: list[set[str]] = [set(each.attributes) for each in outline.classes]
                    held += [set() for _ in outline.factories[:1]]
                    yield candidate, max((_fit(keys, each) for each in held), default=(0.0, 0))


def _candidates(folder: Path) -> list[Path]:
    """Python files of a folder; at the top of a repository those of all its packages, the highest first."""
    found = sorted(folder.glob("*.py"))
    if is_project_top(folder) and folder != Path.home():
        below = [each for each in folder.rglob("*.py") if not ASIDE_FOLDERS & set(each.relative_to(folder).parts[:-1])]
        found = sorted(below, key=lambda each: (len(each.parts), each))
    return found[:MOST_FILES]


def _fit(keys: tuple[str, ...], attributes: set[str]) -> Score:
    """How many of the top names of `keys` a class assigns, 0…1 and counted; without prefixes that trainers add too."""
    dotted = [key for key in keys if "." in key]
    variants = [dotted]
    while stripped := [key.partition(".")[2] for key in variants[-1] if key.startswith(PREFIXES)]:
        variants.append(stripped)
    tops = [{key.partition(".")[0] for key in each} for each in variants]
    named = [{top for top in each if not (top.isdigit() or NORMS.match(top) or ASIDE.search(top))} for each in tops]
    scores = [(len(each & attributes) / len(each), len(each & attributes)) for each in named if each]
    return max(scores, default=(1.0, 0))
