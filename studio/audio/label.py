"""One label of a track, and the words in which its file may be wrong."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Label:
    """One label of a track.

    Attributes:
        start: in seconds.
        end: in seconds; equal to `start` for a point.
        name: what it says.
        low_hz: lower edge of the frequencies it is about, None where that was not said.
        high_hz: the upper edge.
        tier: the track it is on, empty where there is one only.
    """

    start: float
    end: float
    name: str = ""
    low_hz: float | None = None
    high_hz: float | None = None
    tier: str = ""


class LineError(Exception):
    """A line of a label file that cannot be read."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(line, why)
        self.line, self.why = line, why


def lines_of(text: str) -> list[str]:
    """The lines as editors count them: only carriage returns and line feeds end one."""
    lines = re.split(r"\r\n|\r|\n", text)
    return lines[:-1] if lines[-1] == "" else lines


def is_number(text: str) -> bool:
    return NUMBER.fullmatch(text.strip().replace(",", ".")) is not None


def seconds_in(text: str, line: int, what: str = "time") -> float:
    """A time as people write it, with a point or a comma. Raises: LineError."""
    if not is_number(text):
        raise LineError(line, f"{text.strip()[:40]!r} is no {what}")
    found = float(text.strip().replace(",", "."))
    if not math.isfinite(found):
        raise LineError(line, f"{text.strip()[:40]!r} is no {what}")
    return found


def checked(label: Label, line: int) -> Label:
    """The label. Raises: LineError where it ends before it starts."""
    if label.end < label.start:
        raise LineError(line, f"it ends at {label.end:g} s, before it starts at {label.start:g} s")
    return label
