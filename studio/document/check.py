"""The record of one question asked of a wrapper or a package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["pass", "warn", "fail", "skip"]


class Series(BaseModel):
    """One line of a plot."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()


class Plot(BaseModel):
    """A drawing beside a number; window and report draw it from the same data.

    Attributes:
        x_label, y_label: what the axes show, with units: "block (samples)", "delay (ms)".
        series: the lines, or one row of bars.
        bars: draw bars, not lines.
        log_x: a logarithmic x axis.
    """

    model_config = ConfigDict(frozen=True)

    x_label: str
    y_label: str
    series: tuple[Series, ...]
    bars: bool = False
    log_x: bool = False


class Mend(BaseModel):
    """What one click changes so that the check passes.

    Attributes:
        label: the words on the button, with the outcome that was tried: "Set look-behind to 4093: then −132 dB".
        call: fields of the `Call` and their new values, as `ModelSource.call` takes them.
        card: fields of the card and their new values.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    call: dict[str, Any] = {}
    card: dict[str, Any] = {}


class Check(BaseModel):
    """One question and its answer.

    Attributes:
        id: stable name, for example `latency` or `neutone.loads`.
        verdict: pass, warn, fail or skip.
        value: the evidence, a number in `unit`, or a word; None where there is none.
        unit: of `value`: "samples", "dB", "x", …
        title: the question in a few words.
        advice: what to do where it did not pass; what it means where it did.
        plot: a drawing, where one helps.
        mend: what one click would change, where that is known to help.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    verdict: Verdict
    value: float | int | str | None = None
    unit: str = ""
    title: str = ""
    advice: str = ""
    plot: Plot | None = None
    mend: Mend | None = None


def passed(checks: Iterable[Check]) -> bool:
    """Whether none failed."""
    return all(check.verdict != "fail" for check in checks)
