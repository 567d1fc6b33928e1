"""Labels one a row: Audacity's label tracks and comma-separated tables."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from studio.audio.label import Label, LineError, checked, is_number, lines_of, seconds_in

NAMES = {
    "start": ("start", "begin", "onset", "from", "xmin", "tmin"),
    "end": ("end", "stop", "offset", "to", "xmax", "tmax"),
    "duration": ("duration", "dur", "length"),
    "name": ("label", "name", "text", "class", "event", "annotation", "mark", "value"),
    "low": ("low", "minfreq", "lowfreq", "fmin"),
    "high": ("high", "maxfreq", "highfreq", "fmax"),
    "tier": ("tier", "track", "speaker"),
}
COLUMNS = ("start", "end", "name")  # of a table without a head


def read_audacity(text: str) -> list[Label]:
    r"""Read `start ⇥ end ⇥ name` lines; a line `\ ⇥ low ⇥ high` tells the frequencies of the one above."""
    found: list[Label] = []
    for number, line in enumerate(lines_of(text), 1):
        parts = line.split("\t")
        if not line.strip():
            continue
        if parts[0].strip() == "\\":
            if not found or len(parts) < 3:
                raise LineError(number, "a line of frequencies follows its label and has two numbers")
            low, high = (_hertz(each, number) for each in parts[1:3])
            last = found[-1]
            found[-1] = Label(last.start, last.end, last.name, low, high)
            continue
        start = seconds_in(parts[0], number)
        if len(parts) > 1 and is_number(parts[1]):
            found.append(checked(Label(start, seconds_in(parts[1], number), " ".join(parts[2:])), number))
        else:  # the oldest Audacity wrote points with one time
            found.append(Label(start, start, " ".join(parts[1:])))
    return found


def write_audacity(labels: Sequence[Label], _seconds: float | None = None) -> str:
    r"""Write one line a label, and `\ ⇥ low ⇥ high` below those with frequencies."""
    lines = []
    for each in labels:
        lines.append(f"{each.start:.6f}\t{each.end:.6f}\t{_one_line(each.name)}\n")
        if each.low_hz is not None or each.high_hz is not None:
            low, high = (-1.0 if edge is None else edge for edge in (each.low_hz, each.high_hz))
            lines.append(f"\\\t{low:.6f}\t{high:.6f}\n")
    return "".join(lines)


def read_csv(text: str) -> list[Label]:
    """Read a table: any usual separator and names of columns, or none and start, end, label."""
    separator = _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    found: list[Label] = []
    columns: dict[str, int] | None = None
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if columns is None:
                columns = _columns(row, rows.line_num)
                if not is_number(row[0]):
                    continue
            found.append(_row(row, columns, rows.line_num))
    except csv.Error as error:
        raise LineError(rows.line_num, str(error)) from error
    return found


def write_csv(labels: Sequence[Label], _seconds: float | None = None) -> str:
    """Write start, end, label, and further columns where some label has something for them."""
    stream = io.StringIO(newline="")
    table = csv.writer(stream, lineterminator="\n")
    pitched = any(each.low_hz is not None or each.high_hz is not None for each in labels)
    tiered = any(each.tier for each in labels)
    table.writerow(["start", "end", "label", *["low", "high"] * pitched, *["tier"] * tiered])
    for each in labels:
        edges = ["" if edge is None else f"{edge:.6f}" for edge in (each.low_hz, each.high_hz)]
        table.writerow([f"{each.start:.6f}", f"{each.end:.6f}", each.name, *edges * pitched, *[each.tier] * tiered])
    return stream.getvalue()


def _hertz(text: str, line: int) -> float | None:
    found = seconds_in(text, line, "frequency")
    return found if found >= 0 else None  # Audacity writes -1 for an open edge


def _one_line(text: str) -> str:
    return " ".join(re.split(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", text))


def _separator(text: str) -> str:
    first = next((line for line in lines_of(text) if line.strip()), "")
    return max("\t;,", key=first.count)


def _columns(row: list[str], line: int) -> dict[str, int]:
    """Which column is what, by the head or else in the usual order. Raises: LineError."""
    if is_number(row[0]):
        return {name: at for at, name in enumerate(COLUMNS[: len(row)])}
    plain = [re.sub(r"[^a-z]", "", re.sub(r"[(\[].*", "", cell.lower())) for cell in row]
    found: dict[str, int] = {}
    for what, words in NAMES.items():
        exact = (at for at, cell in enumerate(plain) if cell in words)
        near = (at for at, cell in enumerate(plain) if any(cell.startswith(word) for word in words))
        ends = (at for at, cell in enumerate(plain) if any(cell.endswith(word) for word in words))
        at = next(exact, next(near, next(ends, None)))
        if at is not None and at not in found.values():
            found[what] = at
    if "start" not in found:
        raise LineError(line, "no column of it is called start, end or label")
    return found


def _row(row: list[str], columns: dict[str, int], line: int) -> Label:
    cells = {what: row[at].strip() for what, at in columns.items() if at < len(row)}
    if "start" not in cells:
        raise LineError(line, "the start is missing")
    start = seconds_in(cells["start"], line)
    end = start
    if cells.get("end"):
        end = seconds_in(cells["end"], line)
    elif cells.get("duration"):
        end = start + seconds_in(cells["duration"], line, "duration")
    edges = [seconds_in(cells[side], line, "frequency") if cells.get(side) else None for side in ("low", "high")]
    return checked(Label(start, end, cells.get("name", ""), edges[0], edges[1], cells.get("tier", "")), line)
