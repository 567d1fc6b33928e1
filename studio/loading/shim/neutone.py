"""Neutone's effect base for files that import the SDK itself: they sound as they do there; and what they call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from studio.wrappers import base
from studio.wrappers.archive import load_archive
from studio.wrappers.torchscript import ScriptModule


class WaveformToWaveformBase(base.WaveformToWaveformBase):
    """Like ours, but knobs deliver 0…1 whatever range they declare.

    The SDK ignores `min_value` and `max_value` in real-time models, and a file written for it was tuned to what it
    really delivers. The range is shown in the app and in the package; change the import to `studio` to have values
    mapped into it.
    """

    ranges_are_shown_only = True


def load_neutone_model(path: str | Path) -> tuple[ScriptModule, dict[str, Any]]:
    """A package as a module, and what it says of itself."""
    module, described = load_archive(Path(path), "metadata.json")
    return module, dict(described)


def validate_waveform(x: Tensor, is_mono: bool) -> None:
    """Raise AssertionError for anything but `[channels, samples]` of one or of two channels."""
    channels = 1 if is_mono else 2
    assert x.dim() == 2 and x.size(0) == channels, f"sound has the shape [{channels}, samples], not {list(x.shape)}"
    assert x.size(1) > x.size(0), f"there are more channels than samples: {list(x.shape)}"
