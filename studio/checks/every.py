"""All checks, in the order in which a user reads them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import torch

from studio.checks.asking import last_line
from studio.checks.blocks import check_blocks
from studio.checks.channels import check_channels
from studio.checks.finite import check_finite
from studio.checks.knobs import check_knobs, check_zipper
from studio.checks.labels import check_labels
from studio.checks.latency import check_latency
from studio.checks.level import check_clipping, check_dc, check_gain
from studio.checks.linearity import check_linearity
from studio.checks.memory import check_memory
from studio.checks.parity import check_parity
from studio.checks.quiet import check_denormals, check_silence
from studio.checks.receptive import check_receptive
from studio.checks.recovery import check_recovery
from studio.checks.repeat import check_determinism, check_reset
from studio.checks.shape import check_shape
from studio.checks.speed import check_speed
from studio.checks.state import check_state
from studio.checks.whole import check_whole
from studio.document.check import Check
from studio.wrappers.captured import Captured

Ask = Callable[[Captured, int], Check]
Report = Callable[[float | None, str], None]
EFFECTS: Final[tuple[Ask, ...]] = (
    check_blocks,
    check_shape,
    check_finite,
    check_recovery,
    check_latency,
    check_receptive,
    check_state,
    check_parity,
    check_determinism,
    check_reset,
    check_gain,
    check_clipping,
    check_linearity,
    check_dc,
    check_silence,
    check_channels,
    check_knobs,
    check_zipper,
    check_denormals,
    check_speed,
    check_memory,
)
ANY_RATE = 48000


def run_checks(captured: Captured, sample_rate: int | None, report: Report) -> list[Check]:
    """Ask everything that fits the model; a model that fails under a question has failed it."""
    asked = _fitting(captured)
    rate = sample_rate or (captured.call.sample_rates[0] if captured.call.sample_rates else ANY_RATE)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as it is played; many small calls would only wait for one another
    found: list[Check] = []
    try:
        captured.module.prepare(rate, 512)
        for number, ask in enumerate(asked):
            name = ask.__name__.removeprefix("check_")
            report(number / len(asked), f"Checking {name}")
            found.append(_answer(ask, name, captured, rate))
            if name == "shape" and found[-1].verdict == "fail":
                break  # the other questions compare lengths
    finally:
        torch.set_num_threads(threads)
    return found


def _fitting(captured: Captured) -> tuple[Ask, ...]:
    if captured.call.offline:
        return (check_whole,)
    return (check_labels,) if captured.call.labels else EFFECTS


def _answer(ask: Ask, name: str, captured: Captured, rate: int) -> Check:
    try:
        check = ask(captured, rate)
        if isinstance(check.value, float) and not math.isfinite(check.value):
            unmeasured = "It gives NaN or infinity, so this could not be measured."
            return Check(id=name, verdict="skip", title=check.title, advice=unmeasured)
        return check
    except Exception as error:  # a foreign model raises whatever it likes, and may return what no arithmetic fits
        advice = f"It fails: {last_line(error)}"
        return Check(id=name, verdict="fail", title="The model can be called", advice=advice)
