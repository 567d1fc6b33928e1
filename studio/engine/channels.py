"""Which of a device's channels are used: "1-2", "3-4", "5"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.engine.ramp import Floats


@dataclass(frozen=True)
class Channels:
    """One channel or two beside each other; `first` counts from 0."""

    first: int
    count: int

    @property
    def end(self) -> int:
        """Channels a device has to be opened with."""
        return self.first + self.count

    def of(self, audio: Floats) -> Floats:
        """These of `[frames, channels]`, as a view."""
        return audio[:, self.first : self.end]

    def __str__(self) -> str:
        return str(self.end) if self.count == 1 else f"{self.first + 1}-{self.end}"


def choose(said: str, most: int) -> tuple[Channels, str]:
    """The channels meant; where the device has not got them its first ones, and a sentence about that.

    Args:
        said: "1-2", "3", or empty for the first ones.
        most: channels that the device has, at least 1.
    """
    first = Channels(0, min(2, most))
    if not said:
        return first, ""
    found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", said)
    if found is not None:
        start, end = int(found[1]), int(found[2] or found[1])
        if 1 <= start <= end <= most and end - start < 2:
            return Channels(start - 1, end - start + 1), ""
    return first, f"There are no channels {said}, so it is {first}."
