"""Do labels name classes that there are, at times within the sound?"""

from __future__ import annotations

import torch

from studio.checks.asking import block_for, noise
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "Labels have a class and a time"
SECONDS = 2


def check_labels(captured: Captured, sample_rate: int) -> Check:
    """Shapes, class range and order of the times, for noise."""
    frames = SECONDS * sample_rate
    block = block_for(captured, frames)
    sound = torch.from_numpy(noise(captured, block))
    with torch.inference_mode():
        classes, times = captured.module(sound, torch.zeros(len(captured.numeric), block))
    fault = _fault(classes, times, len(captured.card.labels), block / sample_rate)
    if fault:
        return Check(id="labels", verdict="fail", value=classes.numel(), unit="labels", title=TITLE, advice=fault)
    return Check(id="labels", verdict="pass", value=classes.numel(), unit="labels", title=TITLE)


def _fault(classes: torch.Tensor, times: torch.Tensor, known: int, seconds: float) -> str:
    if classes.dim() != 1 or times.shape != (classes.numel(), 2):
        return f"Return indexes [T] and times [T, 2], not {list(classes.shape)} and {list(times.shape)}."
    if not classes.numel():
        return ""
    if known and not 0 <= int(classes.min()) <= int(classes.max()) < known:
        return f"Class {int(classes.max())} is not among the {known} labels of the card; Audacity would crash."
    if not bool(torch.isfinite(times).all()) or float(times.min()) < 0 or float(times.max()) > seconds + 0.25:
        return "A time lies outside the sound."
    return "" if bool((times[:, 0] < times[:, 1]).all()) else "A label ends before it starts."
