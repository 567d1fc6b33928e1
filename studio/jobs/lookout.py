"""Whether a device is there and can be opened, seen by a process that has nothing open."""

from __future__ import annotations

from typing import Any

import numpy as np

from studio.engine.device import open_device
from studio.errors import AudioError
from studio.link.job import Report

UNLOCKED = True  # it opens a device, and no model


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer `{"is_there": …}` for the device `name`, asked for as the engine would."""
    report(None, "Looking for the device")
    try:
        device = open_device(request["name"], request["sample_rate"], request["block"], _play, live=request["live"])
    except AudioError:
        return {"is_there": False}
    device.close()
    return {"is_there": device.info.name == request["name"]}


def _play(_incoming: np.ndarray | None, outgoing: np.ndarray, _was_late: bool) -> None:
    outgoing.fill(0.0)
