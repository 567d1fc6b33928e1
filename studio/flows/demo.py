"""The whole job on what the app ships, without a window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.document.limits import hosts, misfits, problems
from studio.document.opened import ModelSource
from studio.document.trust import Trust
from studio.flows.exporting import export_model
from studio.flows.opening import open_model
from studio.flows.rendering import render_file
from studio.link.job import Report
from studio.storage import resources, scratch_folder

MODEL = "examples/clipper.py"


def demo_model() -> Path:
    """The bundled model, as Python source."""
    return resources() / MODEL


def demo_sound() -> Path:
    """The bundled recording."""
    return next((resources() / "audio").glob("*.flac"))


def run_demo(target: Path, report: Report | None = None) -> dict[str, Any]:
    """Load, measure, render and export the bundled model to every host that it suits.

    Returns: what `render_file` tells, and under `verified` the packages.
    """
    with scratch_folder("demo") as folder:
        opened = open_model(ModelSource(path=str(demo_model())), folder, trust=Trust(), report=report)
        sound = demo_sound()
        fitting = [name for name in hosts() if not problems(opened.card, name) and not misfits(opened.call, name)]
        packages = export_model(opened, opened.card, {}, fitting, target, sounds=[sound], report=report)
        rendered = render_file(opened, sound, target / f"{sound.stem}-{opened.card.name}.wav", report=report)
    return {**rendered, "verified": packages}
