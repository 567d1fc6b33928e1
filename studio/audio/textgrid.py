"""Labels as a Praat TextGrid: intervals and points on tiers, in the long and the short form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from studio.audio.label import NUMBER, Label, LineError, checked

TOKEN = re.compile(r'"((?:[^"]|"")*)"|![^\n]*|(\S+)')
FLAG = re.compile(r"<(\w+)>")
Tier = tuple[str, str, list[Label]]  # name, class, entries


@dataclass(frozen=True)
class Value:
    """A text, a number or a flag that stands free; all else in a TextGrid is for people."""

    text: str
    kind: str  # "text", "number" or "flag"
    line: int


def read_textgrid(text: str) -> list[Label]:
    """Read labels of all tiers, sorted by start; intervals without a text are the gaps between them.

    Praat reads both forms by one rule, and so do we: only texts in quotes, numbers and flags that stand free count.
    """
    if "ooTextFile" not in text[:200]:
        raise LineError(1, "only the text forms of a TextGrid can be read; save it as a text file in Praat")
    values = _Reader(list(_values(text)))
    values.expect_head()
    found: list[Label] = []
    tiers = values.count()
    for _ in range(tiers):
        found += _tier(values, several=tiers > 1)
    return sorted(found, key=lambda each: (each.start, each.end))


def write_textgrid(labels: Sequence[Label], seconds: float | None = None) -> str:
    """Write the long form. Labels that overlap go to tiers of their own, points to a point tier."""
    last = max([seconds or 0.0, *(each.end for each in labels)])
    if last <= 0:
        last = 1.0  # Praat refuses a grid of no length
    nothing: Tier = ("labels", "IntervalTier", [Label(0.0, last)])
    tiers = [*_interval_tiers(labels, last), *_point_tiers(labels)] or [nothing]
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {_time(last)}"]
    lines += ["tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, (name, kind, entries) in enumerate(tiers, 1):
        word = "intervals" if kind == "IntervalTier" else "points"
        lines += [f"    item [{number}]:", f'        class = "{kind}"', f"        name = {_quoted(name)}"]
        lines += ["        xmin = 0", f"        xmax = {_time(last)}", f"        {word}: size = {len(entries)}"]
        for at, each in enumerate(entries, 1):
            lines += [f"        {word} [{at}]:", *_entry(each, kind)]
    return "\n".join(lines) + "\n"


class _Reader:
    """Takes one value after the other and says what was expected where there is another."""

    def __init__(self, values: list[Value]) -> None:
        self._values, self._at = values, 0

    def take(self, kind: str, what: str) -> Value:
        if self._at >= len(self._values):
            raise LineError(self._values[-1].line if self._values else 1, f"the file ends where {what} should be")
        found = self._values[self._at]
        if found.kind != kind:
            raise LineError(found.line, f"{found.text[:40]!r} stands where {what} should be")
        self._at += 1
        return found

    def number(self, what: str) -> float:
        return float(self.take("number", what).text)

    def count(self) -> int:
        found = self.take("number", "a number of entries")
        if not found.text.isdecimal() or int(found.text) > len(self._values):
            raise LineError(found.line, f"{found.text} is no number of entries")
        return int(found.text)

    def expect_head(self) -> None:
        self.take("text", "the type of the file")
        kind = self.take("text", "TextGrid")
        if kind.text != "TextGrid":
            raise LineError(kind.line, f"it holds a {kind.text[:40]}, not a TextGrid")
        self.number("the start of the grid")
        self.number("the end of the grid")
        flag = self.take("flag", "<exists>")
        if flag.text != "exists":
            raise LineError(flag.line, "it has no tiers")


def _tier(values: _Reader, several: bool) -> Iterator[Label]:
    kind = values.take("text", "the class of a tier")
    if kind.text not in ("IntervalTier", "TextTier"):
        raise LineError(kind.line, f"{kind.text[:40]!r} is no class of tiers")
    tier = values.take("text", "the name of a tier").text
    values.number("the start of a tier")
    values.number("the end of a tier")
    for _ in range(values.count()):
        start = end = values.number("a time")
        if kind.text == "IntervalTier":
            end = values.number("a time")
        text = values.take("text", "a text")
        if text.text or kind.text == "TextTier":
            yield checked(
                Label(start, end, text.text if text.text.strip() else "", tier=tier if several else ""), text.line
            )


def _values(text: str) -> Iterator[Value]:
    line, place = 1, 0
    for found in TOKEN.finditer(text):
        line += text.count("\n", place, found.start())
        place = found.start()
        quoted, word = found.groups()
        if quoted is not None:
            yield Value(quoted.replace('""', '"'), "text", line)
        elif word and NUMBER.fullmatch(word):
            yield Value(word, "number", line)
        elif word and (flag := FLAG.fullmatch(word)):
            yield Value(flag[1], "flag", line)
        elif word and word.startswith('"'):
            raise LineError(line, "a text is not closed")


def _interval_tiers(labels: Sequence[Label], last: float) -> Iterator[Tier]:
    """The fewest tiers on which no two labels overlap, those of one name together, gaps filled."""
    long = [each for each in labels if each.end > each.start]
    for name in dict.fromkeys(each.tier for each in long):
        lanes: list[list[Label]] = []
        for each in (label for label in long if label.tier == name):
            free = next((lane for lane in lanes if _same_or_before(lane[-1].end, each.start)), None)
            if free is None:
                lanes.append([each])
            else:
                free.append(each)
        for number, lane in enumerate(lanes, 1):
            title = name or "labels"
            yield f"{title} {number}" if number > 1 else title, "IntervalTier", list(_filled(lane, last))


def _filled(lane: list[Label], last: float) -> Iterator[Label]:
    at = 0.0
    for each in lane:
        if not _same_or_before(each.start, at):
            yield Label(at, each.start)
        yield each if each.name else replace(each, name=" ")  # an interval without any text is a gap
        at = each.end
    if not _same_or_before(last, at):
        yield Label(at, last)


def _point_tiers(labels: Sequence[Label]) -> Iterator[Tier]:
    points = [each for each in labels if each.end <= each.start]
    for name in dict.fromkeys(each.tier for each in points):
        yield name or "points", "TextTier", [each for each in points if each.tier == name]


def _entry(label: Label, kind: str) -> list[str]:
    if kind == "TextTier":
        return [f"            number = {_time(label.start)}", f"            mark = {_quoted(label.name)}"]
    times = [f"            xmin = {_time(label.start)}", f"            xmax = {_time(label.end)}"]
    return [*times, f"            text = {_quoted(label.name)}"]


def _same_or_before(one: float, other: float) -> bool:
    """As they are written: two times of one microsecond are the same."""
    return round(one * 1e6) <= round(other * 1e6)


def _time(seconds: float) -> str:
    """To a microsecond, as short as that may be written."""
    return f"{seconds:.6f}".rstrip("0").rstrip(".") or "0"


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
