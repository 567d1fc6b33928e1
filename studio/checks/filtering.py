"""A high pass behind the model, tried on what it gave before it is offered as a mend."""

from __future__ import annotations

import numpy as np
import torch

from studio.checks.asking import Samples, decibels, mendable
from studio.document.check import Mend
from studio.document.treatment import Filter
from studio.wrappers.captured import Captured
from studio.wrappers.filters import SincFilter

HIGH_PASS = Filter(kind="high", low_hz=20.0, taps=4095, phase="minimum")


def mend_by_high_pass(captured: Captured, made: Samples, sample_rate: int, good: float) -> Mend | None:
    """The filter and the constant part in dBFS that it leaves; None where that is above `good`.

    Args:
        captured: a filter is added to those that its call has.
        made: `[rows, samples]` that it gave.
        sample_rate: of the model, in Hz.
        good: greatest constant part, dBFS.
    """
    if not mendable(captured) or captured.call.ratio != (1, 1):
        return None
    kept = HIGH_PASS
    applied = SincFilter(kept.kind, kept.low_hz, kept.high_hz, kept.taps, kept.phase, made.shape[0], sample_rate)
    with torch.inference_mode():
        filtered = applied(torch.from_numpy(np.ascontiguousarray(made)))[:, min(kept.taps, made.shape[1] // 2) :]
    left = decibels(float(filtered.mean(dim=1).abs().max()))
    if left > good:
        return None
    filters = [each.model_dump(mode="json") for each in (*captured.call.filters_after, kept)]
    label = f"Put a high pass of {kept.low_hz:g} Hz behind it: the constant part then {left:.0f} dBFS"
    return Mend(label=label.replace(" -", " −"), call={"filters_after": filters})
