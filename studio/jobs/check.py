"""Ask a captured wrapper every check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.checks.every import Report, run_checks
from studio.wrappers.captured import load_captured


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer `flows.checking.check_model`."""
    checks = run_checks(load_captured(Path(request["captured"])), request["sample_rate"], report)
    return {"checks": [each.model_dump(mode="json") for each in checks]}
