"""Verify written files: in a process of its own that has seen nothing of how they were made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.hosts import host
from studio.hosts.reference import load_reference


def run(request: dict[str, Any], report: Callable[[float | None, str], None]) -> dict[str, Any]:
    """Answer with the checks of one package against its reference."""
    report(None, f"Verifying the {request['host']} package")
    checks = host(request["host"]).verify(Path(request["path"]), load_reference(Path(request["reference"])))
    return {"checks": [each.model_dump(mode="json") for each in checks]}
