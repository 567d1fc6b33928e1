"""Turn one label file into another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.audio.labels import read_labels, require_suffix, write_labels
from studio.errors import FileError


def convert_labels(source: Path, target: Path) -> dict[str, Any]:
    """Read `source` and write `target` in the format of its ending.

    Raises: FileError with the line that cannot be read, or where `target` is no label file or is `source`.

    Returns: `output`, `labels`, `names` and `seconds`, the end of the last label.
    """
    require_suffix(target)
    if target.exists() and source.exists() and target.samefile(source):
        said = f"{target.name} is read and would be lost."
        raise FileError(said, "Choose another name.", about=target.name, fields=["out"])
    labels = read_labels(source)
    write_labels(target, labels)
    return {
        "output": str(target),
        "labels": len(labels),
        "names": sorted({each.name for each in labels}),
        "seconds": max((each.end for each in labels), default=0.0),
    }
