"""Microphone and loudspeaker that feed each other are brought to silence before they hurt.

A howl is one tone that takes the input over and rises evenly, or one that stands still at full level. Neither
proves anything: a synthesizer does so, too. So the output is lowered, and the input tells: a howl falls with the
output, anything else goes on, is let be, and the next suspicion has to wait longer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum
from itertools import pairwise

import numpy as np

from studio.engine.ramp import Floats
from studio.engine.tone import HOP_SECONDS, Ear, Tone

LOUD_DB = -26.0  # of the tone in the output: below it nothing is done
OWN = 0.5  # share of the input's power that a howl has
FALL_DB_PER_S, RESTORE_DB_PER_S, RELEASE_DB_PER_S = 400.0, 150.0, 12.0
DIP_DB, DEEPEST_DB, PROBE_DB = 20.0, 60.0, 3.0
FELL_DB, PROBE_FELL_DB, SOUND_FELL_DB = 6.0, 1.5, 2.0  # by which a howl follows the output down, within
VANISHED_DB = 20.0
PROMPT, TWICE = 5, 2  # windows; a pause between two notes is shorter
ANSWER_SECONDS = 0.3  # the longest way from output to input
DEEPEN_SECONDS = 0.15
HOLD_SECONDS = 0.5
MARGIN_DB = 4.0  # below the level at which it howled
CEILING_DB_PER_S = 1.0
CLIPPED, FULL_DB = 0.98, -6.0  # loud music reaches the one, not the other
PATIENCE_SECONDS, LONGEST_PATIENCE = 2.0, 64.0
FAST, SLOW = 5, 8  # windows that are looked at
FAST_DB, SLOW_DB, STILL_DB = 6.0, 2.5, 0.3


class Stage(Enum):
    LISTENING = 0
    PROBING = 1  # a little lower, to see whether the input follows
    DUCKING = 2  # much lower, for the same reason
    HOLDING = 3  # it was a howl


class FeedbackGuard:
    """Lowers the output while it howls; otherwise leaves every sample as it is. No clock, no device.

    Args:
        sample_rate: in Hz.
        block: samples of each call.

    Attributes:
        howls: found so far.
        gain_db: of the output now, 0 or less.
    """

    def __init__(self, sample_rate: int, block: int) -> None:
        self._in, self._out = Ear(sample_rate), Ear(sample_rate)
        self._at = 0
        self._due: deque[Callable[[], None]] = deque()  # steps of the last hop, some in each block
        self._steps = -(-3 * block // self._in.hop)
        self._count = np.arange(1, block + 1, dtype=np.float32) / block
        self._block_seconds = block / sample_rate
        self._tones: deque[Tone] = deque(maxlen=SLOW)
        self._stage, self._since = Stage.LISTENING, 0.0
        self._suspect = Tone(0, 0.0, 0.0, 0.0, 0.0)
        self._answers: deque[tuple[float, float]] = deque(maxlen=PROMPT)
        self._target_db = self._ceiling_db = self._suspected_db = 0.0
        self._fallen = 0
        self._up_db_per_s = RELEASE_DB_PER_S
        self._patience, self._calm = PATIENCE_SECONDS, 0.0
        self.howls, self.gain_db = 0, 0.0

    def process(self, incoming: Floats, outgoing: Floats) -> None:
        """Lower `outgoing` in place where it is needed.

        Args:
            incoming: `[channels, block]`, as recorded.
            outgoing: `[channels, block]`, about to be played.
        """
        done, frames = 0, incoming.shape[1]
        for _ in range(min(len(self._due), self._steps)):
            self._due.popleft()()
        while done < frames:
            step = min(frames - done, self._in.hop - self._at)
            self._in.hear(incoming[:, done : done + step], self._at)
            self._out.hear(outgoing[:, done : done + step], self._at)
            self._at, done = self._at + step, done + step
            if self._at == self._in.hop:
                self._at = 0
                while self._due:  # of a hop in the same block
                    self._due.popleft()()
                self._due.extend((self._take, self._in.transform, self._judge))
                if done < frames:
                    self._due.popleft()()
        if self._target_db != self.gain_db or self.gain_db:
            self._lower(outgoing)

    def _take(self) -> None:
        """Before the next block is heard, which would lie in the same place."""
        self._in.take()
        self._out.take()

    def _judge(self) -> None:
        """Once a hop; where a hop has several blocks, in one that does nothing else for it."""
        self._since += HOP_SECONDS
        self._calm = max(0.0, self._calm - HOP_SECONDS)
        self._ceiling_db = min(0.0, self._ceiling_db + CEILING_DB_PER_S * HOP_SECONDS)
        self._tones.append(self._in.look())
        if self._stage in (Stage.PROBING, Stage.DUCKING):
            self._hear_answer()
            return
        found = self._suspicion()
        if found is not None:
            self._enter(found)
        elif self._stage == Stage.HOLDING and self._since > HOLD_SECONDS:
            self._stage = Stage.LISTENING
            self._up_db_per_s = RELEASE_DB_PER_S
        if self._stage == Stage.LISTENING:
            self._target_db = self._ceiling_db

    def _suspicion(self) -> Stage | None:
        """What to do about the last windows."""
        tones = list(self._tones)
        if len(tones) < SLOW or min(each.share for each in tones[-3:]) < OWN:
            return self._overdriven(tones)
        levels = [each.level_db for each in tones if abs(each.bin - tones[-1].bin) <= 1]
        if len(levels) < FAST or self._loudness() < LOUD_DB:
            return None
        if _rises(levels[-FAST:], FAST_DB):
            return Stage.DUCKING
        if self._calm or len(levels) < SLOW or min(each.share for each in tones) < OWN:
            return self._overdriven(tones)
        if _rises(levels, SLOW_DB):
            return Stage.DUCKING
        if all(abs(after - before) <= STILL_DB for before, after in pairwise(levels)):
            return Stage.DUCKING if tones[-1].peak >= CLIPPED else Stage.PROBING  # what is clipped would not follow
        return self._overdriven(tones)

    def _overdriven(self, tones: Sequence[Tone]) -> Stage | None:
        """An input that is at its end all the time, whatever its spectrum."""
        if self._calm or len(tones) < SLOW or min(each.peak for each in tones) < CLIPPED:
            return None
        return Stage.DUCKING if sum(each.sound_db for each in tones) > SLOW * FULL_DB else None

    def _loudness(self) -> float:
        """Of the suspected tone in the output, as the loudspeaker has it."""
        self._out.transform()
        self._out.look()
        return self._out.level_of(self._tones[-1].bin) + self.gain_db

    def _hear_answer(self) -> None:
        level_db, sound_db = self._in.level_of(self._suspect.bin), self._tones[-1].sound_db
        self._answers.append((level_db, sound_db))
        fall = max(each[0] for each in self._answers) - level_db
        sound_fall = max(each[1] for each in self._answers) - sound_db
        wanted = PROBE_FELL_DB if self._stage == Stage.PROBING else FELL_DB
        if self._suspect.share < OWN:  # the whole sound was suspected
            fall = sound_fall
        self._fallen = self._fallen + 1 if fall >= wanted and sound_fall >= min(wanted, SOUND_FELL_DB) else 0
        if self._fallen == TWICE and self._stage == Stage.PROBING and fall > VANISHED_DB:
            self._let_be()  # a note has ended: so small a dip brings no howl down at once
        elif self._fallen == TWICE:
            self._confirm()
        elif self._in_vain():
            self._target_db -= DIP_DB
            self._since = 0.0
        elif self._since > ANSWER_SECONDS:
            self._let_be()

    def _let_be(self) -> None:
        """It was no howl."""
        self._stage = Stage.LISTENING
        self._calm, self._patience = self._patience, min(LONGEST_PATIENCE, 2 * self._patience)
        self._up_db_per_s = RESTORE_DB_PER_S
        self._tones.clear()

    def _in_vain(self) -> bool:
        """Whether a clipped input shows that the loop is too strong for this dip."""
        loud = self._stage == Stage.DUCKING and self._suspect.peak >= CLIPPED
        return loud and self._since > DEEPEN_SECONDS and self._target_db >= DIP_DB - DEEPEST_DB

    def _confirm(self) -> None:
        if self._stage == Stage.PROBING:
            self._duck()
        self.howls += 1
        self._ceiling_db = min(self._ceiling_db, self._suspected_db - MARGIN_DB)
        self._stage, self._since = Stage.HOLDING, 0.0
        self._patience = PATIENCE_SECONDS
        self._tones.clear()

    def _enter(self, stage: Stage) -> None:
        self._suspect = self._tones[-1]
        self._suspected_db, self._fallen = self.gain_db, 0
        self._answers.clear()
        self._answers.append((self._suspect.level_db, self._suspect.sound_db))
        if stage == Stage.PROBING:
            self._target_db = self.gain_db - PROBE_DB
        else:
            self._duck()
        self._stage, self._since = stage, 0.0

    def _duck(self) -> None:
        self._target_db = max(self.gain_db - DIP_DB, -DEEPEST_DB)

    def _lower(self, outgoing: Floats) -> None:
        speed = FALL_DB_PER_S if self._target_db < self.gain_db else self._up_db_per_s
        most = speed * self._block_seconds
        before = self.gain_db
        self.gain_db += max(-most, min(most, self._target_db - before))
        first, last = 10 ** (before / 20), 10 ** (self.gain_db / 20)
        outgoing *= np.float32(first) + np.float32(last - first) * self._count


def _rises(levels: Sequence[float], least_db: float) -> bool:
    """Whether a level in dB rises by so much, in even steps: an attack slows down, a howl does not."""
    steps = [after - before for before, after in pairwise(levels)]
    half = len(steps) // 2
    first, second = sum(steps[:half]), sum(steps[-half:])
    even = max(steps) <= 2.5 * min(steps) and second >= 0.93 * first
    return sum(steps) >= least_db and min(steps) > 0 and even
