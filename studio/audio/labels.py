"""Label tracks: what sounds when, in the files that editors, subtitles and phonetics keep it in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from studio.audio.label import Label, LineError, is_number, lines_of
from studio.audio.label_rows import read_audacity, read_csv, write_audacity, write_csv
from studio.audio.subtitles import read_srt, write_srt
from studio.audio.textgrid import read_textgrid, write_textgrid
from studio.errors import FileError
from studio.storage import require_file, write_text

MAX_BYTES: Final = 256 << 20
READERS: Final[dict[str, Callable[[str], list[Label]]]] = {
    "Audacity": read_audacity,
    "CSV": read_csv,
    "SRT": read_srt,
    "TextGrid": read_textgrid,
}
WRITERS: Final[dict[str, Callable[[Sequence[Label], float | None], str]]] = {
    ".txt": write_audacity,
    ".csv": write_csv,
    ".srt": write_srt,
    ".textgrid": write_textgrid,
}


def read_labels(path: Path) -> list[Label]:
    """Read a label file: Audacity's text, CSV, SRT or a Praat TextGrid, told by its content.

    Raises: FileError with the number of the line that cannot be read.
    """
    text = _text_of(path)
    kind = kind_of(text, path.suffix)
    if not kind:
        said = f"{path.name} holds no labels that can be read."
        raise FileError(said, "Labels come as Audacity text, CSV, SRT or TextGrid.", about=path.name)
    try:
        return READERS[kind](text)
    except LineError as error:
        said = f"{path.name}, line {error.line}: {error.why}."
        raise FileError(said, f"It was read as {kind}; mend that line.", about=path.name) from error


def write_labels(path: Path, labels: Sequence[Label], seconds: float | None = None) -> None:
    """Write a label file, whole or not at all; the name's ending decides the format.

    Args:
        path: .txt for Audacity, .csv, .srt or .TextGrid.
        labels: in any order; they are written sorted by start.
        seconds: length of the sound, for formats that name it.

    Raises: FileError for another ending, or a place that cannot be written.
    """
    write_text(path, labels_as(path, labels, seconds))


def labels_as(path: Path, labels: Sequence[Label], seconds: float | None = None) -> str:
    """What `write_labels` would write to `path`."""
    require_suffix(path)
    ordered = sorted(labels, key=lambda each: (each.start, each.end))
    return WRITERS[path.suffix.lower()](ordered, seconds)


def require_suffix(path: Path) -> None:
    """Raise FileError unless `path` has the ending of a label file that can be written."""
    if path.suffix.lower() not in WRITERS:
        known = ", ".join(WRITERS).replace("textgrid", "TextGrid")
        said = f"{path.suffix or path.name} is no ending of a label file."
        raise FileError(said, f"Labels are written as {known}.", about=path.name, fields=["out"])


def kind_of(text: str, suffix: str = "") -> str:
    """`Audacity`, `CSV`, `SRT` or `TextGrid`; empty for text that is none of them."""
    lines = [line for line in lines_of(text) if line.strip()]
    head = "\n".join(lines[:3])
    if "ooTextFile" in head or "TextGrid" in head:
        return "TextGrid"
    if any("-->" in line for line in lines[:4]):
        return "SRT"
    if not lines:  # a track without labels is one too
        return {".csv": "CSV", ".tsv": "CSV", ".srt": "SRT", ".txt": "Audacity"}.get(suffix.lower(), "")
    parts = lines[0].split("\t")
    if suffix.lower() not in (".csv", ".tsv") and len(parts) > 1 and is_number(parts[0]):
        return "Audacity"
    return "CSV" if suffix.lower() in (".csv", ".tsv") or re.search(r"[,;\t]", lines[0]) else ""


def _text_of(path: Path) -> str:
    require_file(path)
    if path.stat().st_size > MAX_BYTES:
        raise FileError(f"{path.name} is too large for a label file.", "Choose another file.", about=path.name)
    try:
        data = path.read_bytes()
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "Save it as UTF-8 or UTF-16 text."
        raise FileError(f"{path.name} is not a label file: it is not text.", hint, about=path.name) from error
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror}.", about=path.name) from error
