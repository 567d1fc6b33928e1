"""Pages and cards that lie beside a model: written anew where they still are what the export wrote."""

from __future__ import annotations

from pathlib import Path

from studio.storage import read_text, write_text


def replace_beside(path: Path, was: str, text: str) -> list[Path]:
    """Put `text` into a file that says `was`; one that somebody has edited or taken away stays as it is.

    Returns: the file, where it was written.
    """
    if not path.is_file() or read_text(path) != was:
        return []
    write_text(path, text)
    return [path]
