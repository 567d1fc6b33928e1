"""A true-peak limiter: it sees a peak coming, between samples too, and has lowered the sound when it arrives."""

from __future__ import annotations

import math

import numpy as np

from studio.engine.delay import Delay
from studio.engine.ramp import Fade, Floats
from studio.engine.reduction import Reduction
from studio.engine.true_peak import DELAY, TruePeak

LOOK_AHEAD_SECONDS = 0.0015
SHORTEST = 2 * DELAY  # samples of look-ahead under a very low rate
LOWEST_DB = -60.0  # below it there is nothing left to hear
MARGIN_DB = 0.08  # what eight looks at each interval may miss
NEPER_DB = 20 / math.log(10)


class Limiter:
    """Holds the true peak of all channels together at a ceiling.

    Switching goes through a fade of 10 ms between the direct sound and the limited one, which is late.

    Attributes:
        delay: samples by which the limited sound is late.
        is_on: whether it is wanted.
        ceiling_db: true peak that it allows.
        reduction_db: by which it lowered the sound of the last block at most: 0 or less.
    """

    def __init__(self, channels: int, sample_rate: int, block: int) -> None:
        self.delay = max(round(LOOK_AHEAD_SECONDS * sample_rate), SHORTEST)
        self.is_on, self.ceiling_db, self.reduction_db = False, 0.0, 0.0
        self._block, self._fade = block, Fade(False, sample_rate, block)
        self._to_come = 0  # samples until the late sound is whole, and the fade may begin
        self._peak = TruePeak(channels, block)
        self._reduction = Reduction(self.delay - DELAY + 1, sample_rate, block)
        self._line, self._limited = Delay(channels, block, self.delay), np.zeros((channels, block), np.float32)
        self._dry_line, self._dry = Delay(channels, block, self.delay), np.zeros((channels, block), np.float32)
        self._share: Floats | None = None

    @property
    def is_active(self) -> bool:
        """It has to be called: it is on, or not yet faded out."""
        return self.is_on or not self._fade.is_closed

    def switch(self, ceiling_db: float) -> None:
        """On with this ceiling, or off where it is above 0 dB."""
        wanted = ceiling_db <= 0.0
        if wanted:
            self.ceiling_db = max(LOWEST_DB, ceiling_db)
        if wanted and not self.is_active:
            self._forget()
            self._to_come = self.delay
        elif wanted and self._to_come <= 0:
            self._fade.open()
        elif not wanted:
            self._fade.close()
        self.is_on = wanted

    def reset(self) -> None:
        """Forget everything that was heard; what is wanted is so at once."""
        self._forget()
        self._fade.jump(self.is_on)
        self._to_come = 0

    def process(self, audio: Floats) -> None:
        """Limit `[channels, block]` in place; call only while active."""
        limited = self._limited
        self._line.process(audio, limited)
        gain = self._reduction.process(self._peak.process(audio), 10 ** ((self.ceiling_db - MARGIN_DB) / 20))
        self.reduction_db = 0.0
        if gain is not None:
            limited *= gain.astype(np.float32)
            self.reduction_db = -NEPER_DB * self._reduction.nepers
        if self._fade.is_open:
            audio[:] = limited
            self._share = None
            return
        self._share = self._fade.next(self._block)
        _mix(audio, limited, self._share)
        if self._to_come > 0:
            self._to_come -= self._block
            if self._to_come <= 0 and self.is_on:
                self._fade.open()

    def late(self, dry: Floats) -> Floats:
        """The dry sound of the same block, as late as what `process` gave."""
        self._dry_line.process(dry, self._dry)
        if self._share is not None:
            np.subtract(dry, self._dry, out=self._limited)
            self._limited *= 1.0 - self._share
            self._dry += self._limited
        return self._dry

    def _forget(self) -> None:
        for part in (self._line, self._dry_line, self._peak, self._reduction):
            part.reset()
        self.reduction_db = 0.0


def _mix(audio: Floats, other: Floats, share: Floats) -> None:
    """Let `other` have its share of `audio`, in place; `other` is spoilt."""
    other -= audio
    other *= share
    audio += other
