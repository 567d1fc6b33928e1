"""The only way that sound takes.

    source ▸ input gain ▸ model, beside it the dry sound ▸ stems, wet and dry ▸ output gain ▸ guard ▸ limiter ▸ meters

No clock, no thread, no device: the card's callback, a render-ahead thread and the offline renderer call the same
`process`, and hear the same samples. The guard stands before the limiter, which would make music of a burst.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.engine.automation import Automation
from studio.engine.guard import Guard
from studio.engine.limiter import Limiter
from studio.engine.meters import Meter
from studio.engine.mixer import Level
from studio.engine.ramp import Fade, Floats
from studio.engine.seats import Banks, Seats
from studio.engine.source import Samples, Source
from studio.engine.voice import Voice
from studio.link.shared import KNOBS, VOICES, Command, Levels, Op, StillLevels

RING_SECONDS = 1.0  # how long a model may ring out after the last sample of a sound
STILL = StillLevels()
PRIMES = 3  # silent blocks in which a model is called for nothing
RESET_AFTER = 50  # blocks muted in a row: a model full of NaN does not mend by itself
FAR = float(1 << 62)  # no sound is as long


class Graph:
    """One signal path under one rate and block size.

    Attributes:
        source: the sound.
        playing: whether the play head moves.
        automation: moves knobs while the sound flows; may be exchanged by another thread at any time.
        positions: `[KNOBS]`, of the knobs of the model that is heard, as they were in force in the last block.
        dry: `[channels, block]`, the source behind its gain, in time with the last block; overwritten by the next call.
    """

    def __init__(self, sample_rate: int, block: int, channels: int = 2) -> None:
        self.sample_rate, self.block, self.channels = sample_rate, block, channels
        shape = channels, sample_rate, block
        self.source = Source(None, *shape)
        self.playing = self.bypassed = self.is_live = False
        self.automation: Automation | None = None
        self.meter_in, self.meter_out = Meter(*shape), Meter(*shape)
        self.guard, self._limiter, self._seats = Guard(*shape), Limiter(*shape), Seats(*shape)
        self._input, self._output = Level(sample_rate, block), Level(sample_rate, block)
        self._flow = Fade(False, sample_rate, block)  # closed: nothing is computed
        self._hushed, self._stopping, self._scrubs, self._fresh = False, False, False, True
        self._ringing = self._to_prime = 0
        self._in, self._silence = (np.zeros((channels, block), np.float32) for _ in range(2))
        self.dry = self._silence
        self._moved = np.zeros(KNOBS * VOICES)
        self._given, self._banks = self._moved, _banks(self._moved)
        self._moved_banks = self._banks
        self.positions = self._banks[0]

    @property
    def latency(self) -> int:
        """Samples from source to output."""
        return self._seats.seat.latency + (self._limiter.delay if self._limiter.is_on else 0)

    @property
    def reduction_db(self) -> float:
        """By which the limiter lowered the last block: 0 or less."""
        return self._limiter.reduction_db if self._limiter.is_active and not self.is_still else 0.0

    @property
    def voice(self) -> Voice | None:
        """The model that is heard, or None for the dry sound."""
        return self._seats.seat.voice

    @property
    def voices(self) -> list[Voice | None]:
        """All that are resident, by slot."""
        return self._seats.voices

    @property
    def voice_heard(self) -> int:
        """The slot of the model that is heard."""
        return self._seats.heard

    @property
    def fault(self) -> Exception | None:
        """What the model that is heard raised; it is not called again."""
        return self._seats.seat.fault

    @property
    def is_still(self) -> bool:
        """Nothing flows: what is exchanged now is not heard."""
        return self._flow.is_closed

    @property
    def is_hushed(self) -> bool:
        """Something is being exchanged."""
        return self._hushed

    @property
    def calls_model(self) -> bool:
        """The model has not been given up."""
        return not self._seats.seat.is_given_up

    def take_over(self, other: Graph) -> None:
        """Stand where a graph of another rate or block stood; voices and sound come by themselves."""
        self.playing, self.bypassed, self.is_live = other.playing, other.bypassed, other.is_live
        self._seats.jump(other.voice_heard)
        if other._limiter.is_on:
            self._switch_limiter(other._limiter.ceiling_db)
        if other.sample_rate == self.sample_rate:
            self.automation = other.automation

    def use_samples(self, samples: Samples | Sequence[Samples] | None, position: int = 0) -> None:
        """Another sound, or several in a row. Only while the graph is still or not yet called."""
        self.source = Source(samples, self.channels, self.sample_rate, self.block)
        self._scrubs = False
        self._forget()
        self.source.seek(position)

    def use_voice(self, voice: Voice | None, slot: int = 0) -> None:
        """Another model. Only while the graph is still or not yet called."""
        before = self.voice
        self._seats.use(voice, slot, is_bypassed=self.bypassed)
        self.prime()
        if self.voice is not before:
            self.source.fade_in()  # the new model has heard nothing yet

    def prime(self) -> None:
        """The thread that calls has not called these models before: let it, while nothing is heard."""
        self._to_prime = PRIMES

    def restart(self, frame: int) -> None:
        """Go to this place as if nothing had been played before; what comes first fades in."""
        self._forget()
        self.source.seek(frame)

    def hush(self) -> None:
        """Fade to silence and stand still, whatever the transport says."""
        self._hushed = True

    def fall_silent(self) -> None:
        """Silence at once; what flows on fades in. Only while not called."""
        self._flow.jump(is_open=False)

    def unhush(self) -> None:
        self._hushed = False

    def give_up_model(self, fault: Exception | None = None) -> None:
        """Call the model that is heard no more, not even for a fade: let the dry sound fade in."""
        self._seats.seat.give_up(fault)
        self.guard.bridge()

    def refuse_model(self, slot: int) -> None:
        """Do not call this model, nor try it when play is pressed: it is known that it cannot be. Only while still."""
        self._seats.refuse(slot)

    def obey(self, command: Command) -> None:
        """Do what a hand on the transport asks; it is heard from the next block on."""
        if math.isnan(command.a) or math.isnan(command.b):
            return
        match command.op:
            case Op.PLAY:
                self._play()
            case Op.PAUSE:
                self.playing = False
                self._ringing = 0
            case Op.STOP:
                self.playing, self._stopping, self._scrubs, self._ringing = False, True, False, 0
            case Op.SEEK:
                self.source.seek(_frame(command.a))
                self._stopping = False
            case Op.LOOP:
                self.source.set_loop(_frame(command.a), _frame(command.b))
            case Op.NO_LOOP:
                self.source.loop = None
            case Op.BYPASS:
                self.bypassed = bool(command.a)
                self._seats.bypass(self.bypassed)
            case Op.SCRUB:
                self._scrub(_frame(command.a))
            case Op.SCRUB_END:
                self._scrubs = False
            case Op.VOICE:
                self._hear(_frame(command.a))
            case Op.LIMIT:
                self._switch_limiter(command.a)

    def process(self, positions: NDArray[np.float64], levels: Levels = STILL, incoming: Floats | None = None) -> Floats:
        """The next block `[channels, block]`, overwritten by the next call.

        Args:
            positions: of the knobs, 0…1; those of the second model stand from `KNOBS` on.
            levels: around the model.
            incoming: what the device recorded, for a live source.
        """
        self._steer()
        if self._flow.is_closed:
            return self._nothing(positions)
        if self._fresh:
            self._start_at(levels)
        audio = self._in
        self._fill(incoming)
        self._input.apply(audio, levels.input_db)
        self.meter_in.hear(audio)
        out, all_work = self._seats.process(audio, self._follow(positions), levels)
        if not all_work:
            self.guard.bridge()
        self.dry = self._seats.dry
        self._output.apply(out, levels.gain_db)
        self._protect(out)
        if not self._flow.is_open:
            share = self._flow.next(self.block)
            out *= share
            self.dry *= share  # a buffer of one of the parts, all of which write it anew
        return out

    def _play(self) -> None:
        if self.source.at_end and self.is_still:
            self._forget()
        elif self.source.at_end:
            self.source.seek(0)
        self.playing, self._stopping = True, False
        self._seats.seat.take_back(is_bypassed=self.bypassed)

    def _scrub(self, frame: int) -> None:
        if not self.is_live and self.source.frames:
            self._scrubs, self._ringing = True, 0
            self.source.hold(frame)

    def _hear(self, slot: int) -> None:
        if not self.is_still:
            self._seats.hear(slot)
        elif 0 <= slot < VOICES and slot != self.voice_heard and self.voices[slot] is not None:
            self._seats.jump(slot)
            self.source.fade_in()

    def _switch_limiter(self, ceiling_db: float) -> None:
        self._limiter.switch(ceiling_db)
        if self._fresh:
            self._limiter.reset()

    def _steer(self) -> None:
        """Open or close the flow, and forget the past once it is closed for good."""
        flow = self._flow
        if (self.playing or self._ringing > 0 or self._scrubs) and not self._hushed:
            if self._fresh:
                flow.jump(is_open=True)  # nothing is cut into: the first sample is the sound's own
            elif not flow.is_open:
                flow.open()
        else:
            flow.close()
        if self.source.is_held and not self._scrubs and (self.playing or flow.is_closed):
            self._let_go(is_heard=not flow.is_closed)
        if self._stopping and flow.is_closed:
            self._stopping = False
            self._forget()

    def _let_go(self, is_heard: bool) -> None:
        if not is_heard:
            self._seats.reset()  # models still hold the end of the last grain
        self.source.let_go(is_heard)

    def _forget(self) -> None:
        """Be as if nothing had ever been played."""
        self.source.rewind()
        self._seats.reset()
        self._limiter.reset()
        self._flow.jump(is_open=False)
        self._ringing, self._fresh = 0, True

    def _start_at(self, levels: Levels) -> None:
        """Nobody heard what the levels were before."""
        self._input.jump(levels.input_db)
        self._output.jump(levels.gain_db)
        self._seats.start_at(levels.wet)
        self._fresh = False

    def _nothing(self, positions: NDArray[np.float64]) -> Floats:
        out = self.dry = self._silence
        out.fill(0.0)
        banks = self._follow(positions)
        if self._to_prime and self._fresh:  # else the models still hold what was heard before a pause
            self._to_prime -= 1
            self._seats.prime(out, banks)
        self.meter_in.hear(out)
        self.meter_out.hear(out)
        return out

    def _fill(self, incoming: Floats | None) -> None:
        if self.is_live:
            self._in[:] = 0.0 if incoming is None else incoming
            return
        self.source.fill(self._in)
        if not self.source.at_end:
            return
        if self.playing:
            self.playing = False
            self._ringing = self.latency + round(RING_SECONDS * self.sample_rate)
        self._ringing = max(0, self._ringing - self.block)

    def _follow(self, positions: NDArray[np.float64]) -> Banks:
        """The positions in force, by model: of automated knobs those at the end of the block."""
        if positions is not self._given:
            self._given, self._banks = positions, _banks(positions)
        banks, automation = self._banks, self.automation
        if automation is not None and not self.is_live:
            for bank, moved in zip(banks, self._moved_banks, strict=True):
                moved[:] = bank
            automation.move(self._moved, self.source.head)
            banks = self._moved_banks
        self.positions = banks[self._seats.heard]
        return banks

    def _protect(self, out: Floats) -> None:
        """Let nothing out that is no sound, and nothing over the ceiling."""
        limiter = self._limiter
        is_good = self.guard.check(out)
        if limiter.is_active:
            limiter.process(out)
            self.dry = limiter.late(self.dry)
        self.meter_out.hear(out)
        if not is_good and self.guard.in_a_row % RESET_AFTER == 0:
            self._seats.seat.reset()


def _banks(positions: NDArray[np.float64]) -> Banks:
    """One view for each model; zeros where there are no positions for it."""
    parts = [positions[slot * KNOBS : (slot + 1) * KNOBS] for slot in range(VOICES)]
    return [part if len(part) == KNOBS else np.zeros(KNOBS) for part in parts]


def _frame(number: float) -> int:
    return int(max(-FAR, min(FAR, number)))
