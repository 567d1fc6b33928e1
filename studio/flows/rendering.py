"""Render a sound file through a model, by the very graph that plays it live."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.audio.tones import is_tone
from studio.document.mixer import Mixer
from studio.document.opened import OpenedModel
from studio.document.performance import Lane
from studio.errors import FileError, ModelError
from studio.flows.access import for_captured, require_inside
from studio.link.job import Limits, Report, run_job
from studio.storage import move_file_into_place, staging_beside

LIMITS = Limits(seconds=None, silence=600.0)


def render_file(
    opened: OpenedModel,
    source: Path | str,
    target: Path,
    *,
    knobs: dict[str, float] | None = None,
    mixer: Mixer | None = None,
    lanes: Mapping[str, Lane] | None = None,
    gain_db: float = 0.0,
    sample_rate: int | None = None,
    block: int = 512,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> dict[str, Any]:
    """Render `source` to `target`.

    Args:
        opened: the model.
        source: a sound file, or the name of a test sound such as `tone:sine:440`.
        target: where the sound goes; several outputs go to `target_NAME` as the model gave them (and, where `mixer` or
            `gain_db` say how they are heard, that goes to `target`), labels to a text file.
        knobs: positions 0…1 by name; defaults where missing.
        mixer: levels around the model, and the limiter.
        lanes: how knobs move over the sound, by name.
        gain_db: of what comes out, before the limiter.
        sample_rate: of the simulated host, in Hz; the file's own where None.
        block: size in samples that the simulated host calls with.

    Raises: FileError where `target` is what is read; ModelError where levels are given for a model that is not played;
        JobError.

    Returns: `output`, `outputs`, `frames`, `sample_rate`, `latency`, `seconds`, `realtime_factor`, and in `facts`
        what the listener should know of the sound that was read.
    """
    mixer = mixer or Mixer()
    if (opened.call.labels or opened.call.offline) and (gain_db or mixer != Mixer()):
        raise ModelError(f"{opened.name} is not played, so it has no levels.", "Render it without them.")
    sound = () if is_tone(str(source)) else (Path(source),)
    _spare(target, (*sound, *(Path(each) for each in (opened.source.path, opened.source.source) if each)))
    request: dict[str, Any] = {
        "captured": opened.captured,
        "source": str(source),
        "knobs": knobs or {},
        "mixer": mixer.model_dump(),
        "lanes": {name: lane.points for name, lane in (lanes or {}).items()},
        "gain_db": gain_db,
        "sample_rate": sample_rate,
        "block": block,
    }
    with staging_beside(target) as staging:
        request["target"] = str(staging / target.name)
        access = for_captured(opened.captured, write=[staging], read=sound)
        made = run_job("render", request, report=report, cancel=cancel, limits=LIMITS, access=access)
        return _settled(made, staging, target.parent)


def _settled(made: dict[str, Any], staging: Path, folder: Path) -> dict[str, Any]:
    """Move what a job has written to where it was wanted, whole file by whole file."""
    staged = [Path(each) for each in dict.fromkeys((made["output"], *made["outputs"]))]
    require_inside(staging, *staged)
    for each in staged:
        move_file_into_place(each, folder / each.name)
    placed = [str(folder / Path(each).name) for each in made["outputs"]]
    return made | {"output": str(folder / Path(made["output"]).name), "outputs": placed}


def _spare(target: Path, read: tuple[Path, ...]) -> None:
    """Raise where writing `target` would lose one of the files that are read."""
    for each in read:
        if target.exists() and each.exists() and target.samefile(each):
            said = f"{target.name} is read for this render and would be lost."
            raise FileError(said, "Choose another name for the sound.", about=target.name, fields=["out"])
