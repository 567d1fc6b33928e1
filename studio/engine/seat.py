"""Where a resident model sits: with its own faults, its own dry sound and the way back to that."""

from __future__ import annotations

import contextlib

import numpy as np
from numpy.typing import NDArray

from studio.engine.ramp import Fade, Floats
from studio.engine.voice import Voice
from studio.link.shared import Levels


class Seat:
    """A model, or none, and what is heard instead of it.

    Attributes:
        voice: the model, or None: then the dry sound passes.
        fault: what the model raised.
        is_given_up: it is not called again.
        is_refused: nor is it tried again.
        dry: `[channels, block]`, the last block of the source in time with the model.
    """

    def __init__(self, channels: int, sample_rate: int, block: int) -> None:
        self.voice: Voice | None = None
        self.fault: Exception | None = None
        self.is_given_up = self.is_refused = False
        self._block = block
        self._wet = Fade(True, sample_rate, block)
        self._door = Fade(True, sample_rate, block)  # through which the sound comes to a model that begins in its midst
        self._out, self._late, self._let_in = (np.zeros((channels, block), np.float32) for _ in range(3))
        self.dry = self._late

    @property
    def latency(self) -> int:
        return self.voice.latency if self.voice else 0

    def use(self, voice: Voice | None, *, is_bypassed: bool) -> None:
        self.fault, self.is_given_up, self.is_refused = None, False, False
        self._door.jump(is_open=True)
        self._wet.jump(is_open=not is_bypassed)
        self.voice = voice

    def reset(self) -> None:
        """As if the model had heard nothing, and no fade were under way."""
        self._door.jump(is_open=True)
        self._wet.settle()
        if self.voice:
            self.voice.reset()

    def prime(self, silence: Floats, positions: NDArray[np.float64]) -> None:
        """Call the model for nothing: on a thread that has not called it before that takes long."""
        if self.voice is not None and not self.is_given_up:
            with contextlib.suppress(Exception):  # it will be seen when it is heard
                self.voice.process(silence, positions)
                self.voice.reset()

    def begin(self) -> None:
        """Hear the sound from the next block on, as if nothing had been before."""
        self.reset()
        self._door.jump(is_open=False)
        self._door.open()

    def bypass(self, is_bypassed: bool) -> None:
        """Fade to the dry sound, or back unless the model was given up."""
        if is_bypassed or self.is_given_up:
            self._wet.close()
        else:
            self._wet.open()

    def give_up(self, fault: Exception | None) -> None:
        """The dry sound at once; who mixes leads over."""
        self.fault, self.is_given_up = fault, True
        self._wet.jump(is_open=False)

    def take_back(self, *, is_bypassed: bool) -> None:
        """Call the model again, unless it raised or is refused: an overload may have passed."""
        if self.is_given_up and self.fault is None and not self.is_refused:
            self.is_given_up = False
            self.bypass(is_bypassed)

    def process(
        self, audio: Floats, positions: NDArray[np.float64], levels: Levels, share: float | Floats
    ) -> tuple[Floats, bool]:
        """The next block `[channels, block]`, overwritten by the next call, and whether the model still works.

        Args:
            audio: not written to.
            positions: of this model's knobs.
            levels: for those of its outputs.
            share: of the model's sound, 0…1, for the whole block or for each sample.
        """
        voice = self.voice
        if voice is None:
            self.dry = audio
            self._out[:] = audio
            return self._out, True
        self.dry = voice.dry_of(audio)
        if self.is_given_up:
            self._out[:] = self.dry
            return self._out, True
        heard = audio
        if not self._door.is_open:
            heard = np.multiply(audio, self._door.next(self._block), out=self._let_in)
        try:
            wet = voice.process(heard, positions, levels)
        except Exception as error:  # the model is foreign: anything may come
            self.give_up(error)
            self._out[:] = self.dry
            return self._out, False
        return self._mixed(wet, share), True

    def _mixed(self, wet: Floats, share: float | Floats) -> Floats:
        fade = self._wet
        if fade.is_open and isinstance(share, float) and share == 1.0:
            return wet
        if fade.is_moving:
            share = fade.next(self._block) * share
        elif fade.is_closed:
            share = 0.0
        if isinstance(share, float) and share == 0.0:  # a dry sound is dry whatever the model gives
            self._out[:] = self.dry
            return self._out
        wet -= self.dry
        wet *= share
        wet += self.dry
        return wet
