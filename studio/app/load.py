"""What the engine's figures were in the last minute. No Qt: thirty times a second a number goes in."""

from __future__ import annotations

import time
from array import array
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

SECONDS = 60.0
LOOKS = 2048  # at thirty a second a little more than a minute


class Event(NamedTuple):
    """Something that happened to the engine, `at` seconds of the same clock as the looks."""

    at: float
    said: str


class Column(NamedTuple):
    """One column of a picture: mean and worst load in it (1.0 is all the time there is), and drop-outs."""

    load: float
    worst: float
    late: int


class LoadHistory:
    """A ring of looks: when, how much of a block's time was used, by most blocks and by the worst, and drop-outs.

    Args:
        clock: seconds; the system's own but in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = array("d", bytes(8 * LOOKS))
        self._load = array("d", bytes(8 * LOOKS))
        self._worst = array("d", bytes(8 * LOOKS))
        self._late = array("q", bytes(8 * LOOKS))  # drop-outs since the look before
        self._count, self._before = 0, 0
        self.events: deque[Event] = deque(maxlen=64)
        self.late = 0
        self._late_last = -SECONDS

    @property
    def late_lately(self) -> bool:
        """Whether a drop-out of the last minute counts."""
        return self.late > 0 and self._clock() - self._late_last < SECONDS

    def look(self, load: float, worst: float, late: int) -> int:
        """Take one look: `late` is what the engine has counted, which begins anew when the engine does.

        Returns: drop-outs since the last `reset`.
        """
        new = late - self._before if late >= self._before else late
        self._before = late
        self.late += new
        if new:
            self._late_last = self._clock()
        place = self._count % LOOKS
        self._at[place], self._load[place], self._worst[place], self._late[place] = self._clock(), load, worst, new
        self._count += 1
        return self.late

    def happened(self, said: str) -> None:
        """Remember an event; the same one within a second is one."""
        now = self._clock()
        if not self.events or self.events[-1].said != said or now - self.events[-1].at > 1.0:
            self.events.append(Event(now, said))

    def reset(self) -> None:
        """Count drop-outs from here on."""
        self.late = 0

    def columns(self, count: int) -> list[Column]:
        """The last minute as `count` columns, oldest first; loads below 0 where nobody looked."""
        loads, worst, lates = [-1.0] * count, [-1.0] * count, [0] * count
        start = self._clock() - SECONDS
        for number in range(self._count - 1, max(-1, self._count - 1 - LOOKS), -1):
            place = number % LOOKS
            column = int((self._at[place] - start) / SECONDS * count)
            if column < 0:
                break
            column = min(column, count - 1)
            loads[column] = max(loads[column], self._load[place])
            worst[column] = max(worst[column], self._worst[place])
            lates[column] += self._late[place]
        return [Column(*each) for each in zip(loads, worst, lates, strict=True)]

    def recent(self) -> list[tuple[float, str]]:
        """Events of the last minute with their age in seconds, oldest first."""
        now = self._clock()
        return [(now - event.at, event.said) for event in self.events if now - event.at <= SECONDS]
