"""The only way that sound takes: source ▸ voice ▸ dry/wet ▸ output gain ▸ guard ▸ meters.

No clock, no thread, no device: the card's callback, a render-ahead thread and the offline renderer call the same
`process`, and hear the same samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.engine.guard import Guard
from studio.engine.meters import Meter
from studio.engine.ramp import Fade, Floats, Ramp
from studio.engine.source import Samples, Source
from studio.engine.voice import Voice
from studio.link.shared import SILENT_DB, Command, Levels, Op, StillLevels

RING_SECONDS = 1.0  # how long a model may ring out after the last sample of a sound
STILL = StillLevels()
RESET_AFTER = 50  # blocks muted in a row: a model full of NaN does not mend by itself


def gain_of(gain_db: float) -> float:
    return 10 ** (gain_db / 20) if gain_db > SILENT_DB else 0.0


class Graph:
    """One signal path under one rate and block size.

    Attributes:
        source: the sound.
        voice: the model, or None for the dry sound.
        playing: whether the play head moves.
        fault: what the model raised; it is not called again.
    """

    def __init__(self, sample_rate: int, block: int, channels: int = 2) -> None:
        self.sample_rate, self.block, self.channels = sample_rate, block, channels
        self.source = Source(None, channels, sample_rate, block)
        self.voice: Voice | None = None
        self.playing = self.bypassed = self.is_live = False
        self.fault: Exception | None = None
        self.meter_in = Meter(channels, sample_rate, block)
        self.meter_out = Meter(channels, sample_rate, block)
        self.guard = Guard(channels, sample_rate, block)
        self._gain = Ramp(1.0, sample_rate, block)
        self._wet = Fade(True, sample_rate, block)
        self._flow = Fade(False, sample_rate, block)  # closed: nothing is computed
        self._hushed, self._given_up, self._stopping, self._fresh = False, False, False, True
        self._ringing = 0
        self._in, self._dry, self._out, self._amounts = (np.zeros((channels, block), np.float32) for _ in range(4))

    @property
    def latency(self) -> int:
        """Samples from source to output."""
        return self.voice.latency if self.voice else 0

    @property
    def is_still(self) -> bool:
        """Nothing flows: what is exchanged now is not heard."""
        return self._flow.is_closed

    @property
    def calls_model(self) -> bool:
        """The model has not been given up."""
        return not self._given_up

    def take_over(self, other: Graph) -> None:
        """Stand where a graph of another rate or block stood; voice and sound come by themselves."""
        self.playing, self.bypassed, self.is_live = other.playing, other.bypassed, other.is_live

    def use_samples(self, samples: Samples | None, position: int = 0) -> None:
        """Another sound. Only while the graph is still or not yet called."""
        self.source = Source(samples, self.channels, self.sample_rate, self.block)
        self._forget()
        self.source.seek(position)

    def use_voice(self, voice: Voice | None) -> None:
        """Another model. Only while the graph is still or not yet called."""
        self.voice, self.fault, self._given_up = voice, None, False
        self.source.fade_in()  # the new model has heard nothing yet
        self._set_wet()
        self._wet.jump(is_open=not self.bypassed)

    def hush(self) -> None:
        """Fade to silence and stand still, whatever the transport says."""
        self._hushed = True

    def fall_silent(self) -> None:
        """Silence at once; what flows on fades in. Only while not called."""
        self._flow.jump(is_open=False)

    def unhush(self) -> None:
        self._hushed = False

    def give_up_model(self, fault: Exception | None = None) -> None:
        """Call the model no more, not even for a fade: let the dry sound fade in."""
        self.fault, self._given_up = fault, True
        self._set_wet()
        self._wet.jump(is_open=False)
        self._flow.jump(is_open=False)
        self._flow.open()

    def obey(self, command: Command) -> None:
        """Do what a hand on the transport asks; it is heard from the next block on."""
        match command.op:
            case Op.PLAY:
                self._play()
            case Op.PAUSE:
                self.playing = False
                self._ringing = 0
            case Op.STOP:
                self.playing, self._stopping, self._ringing = False, True, 0
            case Op.SEEK:
                self.source.seek(int(command.a))
                self._stopping = False
            case Op.LOOP:
                self.source.set_loop(int(command.a), int(command.b))
            case Op.NO_LOOP:
                self.source.loop = None
            case Op.BYPASS:
                self.bypassed = bool(command.a)
                self._set_wet()

    def process(self, positions: NDArray[np.float64], levels: Levels = STILL, incoming: Floats | None = None) -> Floats:
        """The next block `[channels, block]`, overwritten by the next call.

        Args:
            positions: of the knobs, 0…1, at least as many as the model has.
            levels: around the model.
            incoming: what the device recorded, for a live source.
        """
        self._steer()
        out = self._out
        if self._flow.is_closed:
            out.fill(0.0)
            self.meter_in.measure(out)
            self.meter_out.measure(out)
            return out
        self._fill(incoming)
        self.meter_in.measure(self._in)
        self._through_model(positions)
        self._level(levels.gain_db)
        peak = self.meter_out.measure(out)
        if not self.guard.check(out, peak) and self.voice and self.guard.in_a_row % RESET_AFTER == 0:
            self.voice.reset()
        return out

    def _play(self) -> None:
        if self.source.at_end and self.is_still:
            self._forget()
        elif self.source.at_end:
            self.source.seek(0)
        self.playing, self._stopping = True, False
        if self._given_up and self.fault is None:  # an overload may have passed
            self._given_up = False
            self._set_wet()

    def _steer(self) -> None:
        """Open or close the flow, and forget the past once it is closed for good."""
        flows = (self.playing or self._ringing > 0) and not self._hushed
        if flows and self._fresh:
            self._flow.jump(is_open=True)  # nothing is cut into: the first sample is the sound's own
        elif flows:
            self._flow.open()
        else:
            self._flow.close()
        if self._flow.is_closed and self._stopping:
            self._stopping = False
            self._forget()

    def _forget(self) -> None:
        """Be as if nothing had ever been played."""
        self.source.rewind()
        if self.voice:
            self.voice.reset()
        self._flow.jump(is_open=False)
        self._ringing, self._fresh = 0, True

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

    def _through_model(self, positions: NDArray[np.float64]) -> None:
        """Fill `_out` with wet, dry, or a mixture."""
        voice, out = self.voice, self._out
        if voice is None:
            out[:] = self._in
            return
        voice.dry.process(self._in, self._dry)
        if not self._given_up or not self._wet.is_closed:
            try:
                voice.process(self._in, positions, out)
            except Exception as error:  # the model is foreign: anything may come
                self.give_up_model(error)
        if self._wet.is_closed:
            out[:] = self._dry
        elif not self._wet.is_open:
            out -= self._dry
            out *= self._wet.next(self.block)
            out += self._dry

    def _level(self, gain_db: float) -> None:
        out, gain = self._out, gain_of(gain_db)
        if self._fresh:
            self._gain.jump(gain)
            self._fresh = False
        self._gain.aim(gain)
        if self._gain.is_moving:
            self._gain.fill(self._amounts[0])
            out *= self._amounts[0]
        elif gain != 1.0:
            out *= np.float32(self._gain.value)
        if not self._flow.is_open:
            out *= self._flow.next(self.block)

    def _set_wet(self) -> None:
        if self.bypassed or self._given_up:
            self._wet.close()
        else:
            self._wet.open()
