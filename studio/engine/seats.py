"""The resident models, of which one is heard; two while one gives way to the other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.engine.ramp import Fade, Floats, Ramp
from studio.engine.seat import Seat
from studio.engine.voice import Voice
from studio.link.shared import VOICES, Levels

MOST_WAITING_SECONDS = 0.1  # for the first sound of a model with latency; a longer silence is heard
Banks = Sequence[NDArray[np.float64]]


class Seats:
    """Two seats, with a cross-fade of 10 ms between them and the balance of wet and dry in both.

    The model that is switched to begins as if it had heard nothing. Where it answers late, the other is heard until it
    answers.

    Attributes:
        heard: index of the seat that is heard, or will be in a moment.
        dry: `[channels, block]`, the last block of the source in time with the sound.
    """

    def __init__(self, channels: int, sample_rate: int, block: int) -> None:
        self._all = tuple(Seat(channels, sample_rate, block) for _ in range(VOICES))
        self.heard = 0
        self._block, self._most_waiting = block, round(MOST_WAITING_SECONDS * sample_rate)
        self._across = Fade(False, sample_rate, block)  # open: the second is heard
        self._waiting = 0  # samples until the new one answers
        self._wet, self._wanted = Ramp(1.0, sample_rate, block), 1.0
        self._shares = np.ones(block, np.float32)
        self._between, self._between_dry = (np.zeros((channels, block), np.float32) for _ in range(2))
        self.dry = self._between_dry

    @property
    def seat(self) -> Seat:
        """The one that is heard."""
        return self._all[self.heard]

    @property
    def voices(self) -> list[Voice | None]:
        return [seat.voice for seat in self._all]

    def use(self, voice: Voice | None, slot: int, *, is_bypassed: bool) -> None:
        """Another model, or none; where the one that was heard goes, the other is heard."""
        self._all[slot].use(voice, is_bypassed=is_bypassed)
        other = self._all[1 - slot]
        if voice is None and slot == self.heard and other.voice is not None:
            self.heard = 1 - slot
            other.reset()
        self._settle()

    def refuse(self, slot: int) -> None:
        """This model is not to be called, whatever is tried."""
        self._all[slot].give_up(None)
        self._all[slot].is_refused = True

    def hear(self, slot: int) -> bool:
        """Fade to another model; whether there is one."""
        if not 0 <= slot < VOICES or slot == self.heard or self._all[slot].voice is None:
            return False
        is_halfway = self._across.is_moving
        self.heard = slot
        if self._waiting > 0:  # the one wanted back has never gone
            self._waiting = 0
        elif is_halfway:
            self._go_across()
        else:
            self.seat.begin()
            self._waiting = min(self.seat.latency, self._most_waiting)
            if self._waiting == 0:
                self._go_across()
        return True

    def jump(self, slot: int) -> None:
        """Hear another model, or an empty seat, at once; while nothing is heard."""
        self.heard = slot
        self.reset()

    def bypass(self, is_bypassed: bool) -> None:
        for seat in self._all:
            seat.bypass(is_bypassed)

    def reset(self) -> None:
        """As if nothing had been heard."""
        self._settle()
        self.seat.reset()

    def prime(self, silence: Floats, banks: Banks) -> None:
        """Call all models for nothing; while nothing is heard."""
        for seat, bank in zip(self._all, banks, strict=True):
            seat.prime(silence, bank)

    def start_at(self, wet: float) -> None:
        """Let the balance begin here."""
        if not math.isnan(wet):
            self._wanted = wet
            self._wet.jump(min(1.0, max(0.0, wet)))

    def process(self, audio: Floats, banks: Banks, levels: Levels) -> tuple[Floats, bool]:
        """The next block `[channels, block]`, overwritten by the next call, and whether all models still work.

        Args:
            audio: not written to.
            banks: positions of the knobs of each model.
            levels: `wet` and `stem_db` are followed.
        """
        wet = levels.wet
        share = self._wet.value if wet == self._wanted and not self._wet.is_moving else self._next_share(wet)
        if self._waiting <= 0 and not self._across.is_moving:
            seat = self._all[self.heard]
            made = seat.process(audio, banks[self.heard], levels, share)
            self.dry = seat.dry
            return made
        return self._both(audio, banks, levels, share)

    def _both(self, audio: Floats, banks: Banks, levels: Levels, share: float | Floats) -> tuple[Floats, bool]:
        (first, first_works), (second, second_works) = (
            seat.process(audio, bank, levels, share) for seat, bank in zip(self._all, banks, strict=True)
        )
        part = self._across.next(self._block)  # stands while one is waited for
        _blend(first, second, part, self._between)
        _blend(self._all[0].dry, self._all[1].dry, part, self._between_dry)
        self.dry = self._between_dry
        if self._waiting > 0:
            self._waiting -= self._block
            if self._waiting <= 0:
                self._go_across()
        return self._between, first_works and second_works

    def _next_share(self, wet: float) -> float | Floats:
        """Follow the balance; a hand is never nowhere."""
        if not math.isnan(wet) and wet != self._wanted:
            self._wanted = wet
            self._wet.aim(min(1.0, max(0.0, wet)))
        if not self._wet.is_moving:
            return self._wet.value
        self._wet.fill(self._shares)
        return self._shares

    def _go_across(self) -> None:
        if self.heard:
            self._across.open()
        else:
            self._across.close()

    def _settle(self) -> None:
        self._waiting = 0
        self._across.jump(is_open=self.heard == 1)


def _blend(first: Floats, second: Floats, part: Floats, out: Floats) -> None:
    """As much of the second sound as `part` says, and the rest of the first."""
    np.subtract(second, first, out=out)
    out *= part
    out += first
