"""What blocks cost, against the time there is."""

from __future__ import annotations

AVERAGE = 0.02  # share of a new block in the mean
RECENT_SECONDS = 0.35
OVERLOADED = 0.5  # of the recent time went into blocks that took longer than there is
ONE_BLOCK = 0.1  # at most: the machine itself may stand still for a moment
WORST_SECONDS = 2.0


class Load:
    """Keeps the figures under one rate and block size.

    Attributes:
        mean: computing time over block time, averaged over about fifty blocks.
        needed: the same of the blocks that took too long, when that was last too many.
        was_long: the last block took longer than there is, and counts.
    """

    def __init__(self, sample_rate: int, block: int) -> None:
        self._seconds = block / sample_rate
        self._blocks = max(1, round(WORST_SECONDS / self._seconds))
        self.mean = self.needed = self._late = self._late_share = 0.0
        self.was_long = False
        self._worst, self._worst_before, self._left = 0.0, 0.0, self._blocks

    @property
    def worst_us(self) -> float:
        """Longest time that a block of the last two to four seconds took."""
        return max(self._worst, self._worst_before) * 1e6

    @property
    def is_overloaded(self) -> bool:
        """For most of the last third of a second blocks took longer than there is."""
        return self._late > OVERLOADED

    def weigh(self, seconds: float, counts: bool) -> None:
        """Take in the time of one block.

        Args:
            seconds: that it took.
            counts: towards an overload; not what nobody hears, nor what was kept waiting by something else.
        """
        share = seconds / self._seconds
        self.mean += AVERAGE * (share - self.mean)
        self._worst = max(self._worst, seconds)
        self._left -= 1
        if self._left == 0:
            self._worst, self._worst_before, self._left = 0.0, self._worst, self._blocks
        self.was_long = counts and seconds > self._seconds
        if counts:
            weight = min(ONE_BLOCK, max(seconds, self._seconds) / RECENT_SECONDS)
            self._late += weight * (self.was_long - self._late)
            self._late_share += weight * (self.was_long * share - self._late_share)

    def forgive(self) -> None:
        """Begin anew to look for an overload."""
        if self.is_overloaded:
            self.needed = self._late_share / self._late
        self._late = self._late_share = 0.0
