"""What the command line prints: one JSON object, or text of at most 4 kB without control characters."""

from __future__ import annotations

import json
import math
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

from studio.errors import StudioError

MOST = 4000  # bytes of text


def show(outcome: dict[str, Any], text: str, as_json: bool, most: int = MOST) -> None:
    """Print the outcome of a command; of text at most so many bytes."""
    if as_json:
        write(json.dumps(_finite(outcome), ensure_ascii=True))
    else:
        write(plain(text, most))


def show_error(error: StudioError, outcome: dict[str, Any] | None, as_json: bool) -> None:
    """Print a refusal: in JSON beside what is known, in text on standard error."""
    if as_json:
        show({**(outcome or {}), "error": error.to_dict()}, "", True)
        return
    lines = [f"studio: {error.sentence}", *([error.hint] if error.hint else [])]
    if error.choices:
        lines.append("Choices: " + ", ".join(error.choices))
    sys.stderr.write(plain("\n".join(lines)) + "\n")


def write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def plain(text: str, most: int = MOST) -> str:
    """Text that a terminal takes literally: control and direction characters escaped, at most `most` bytes."""
    safe = "".join(letter if letter == "\n" or _harmless(letter) else ascii(letter)[1:-1] for letter in text)
    encoded = safe.encode("utf-8", "replace")
    return safe if len(encoded) <= most else encoded[: most - 4].decode("utf-8", "ignore") + " …"


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns as wide as they need to be; numbers at the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max([len(head), *(len(row[at]) for row in cells)]) for at, head in enumerate(heads)]
    numeric = [all(isinstance(row[at], (int, float)) for row in rows) and bool(rows) for at in range(len(heads))]
    lines = []
    for row in [list(heads), *cells]:
        padded = [
            word.rjust(width) if right else word.ljust(width)
            for word, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _harmless(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def _finite(value: Any) -> Any:
    """JSON has no NaN and no Infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, (list, tuple)) else value
