"""Do labels name classes that there are, at times within the sound?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from studio.checks.asking import Samples, block_for, noise, positions_of, silence
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "Labels have a class and a time"
SECONDS = 2
SLACK = 0.25  # seconds that a last frame may reach over the end


def check_labels(captured: Captured, sample_rate: int) -> Check:
    """Shapes, class range, order and repetition of the times, for noise, silence, bursts and a short sound."""
    most = 0
    used: set[int] = set()
    for said, sound in _sounds(captured, sample_rate):
        classes, times = _label(captured, sound)
        fault = _fault(classes, times, captured.card.labels, sound.shape[1] / sample_rate)
        if not fault and said == "noise":
            again = _label(captured, sound)
            fault = "" if _same((classes, times), again) or captured.call.random else "A second run gives other labels."
        if fault:
            advice = f"For {said}: {fault[:1].lower()}{fault[1:]}"
            return Check(id="labels", verdict="fail", value=classes.numel(), unit="labels", title=TITLE, advice=advice)
        most, used = max(most, classes.numel()), used | {int(each) for each in classes.tolist()}
    advice = "No label was found in any test sound." if not used else ""
    return Check(id="labels", verdict="pass", value=most, unit="labels", title=TITLE, advice=advice)


def _sounds(captured: Captured, sample_rate: int) -> Iterator[tuple[str, Samples]]:
    frames = block_for(captured, SECONDS * sample_rate)
    yield "noise", noise(captured, frames)
    yield "silence", silence(captured, frames)
    bursts = noise(captured, frames, 0.9)
    yield "bursts", bursts * (np.arange(frames) * 6 // frames % 2).astype(np.float32)
    yield "a short sound", noise(captured, block_for(captured, sample_rate))


def _label(captured: Captured, sound: Samples) -> tuple[Tensor, Tensor]:
    captured.module.reset()
    torch.manual_seed(0)
    params = torch.tensor(positions_of(captured)).reshape(-1, 1).repeat(1, sound.shape[1])
    with torch.inference_mode():
        classes, times = captured.module(torch.from_numpy(sound.copy()), params)
    return classes, times


def _fault(classes: Tensor, times: Tensor, names: tuple[str, ...], seconds: float) -> str:
    if classes.dim() != 1 or times.shape != (classes.numel(), 2):
        return f"Return indexes [T] and times [T, 2], not {list(classes.shape)} and {list(times.shape)}."
    if classes.dtype.is_floating_point or not times.dtype.is_floating_point:
        return f"Return whole numbers and seconds, not {_kind(classes)} indexes and {_kind(times)} times."
    if not classes.numel():
        return ""
    wrong = classes[(classes < 0) | (classes >= len(names))] if names else classes[classes < 0]
    if wrong.numel():
        return f"Class {int(wrong[0])} is not among the {len(names)} labels of the card; Audacity would crash."
    if not bool(torch.isfinite(times).all()) or float(times.min()) < 0 or float(times.max()) > seconds + SLACK:
        return f"A time lies outside the sound of {seconds:.2f} s."
    if not bool((times[:, 0] < times[:, 1]).all()):
        return "A label ends before it starts."
    return "" if bool((times[1:, 0] >= times[:-1, 0]).all()) else "The labels are not in order of their start."


def _kind(values: Tensor) -> str:
    return str(values.dtype).removeprefix("torch.")


def _same(one: tuple[Tensor, Tensor], other: tuple[Tensor, Tensor]) -> bool:
    return all(a.shape == b.shape and bool(torch.equal(a, b)) for a, b in zip(one, other, strict=True))
