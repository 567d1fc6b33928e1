"""Ask a model the checks, and time it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from studio.document.check import Check
from studio.document.opened import OpenedModel
from studio.flows.access import for_captured
from studio.link.job import Limits, Report, run_job
from studio.storage import read_text, write_text

LIMITS = Limits(seconds=900.0, silence=120.0)


def facts_of(checks: Iterable[Check]) -> dict[str, Any]:
    """Fields of the Call that were measured to be other than they are said: every mend together.

    Returns: what `ModelSource.call` and `--call` take; empty where the call says what was measured.
    """
    return {field: value for check in checks if check.mend for field, value in check.mend.call.items()}


def check_model(
    opened: OpenedModel,
    *,
    known: bool = False,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> list[Check]:
    """Every check, measured on the captured wrapper in a child process.

    Args:
        opened: the model.
        known: be content with what was measured on this captured wrapper before, where that was done.
        report: told of progress.
        cancel: set it to stop.
    """
    request = {"captured": opened.captured, "sample_rate": opened.card.sample_rate}
    record = Path(opened.captured).with_suffix(f".{opened.card.sample_rate or 'any'}.checks.json")
    if known and record.is_file():
        found = json.loads(read_text(record))
    else:
        access = for_captured(opened.captured)
        found = run_job("check", request, report=report, cancel=cancel, limits=LIMITS, access=access)
        write_text(record, json.dumps(found))
    return [Check.model_validate(each) for each in found["checks"]]


def bench_model(
    opened: OpenedModel,
    sample_rate: int | None = None,
    *,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> list[dict[str, Any]]:
    """Cost and delay at block sizes 64…2048 under a host at `sample_rate` (the model's own where None)."""
    request = {"captured": opened.captured, "sample_rate": sample_rate}
    access = for_captured(opened.captured)
    done = run_job("bench", request, report=report, cancel=cancel, limits=LIMITS, access=access)
    rows: list[dict[str, Any]] = done["rows"]
    return rows
