"""TorchScript's refusals in one sentence, with the user's own line."""

from __future__ import annotations

import re
from pathlib import Path

PLACE = re.compile(r'File "([^"]+)", line (\d+)')
OURS = ("/torch/", "/studio/wrappers/")
REASONS = (  # (what torch says, what it means)
    (r"Unknown type name|Unknown type annotation", "it does not know a type that is used there"),
    (r"variable number of arguments|\*args|\*\*kwargs", "it does not take *args and **kwargs"),
    (r"Can't redefine method|could not get source", "its source is not in a file"),
    (r"Expected a default value of type Tensor", "an argument without annotation counts as a Tensor; annotate it"),
    (r"Could not cast", "the condition is not a bool"),
    (r"[Tt]ry (block|statement)|Try blocks|TryExcept", "it has no try … except"),
    (r"with statements|With statements", "it has no such with statement"),
    (r"numpy|Python builtin", "it cannot call Python or numpy functions"),
    (
        r"has no attribute|object has no field|does not exist|Tried to access nonexistent",
        "it does not find an attribute",
    ),
    (r"undefined value", "a name is not defined there"),
    (
        r"Python type cannot be used|cannot be compiled|could not be compiled",
        "it cannot compile a function called there",
    ),
    (r"Lambda|lambda", "it has no lambda"),
    (r"f-string|JoinedStr", "it has no such f-string"),
    (r"Arguments for call are not valid", "a call there gets an argument of another type"),
    (r"isn't supported|not supported|unsupported|UnsupportedNodeError", "it does not support that construct"),
)


def explain_compile(error: BaseException) -> str:
    """One sentence: TorchScript cannot compile FILE, line N: REASON (“SOURCE”)."""
    text = str(error)
    place, line = _users_place(text)
    reason = next((said for pattern, said in REASONS if re.search(pattern, text)), _first(text))
    where = f"{place}" if place else "the model"
    quoted = f" (“{line}”)" if line else ""
    return f"TorchScript cannot compile {where}: {reason}{quoted}."


def _users_place(text: str) -> tuple[str, str]:
    """The last line of the user's own code that torch names, with its source."""
    found = [(path, int(number)) for path, number in PLACE.findall(text) if not any(own in path for own in OURS)]
    if not found:
        return "", ""
    path, number = found[0]
    marked = _marked(text)
    source = Path(path)
    if not marked and source.is_file():
        lines = source.read_text(encoding="utf-8", errors="replace").splitlines()
        marked = lines[number - 1].strip() if number <= len(lines) else ""
    return f"{source.name}, line {_true_line(source, number, marked)}", marked[:80]


def _marked(text: str) -> str:
    """The source line above torch's arrow."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if "~" in line and "<--- HERE" in line and index > 0:
            return lines[index - 1].strip()
    return ""


def _true_line(source: Path, number: int, marked: str) -> int:
    """Torch names the first line of its excerpt; the marked line is at or a little below it."""
    if not marked or not source.is_file():
        return number
    lines = source.read_text(encoding="utf-8", errors="replace").splitlines()
    below = [at for at in range(number, min(number + 60, len(lines)) + 1) if lines[at - 1].strip() == marked]
    return below[0] if below else number


def _first(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")
    return line.rstrip(".:")[:160]
