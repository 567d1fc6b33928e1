"""Label a sound with a captured labeller and write what it found; part of the job `render`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from studio.audio.files import convert_rate
from studio.audio.label import Label
from studio.audio.labels import WRITERS, write_labels
from studio.audio.reader import Samples
from studio.errors import ModelError
from studio.wrappers.captured import Captured


def label_sound(captured: Captured, audio: Samples, rate: int, target: Path, knobs: dict[str, float]) -> dict[str, Any]:
    """Write the labels of `audio` `[channels, frames]` to `target`, in the format of its ending.

    Times outside the sound are cut to it, and labels that are then empty are left out; `facts` of the result says so.
    """
    own = captured.call.sample_rates[0] if captured.call.sample_rates else rate
    mono = audio.mean(axis=0, keepdims=True) if captured.call.channels_in == 1 else _channels(audio, captured)
    sound = torch.from_numpy(convert_rate(mono.astype(np.float32), rate, own))
    started = time.perf_counter()
    indexes, times = _call(captured, sound, own, knobs)
    seconds = time.perf_counter() - started
    labels, facts = _tidy(indexes, times, captured.card.labels, audio.shape[1] / rate)
    path = target if target.suffix.lower() in WRITERS else target.with_suffix(".txt")
    if path != target:
        facts.append(f"Labels are no sound: they were written to {path.name}.")
    write_labels(path, labels, audio.shape[1] / rate)
    return {
        "output": str(path),
        "outputs": [str(path)],
        "labels": len(labels),
        "frames": sound.shape[1],
        "sample_rate": own,
        "latency": 0,
        "seconds": seconds,
        "realtime_factor": sound.shape[1] / own / max(seconds, 1e-9),
        "facts": facts,
    }


def _channels(audio: Samples, captured: Captured) -> Samples:
    """As many channels as the model takes: those there are, one after the other."""
    wanted = captured.call.channels_in
    taken: Samples = np.take(audio, np.arange(wanted) % min(audio.shape[0], wanted), axis=0)
    return taken


def _call(
    captured: Captured, sound: torch.Tensor, rate: int, knobs: dict[str, float]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Class indexes `[labels]` and times `[labels, 2]` in seconds, the model's delay taken out."""
    late = int(captured.module.latency())
    fed = torch.nn.functional.pad(sound, (0, late))
    positions = [knobs.get(each.name, each.default_position) for each in captured.numeric]
    params = torch.tensor(positions, dtype=torch.float32).reshape(-1, 1).repeat(1, fed.shape[1])
    captured.module.prepare(rate, fed.shape[1])
    captured.module.reset()
    with torch.inference_mode():
        indexes, times = captured.module(fed, params)
    if indexes.dim() != 1 or tuple(times.shape) != (indexes.shape[0], 2):
        said = f"The model gives classes {list(indexes.shape)} and times {list(times.shape)}."
        raise ModelError(said, "It should give indexes [n] and times [n, 2].")
    return indexes.long().numpy(), times.double().numpy() - late / rate


def _tidy(
    indexes: NDArray[np.int64], times: NDArray[np.float64], names: tuple[str, ...], seconds: float
) -> tuple[list[Label], list[str]]:
    """Labels within the sound, and sentences about those that had to be changed."""
    facts: list[str] = []
    finite = np.isfinite(times).all(axis=1)
    inside = np.clip(np.nan_to_num(times), 0.0, seconds)
    kept = finite & (inside[:, 0] < inside[:, 1])
    cut = kept & (np.abs(inside - times).max(axis=1, initial=0.0) > 1e-3)
    backwards = finite & (times[:, 0] >= times[:, 1])
    counted = (
        (int((~finite).sum()), "with a time that is no number", "left out"),
        (int(backwards.sum()), "ending before they start", "left out"),
        (int((finite & ~backwards & ~kept).sum()), "outside the sound", "left out"),
        (int(cut.sum()), "reaching beyond the sound", "cut"),
    )
    facts += [f"{count} label{'s' * (count > 1)} {what}: {done}." for count, what, done in counted if count]
    unknown = sorted({int(each) for each in indexes[kept] if not 0 <= each < len(names)})
    if unknown and names:
        shown = ", ".join(str(each) for each in unknown[:5])
        facts.append(f"The card names {len(names)} classes (0 to {len(names) - 1}); the model also found {shown}.")
    labels = [
        Label(float(start), float(end), names[index] if 0 <= index < len(names) else str(index))
        for index, (start, end) in zip(indexes[kept].tolist(), inside[kept].tolist(), strict=True)
    ]
    return sorted(labels, key=lambda each: (each.start, each.end)), facts
