"""All checks, in the order in which a user reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from studio.checks.finite import check_finite
from studio.checks.labels import check_labels
from studio.checks.latency import check_latency
from studio.checks.level import check_dc, check_gain
from studio.checks.parity import check_parity
from studio.checks.repeat import check_determinism, check_reset
from studio.checks.shape import check_shape
from studio.checks.speed import check_speed
from studio.document.check import Check
from studio.wrappers.captured import Captured

Ask = Callable[[Captured, int], Check]
Report = Callable[[float | None, str], None]
EFFECTS: Final[tuple[Ask, ...]] = (
    check_shape,
    check_finite,
    check_latency,
    check_parity,
    check_determinism,
    check_reset,
    check_gain,
    check_dc,
    check_speed,
)
ANY_RATE = 48000


def run_checks(captured: Captured, sample_rate: int | None, report: Report) -> list[Check]:
    """Ask everything that fits the model; a model that fails under a question has failed it."""
    rate = sample_rate or (captured.call.sample_rates[0] if captured.call.sample_rates else ANY_RATE)
    asked = (check_labels,) if captured.call.labels else EFFECTS
    captured.module.prepare(rate, 512)
    found = []
    for number, ask in enumerate(asked):
        name = ask.__name__.removeprefix("check_")
        report(number / len(asked), f"Checking {name}")
        try:
            found.append(ask(captured, rate))
        except RuntimeError as error:
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            said = lines[-1][:200] if lines else "no reason given"
            found.append(Check(id=name, verdict="fail", title="The model can be called", advice=f"It fails: {said}"))
        if ask is check_shape and found[-1].verdict == "fail":
            break  # the other questions compare lengths
    return found
