"""Make the package for one host, and beside it the sound it has to repeat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from studio.audio.files import read_audio
from studio.audio.reader import Samples
from studio.document.card import ModelCard
from studio.document.limits import limits_of
from studio.engine.render import render
from studio.hosts import host
from studio.hosts.packaging import Packaging, slug
from studio.jobs.render import for_model
from studio.wrappers.captured import Captured, load_captured

Report = Callable[[float | None, str], None]
EXAMPLES, EXAMPLE_SECONDS, EXAMPLE_BLOCK = 3, 12, 2048
ANY_RATE = 48000  # where a model runs at any
REFERENCE_SECONDS = 1.5


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Package for one host: answer with the path the host opens, the package's folder and its reference's file."""
    heard, card = load_captured(Path(request["captured"])), ModelCard.model_validate(request["card"])
    captured = Captured(heard.module, heard.call, card, heard.how)
    positions = tuple(request["knobs"].get(each.name, each.default_position) for each in captured.numeric)
    name, staging = request["host"], Path(request["folder"])
    limits = limits_of(name)
    examples: tuple[tuple[Samples, Samples, int], ...] = ()
    if request["sounds"] and limits.samples:
        report(None, f"Rendering the examples for {limits.title}")
        examples = tuple(_example(captured, Path(each), positions) for each in request["sounds"][:EXAMPLES])
    report(None, f"Packaging for {limits.title}")
    folder = staging / name / slug(card.name)
    folder.mkdir(parents=True)
    module = host(name)
    paths = module.package(captured, Packaging(folder, card, positions, examples, request["created"]))
    rate = (*captured.call.sample_rates, card.sample_rate or ANY_RATE)[0]
    reference = staging / f"{name}.npz"
    module.reference(captured, _test_sound(rate, captured.call.channels_in), rate, positions).save(reference)
    whole = paths[0] if paths[0].is_dir() else folder
    return {"path": str(paths[0]), "folder": str(whole), "reference": str(reference)}


def _test_sound(rate: int, channels: int) -> Samples:
    """Noise in bursts of several levels, and silence between them: `[channels, frames]`, seeded."""
    frames = round(REFERENCE_SECONDS * rate)
    noise = np.random.default_rng(0).uniform(-1.0, 1.0, (channels, frames)).astype(np.float32)
    levels = np.repeat(np.array([0.5, 0.05, 0.0, 0.9, 0.2], np.float32), -(-frames // 5))[:frames]
    return noise * levels


def _example(captured: Captured, path: Path, positions: tuple[float, ...]) -> tuple[Samples, Samples, int]:
    audio, rate = read_audio(path)
    sound = np.ascontiguousarray(for_model(audio, captured.call)[:, : EXAMPLE_SECONDS * rate])
    return sound, render(captured, sound, rate, EXAMPLE_BLOCK, positions).sounds, rate
