"""Render a sound file through a model, by the very graph that plays it live."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from studio.document.opened import OpenedModel
from studio.errors import FileError
from studio.link.job import Limits, Report, run_job

LIMITS = Limits(seconds=None, silence=600.0)


def render_file(
    opened: OpenedModel,
    source: Path,
    target: Path,
    *,
    knobs: dict[str, float] | None = None,
    sample_rate: int | None = None,
    block: int = 512,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> dict[str, Any]:
    """Render `source` to `target`.

    Args:
        opened: the model.
        source: a sound file.
        target: where the sound goes; several outputs go to `target_NAME`, labels to a text file.
        knobs: positions 0…1 by name; defaults where missing.
        sample_rate: of the simulated host, in Hz; the file's own where None.
        block: size in samples that the simulated host calls with.

    Raises: FileError where `target` is what is read; JobError.

    Returns: `output`, `outputs`, `frames`, `sample_rate`, `latency`, `seconds`, `realtime_factor`, and in `facts`
        what the listener should know of the sound that was read.
    """
    _spare(target, (source, *(Path(each) for each in (opened.source.path, opened.source.source) if each)))
    request = {
        "captured": opened.captured,
        "source": str(source),
        "target": str(target),
        "knobs": knobs or {},
        "sample_rate": sample_rate,
        "block": block,
    }
    return run_job("render", request, report=report, cancel=cancel, limits=LIMITS)


def _spare(target: Path, read: tuple[Path, ...]) -> None:
    """Raise where writing `target` would lose one of the files that are read."""
    for each in read:
        if target.exists() and each.exists() and target.samefile(each):
            said = f"{target.name} is read for this render and would be lost."
            raise FileError(said, "Choose another name for the sound.", about=target.name, fields=["out"])
