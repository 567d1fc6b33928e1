"""Neural Audio Studio: hear, wrap, measure and export PyTorch audio models.

Importing this costs nothing: torch comes with the first name that is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.document.parameter import Parameter
    from studio.hosts.audacity.save import save_model
    from studio.hosts.neutone.save import save_neutone_model
    from studio.wrappers.base import WaveformToLabels, WaveformToWaveform, WaveformToWaveformBase

__all__ = [
    "Parameter",
    "WaveformToLabels",
    "WaveformToWaveform",
    "WaveformToWaveformBase",
    "save_model",
    "save_neutone_model",
]

_HOMES = {
    "Parameter": "studio.document.parameter",
    "WaveformToLabels": "studio.wrappers.base",
    "WaveformToWaveform": "studio.wrappers.base",
    "WaveformToWaveformBase": "studio.wrappers.base",
    "save_model": "studio.hosts.audacity.save",
    "save_neutone_model": "studio.hosts.neutone.save",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'studio' has no attribute {name!r}")
    found = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
