"""An ONNX file is not played here."""

from __future__ import annotations

from pathlib import Path

from studio.errors import HostError
from studio.wrappers.captured import Captured


def read(path: Path) -> Captured:
    """Raises: HostError always; the model it was made from can be opened instead."""
    raise HostError(
        f"{path.name} is an ONNX model, which can be looked at, not played.",
        "Open the PyTorch model it was made from.",
        about=path.name,
    )
