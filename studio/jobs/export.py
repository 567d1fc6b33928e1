"""Make the packages of one export, and beside each the sound it has to repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """Answer with `packages`: host, path of the package, its folder, and the file of its reference."""
    heard, card = load_captured(Path(request["captured"])), ModelCard.model_validate(request["card"])
    captured = Captured(heard.module, heard.call, card, heard.how)
    positions = tuple(request["knobs"].get(each.name, each.default_position) for each in captured.numeric)
    hosts: list[str] = request["hosts"]
    examples: tuple[tuple[Samples, Samples, int], ...] = ()
    if request["sounds"] and any(limits_of(name).samples for name in hosts):
        report(None, "Rendering the examples")
        examples = tuple(_example(captured, Path(each), positions) for each in request["sounds"][:EXAMPLES])
    made = []
    for number, name in enumerate(hosts):
        report(number / len(hosts), f"Packaging for {limits_of(name).title}")
        made.append(_package(name, captured, positions, examples, Path(request["folder"])))
    return {"packages": made}


def _package(
    name: str,
    captured: Captured,
    positions: tuple[float, ...],
    examples: Sequence[tuple[Samples, Samples, int]],
    staging: Path,
) -> dict[str, str]:
    folder = staging / name / slug(captured.card.name)
    folder.mkdir(parents=True)
    module = host(name)
    paths = module.package(captured, Packaging(folder, captured.card, positions, tuple(examples)))
    rate = (*captured.call.sample_rates, captured.card.sample_rate or ANY_RATE)[0]
    reference = staging / f"{name}.npz"
    module.reference(captured, _test_sound(rate, captured.call.channels_in), rate, positions).save(reference)
    whole = paths[0] if paths[0].is_dir() else folder
    return {"host": name, "path": str(paths[0]), "folder": str(whole), "reference": str(reference)}


def _test_sound(rate: int, channels: int) -> Samples:
    """Noise in bursts of several levels, and silence between them: `[channels, frames]`, seeded."""
    frames = round(REFERENCE_SECONDS * rate)
    noise = np.random.default_rng(0).uniform(-1.0, 1.0, (channels, frames)).astype(np.float32)
    levels = np.repeat(np.array([0.5, 0.05, 0.0, 0.9, 0.2], np.float32), -(-frames // 5))[:frames]
    return noise * levels


def _example(captured: Captured, path: Path, positions: tuple[float, ...]) -> tuple[Samples, Samples, int]:
    audio, rate = read_audio(path)
    sound = np.ascontiguousarray(for_model(audio, captured.call)[:, : EXAMPLE_SECONDS * rate])
    return sound, render(captured, sound, rate, EXAMPLE_BLOCK, positions), rate
