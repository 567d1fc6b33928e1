"""Formats of a project: what changed between them, so that an old file opens as if it had been saved today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

FORMAT: Final = 2
Data = dict[str, Any]


def _from_1(data: Data) -> Data:
    """A call that nobody had corrected was `null`; one that somebody had was written with all its fields.

    Format 2 also marks files with levels, snapshots and automation: readers of format 1 would drop these.
    """
    model = data.get("model")
    if not isinstance(model, dict) or model.get("call"):
        return data
    return {**data, "model": {**model, "call": {}}}


MIGRATIONS: Final[Mapping[int, Callable[[Data], Data]]] = {1: _from_1}


def migrated(data: Data, written: int) -> Data:
    """The data of a project of format `written` as this version writes it. Raises: KeyError for an unknown format."""
    for version in range(written, FORMAT):
        data = MIGRATIONS[version](data)
    return {**data, "format": FORMAT}
