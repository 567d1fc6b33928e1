"""Labels as subtitles: SubRip (.srt), exact to a millisecond."""

from __future__ import annotations

import re
from collections.abc import Sequence

from studio.audio.label import Label, LineError, checked, lines_of

TIME = r"(\d+):(\d{1,2}):(\d{1,2})(?:[,.](\d{1,3}))?"
CUE = re.compile(rf"\s*{TIME}\s*-->\s*{TIME}(\s.*)?")  # places on the picture may follow


def read_srt(text: str) -> list[Label]:
    """Read cues: a number, `HH:MM:SS,mmm --> HH:MM:SS,mmm`, the text, an empty line."""
    found: list[Label] = []
    lines = lines_of(text)
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        if lines[at].strip().isdecimal() and at + 1 < len(lines) and "-->" in lines[at + 1]:
            at += 1
        start, end = _times(lines[at], at + 1)
        begun = at + 1
        at = begun
        while at < len(lines) and lines[at].strip():
            at += 1
        found.append(checked(Label(start, end, "\n".join(lines[begun:at])), begun))
    return found


def write_srt(labels: Sequence[Label], _seconds: float | None = None) -> str:
    """Write cues, numbered from 1. A text's own empty lines would end it, so they are left out."""
    cues = []
    for number, each in enumerate(labels, 1):
        text = "\n".join(line for line in lines_of(each.name) if line.strip())
        cues.append(f"{number}\n{_clock(each.start)} --> {_clock(each.end)}\n{text}\n")
    return "\n".join(cues)


def _times(line: str, number: int) -> tuple[float, float]:
    found = CUE.fullmatch(line)
    if found is None:
        raise LineError(number, f"{line.strip()[:40]!r} is not HH:MM:SS,mmm --> HH:MM:SS,mmm")
    parts = found.groups()
    return _seconds(parts[:4], number), _seconds(parts[4:8], number)


def _seconds(parts: Sequence[str | None], number: int) -> float:
    hours, minutes, seconds = (int(each or 0) for each in parts[:3])
    if minutes > 59 or seconds > 59:
        raise LineError(number, f"there is no {hours}:{minutes}:{seconds}")
    whole = (hours * 60 + minutes) * 60 + seconds
    return (whole * 1000 + int((parts[3] or "0").ljust(3, "0"))) / 1000


def _clock(seconds: float) -> str:
    whole = max(0, round(seconds * 1000))
    return f"{whole // 3600000:02}:{whole // 60000 % 60:02}:{whole // 1000 % 60:02},{whole % 1000:03}"
