"""Weights in several files with an index that says which tensor lies where."""

from __future__ import annotations

import json
from pathlib import Path, PurePath

from studio.errors import FileError
from studio.storage import read_text

INDEX = ".index.json"
MAX_INDEX = 32 << 20


def shards_of(index: Path) -> list[str]:
    """Names of the files that an index names, all of its own folder. Raises: FileError for an index that is none."""
    try:
        held = json.loads(read_text(index)) if index.stat().st_size <= MAX_INDEX else {}
        names = {str(each) for each in held["weight_map"].values()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileError(
            f"{index.name} is a damaged index of weights.", "Download it again.", about=index.name
        ) from error
    if any(PurePath(name).name != name or "\\" in name for name in names):
        raise FileError(f"{index.name} names files outside its folder.", about=index.name)
    return sorted(names)
