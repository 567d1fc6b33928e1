"""What never reaches the loudspeaker: NaN, infinity and bursts."""

from __future__ import annotations

import numpy as np

from studio.engine.ramp import Fade, Floats, release

BURST = 16.0  # +24 dB over full scale: no mix is that loud


class Guard:
    """Replaces a block that is not fit to be heard by the last good sample, faded out; adds no delay.

    Attributes:
        muted: blocks replaced so far.
        in_a_row: of them, those since the last good one.
    """

    def __init__(self, channels: int, sample_rate: int, block: int) -> None:
        self._release = release(sample_rate, block)
        self._last = np.zeros((channels, 1), np.float32)
        self._door = Fade(True, sample_rate, block)
        self._bridges = False
        self.muted = self.in_a_row = 0

    def bridge(self) -> None:
        """The next block is another sound than the last: lead over from where that broke off."""
        self._door.jump(False)
        self._door.open()
        self._bridges = True

    def check(self, audio: Floats) -> bool:
        """Mend `audio` `[channels, block]` in place where it is no sound; whether it was good."""
        if not _is_sound(audio):
            self.muted += 1
            self.in_a_row += 1
            np.multiply(self._last, self._release, out=audio)
            self._door.jump(False)
            self._last.fill(0.0)
            return False
        if self.in_a_row:
            self.in_a_row = 0
            self._door.open()
        if not self._door.is_open:
            audio *= self._door.next(audio.shape[1])
            if self._bridges:
                audio += self._last * self._release
                self._bridges = False
        self._last[:, 0] = audio[:, -1]
        return True


def _is_sound(audio: Floats) -> bool:
    """Whether no sample is beyond a burst; false for NaN as well."""
    if np.vdot(audio, audio) <= BURST * BURST:  # no peak is above the root of the energy, which is cheap
        return True
    return bool(np.abs(audio).max() <= BURST)
