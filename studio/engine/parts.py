"""The sounds that the window has decoded, as the engine finds them in memory."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from typing import Any

import numpy as np

from studio.engine.source import Samples
from studio.errors import FileError

TOUCHED_BYTES = 256 * 2**20  # eleven minutes of stereo; of what is longer the system reads ahead
PAGE_SAMPLES = 1024  # floats in the smallest page there is


class Parts:
    """Sounds in a row as the window names them: path, frames, channels, sample_rate, name of each.

    Attributes:
        said: what the window said of each.
        samples: of each `[channels, frames]`.

    Raises: FileError where one is no longer there.
    """

    def __init__(self, said: Sequence[dict[str, Any]] = ()) -> None:
        self.said = list(said)
        self.samples = [_mapped(part) for part in said]

    def add(self, part: dict[str, Any]) -> Samples:
        """One more behind the last; its samples. Raises: FileError."""
        samples = _mapped(part)
        self.said.append(part)
        self.samples.append(samples)
        return samples

    def fit(self, sample_rate: int) -> bool:
        """All of them were decoded for this rate."""
        return all(part["sample_rate"] == sample_rate for part in self.said)


def _mapped(part: dict[str, Any]) -> Samples:
    """The sound in memory, so that the callback waits for no disk wherever the play head goes."""
    try:
        samples = np.memmap(part["path"], np.float32, "r", shape=(part["channels"], part["frames"]))
    except (OSError, ValueError) as error:  # gone, or shorter than it was
        raise FileError(f"{part['name']} is no longer there.", "Open it again.", about=part["name"]) from error
    if hasattr(mmap, "MADV_WILLNEED"):
        samples._mmap.madvise(mmap.MADV_WILLNEED)  # type: ignore[attr-defined]
    np.signbit(samples.reshape(-1)[: TOUCHED_BYTES // samples.itemsize : PAGE_SAMPLES])  # reads a sample of each page
    return samples
