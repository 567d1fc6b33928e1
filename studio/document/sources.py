"""Which Python file beside bare weights could be their network, judged without running any."""

from __future__ import annotations

import contextlib
from pathlib import Path

from studio.document.kinds import Kind
from studio.document.outline import describe_python
from studio.errors import FileError

PREFIXES = ("module.", "model.", "net.", "_net.", "network.", "_orig_mod.")
ENOUGH = 0.7  # of the top names of weights must occur in a class: a checkpoint holds other words too


def sources_beside(path: Path, kind: Kind) -> list[Path]:
    """Python files in the folder of bare weights whose network could hold them, judged without running any.

    One whose classes name every top part of the keys; all that hold a class where the keys say nothing.
    """
    scores = {}
    for candidate in sorted(path.parent.glob("*.py")):
        with contextlib.suppress(FileError):
            classes = describe_python(candidate).classes
            scores[candidate] = max((_fit(kind.keys, set(each.attributes)) for each in classes), default=0.0)
    best = max(scores.values(), default=0.0)
    return [candidate for candidate, score in scores.items() if score == best and score >= ENOUGH]


def _fit(keys: tuple[str, ...], attributes: set[str]) -> float:
    """How many of the top names of `keys` a class assigns, 0…1; with and without the prefixes that trainers add."""
    dotted = [key for key in keys if "." in key]
    variants = [dotted]
    while stripped := [key.partition(".")[2] for key in variants[-1] if key.startswith(PREFIXES)]:
        variants.append(stripped)
    tops = [{key.partition(".")[0] for key in each} for each in variants]
    named = [{top for top in each if not top.isdigit()} for each in tops]
    return max((len(each & attributes) / len(each) for each in named if each), default=1.0)
