"""What an export left behind: a record beside its packages, so that the next run makes only what is new."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from studio.document.card import ModelCard
from studio.document.check import Check
from studio.document.opened import OpenedModel
from studio.storage import sha256, write_text

NAME = "export.json"


class Package(BaseModel):
    """What became of one host's package.

    `path` is what the host opens, empty where the package was not verified and therefore not written; `kept` says
    that an earlier export had made the same one.
    """

    model_config = ConfigDict(frozen=True)

    host: str
    path: str
    verified: bool
    checks: tuple[Check, ...]
    kept: bool = False


class Record(BaseModel):
    """One package as it was written: from what, and the SHA-256 of each of its files."""

    model_config = ConfigDict(frozen=True)

    host: str
    made_of: str
    path: str
    files: dict[str, str]
    checks: tuple[Check, ...]


def digests_of(
    opened: OpenedModel, card: ModelCard, knobs: dict[str, float], hosts: Sequence[str], sounds: Sequence[Path]
) -> dict[str, str]:
    """What each package is made of, as one SHA-256: another model, card, knob, sound or version gives another."""
    shared = {
        "version": version("neural-audio-studio"),
        "captured": sha256(Path(opened.captured)),
        "call": opened.call.model_dump(mode="json"),
        "card": card.model_dump(mode="json"),
        "knobs": knobs,
        "sounds": [sha256(each) for each in sounds],
    }
    return {host: _digest({**shared, "host": host}) for host in hosts}


def _digest(made_of: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def kept(target: Path, host: str, made_of: str) -> Package | None:
    """The package an earlier export made of the same, if every file of it is still as it was written."""
    for record in _records(target):
        if (record.host, record.made_of) == (host, made_of) and _untouched(target, record):
            path = str(target / record.path)
            return Package(host=host, path=path, verified=True, checks=record.checks, kept=True)
    return None


def remember(target: Path, host: str, made_of: str, path: Path, folder: Path, checks: Sequence[Check]) -> None:
    """Note a package that was just put in place."""
    files = {each.relative_to(target).as_posix(): sha256(each) for each in sorted(folder.rglob("*")) if each.is_file()}
    record = Record(
        host=host, made_of=made_of, path=path.relative_to(target).as_posix(), files=files, checks=tuple(checks)
    )
    others = [each for each in _records(target) if each.path != record.path]
    said = [each.model_dump(mode="json") for each in sorted([*others, record], key=lambda each: each.path)]
    write_text(target / NAME, json.dumps({"packages": said}, indent=1) + "\n")


def _records(target: Path) -> list[Record]:
    """What was noted; nothing where there is no note or it cannot be read: then all is made anew."""
    try:
        found: Any = json.loads((target / NAME).read_text(encoding="utf-8"))
        return [Record.model_validate(each) for each in found["packages"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, ValidationError):
        return []


def _untouched(target: Path, record: Record) -> bool:
    inside = os.path.realpath(target)
    for name, digest in record.files.items():
        path = target / name
        if not os.path.realpath(path).startswith(inside + os.sep) or not path.is_file() or sha256(path) != digest:
            return False
    return bool(record.files)
