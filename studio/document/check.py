"""The record of one question asked of a wrapper or a package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["pass", "warn", "fail", "skip"]


class Check(BaseModel):
    """One question and its answer.

    Attributes:
        id: stable name, for example `latency` or `neutone.loads`.
        verdict: pass, warn, fail or skip.
        value: the evidence, a number in `unit`, or a word; None where there is none.
        unit: of `value`: "samples", "dB", "x", …
        title: the question in a few words.
        advice: what to do where it did not pass; what it means where it did.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    verdict: Verdict
    value: float | int | str | None = None
    unit: str = ""
    title: str = ""
    advice: str = ""


def passed(checks: Iterable[Check]) -> bool:
    """Whether none failed."""
    return all(check.verdict != "fail" for check in checks)
