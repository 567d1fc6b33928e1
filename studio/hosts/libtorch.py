"""Which LibTorch an archive needs: hosts carry older ones than we write with."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Newer:
    """A construct in an archive's code and the oldest LibTorch that is known to load it."""

    pattern: re.Pattern[str]
    since: tuple[int, int]
    what: str


CODE = (
    Newer(re.compile(r"_upsample_lanczos2d_aa"), (2, 13), "scripted interpolation"),
    Newer(re.compile(r"align_to_window"), (2, 6), "a scripted STFT"),
    Newer(re.compile(r"scaled_dot_product_attention"), (2, 0), "attention"),
    Newer(re.compile(r"\bUnion\["), (1, 10), "Union types"),
    Newer(re.compile(r"torch\.pad\("), (1, 12), "torch.pad"),
    Newer(re.compile(r'RaiseException\(.*, ("[\w.]+"|\w+)\)'), (1, 12), "an exception with a type"),
)
FORMATS = ((10, "gelu"), (9, "logspace"), (8, "linspace"))  # version members above 6 came with 1.10 … 1.12
NEWEST_FORMAT_OF_1_9 = 6


def needs(path: Path) -> tuple[tuple[int, int], list[str]]:
    """The oldest LibTorch that loads an archive, and what in it asks for that; ((1, 9), []) where nothing does."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        code = "\n".join(archive.read(name).decode(errors="replace") for name in names if name.endswith(".py"))
        versions = [int(archive.read(name)) for name in names if name.rpartition("/")[2] == "version"]
    found = [(each.since, each.what) for each in CODE if each.pattern.search(code)]
    version = max(versions, default=0)
    if version > NEWEST_FORMAT_OF_1_9:
        found.append(((1, 12), next((what for number, what in FORMATS if number == version), f"format {version}")))
    return max((since for since, _ in found), default=(1, 9)), [what for _, what in found]


def shown(version: tuple[int, int]) -> str:
    """As people write it, for example 1.12."""
    return f"{version[0]}.{version[1]}"
