"""Several sounds played one after the other, and where in which of them a frame of the whole lies."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.app.state import Sound


@dataclass(frozen=True)
class Row:
    """What the engine has, in order.

    Attributes:
        sounds: all at one rate.
        numbers: which of the project's list each is; those that cannot be read are left out.
    """

    sounds: tuple[Sound, ...] = ()
    numbers: tuple[int, ...] = ()

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((sound.frames for sound in self.sounds), initial=0))

    @property
    def frames(self) -> int:
        """Of all sounds together."""
        return self._starts[-1]

    def start(self, place: int) -> int:
        """The frame with which the sound at `place` begins."""
        return self._starts[place]

    def place_of(self, frame: int) -> int:
        """Which sound a frame of the whole lies in; the end of the row is the last one's."""
        return min(max(0, bisect_right(self._starts, frame) - 1), len(self.sounds) - 1)

    def place(self, number: int) -> int | None:
        """Where this number of the list stands, None where it is not in the row."""
        return self.numbers.index(number) if number in self.numbers else None

    def with_last(self, sound: Sound, number: int) -> Row:
        return Row((*self.sounds, sound), (*self.numbers, number))
