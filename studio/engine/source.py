"""Where the sound comes from: a file in memory, with a play head that jumps without a click."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.engine.ramp import Fade, Floats

Samples = NDArray[np.float32]


class Source:
    """Reads blocks of a sound; seeks and loops cross-fade from where the play head was.

    Args:
        samples: `[channels, frames]`, or None for silence; mono is doubled.
        channels: that come out.
        sample_rate: in Hz, only for the length of fades.
        block: samples of each call.

    Attributes:
        position: of the play head, in frames.
        loop: (start, end), or None.
    """

    def __init__(self, samples: Samples | None, channels: int, sample_rate: int, block: int) -> None:
        empty = np.zeros((1, 0), np.float32)
        self._samples = np.asarray(empty if samples is None else samples[:channels])  # slices of a memmap are slow
        self.frames = self._samples.shape[1]
        self.position = 0
        self.loop: tuple[int, int] | None = None
        self._from: int | None = None  # the play head that is faded out; None: silence
        self._pending: int | None = None
        self._fade = Fade(True, sample_rate, block)
        self._old = np.zeros((channels, block), np.float32)
        self._started = False

    @property
    def at_end(self) -> bool:
        return self.position >= self.frames and self._pending is None and not self._is_in(self.loop)

    @property
    def head(self) -> int:
        """Where the play head is, or goes in a moment."""
        return max(0, self.position if self._pending is None else self._pending)

    def rewind(self) -> None:
        """Go to the start as if nothing had been played: what comes next begins with the file's own first sample."""
        self.position, self._from, self._pending, self._started = 0, None, None, False
        self._fade.jump(is_open=True)

    def seek(self, frame: int) -> None:
        """Move the play head; during a fade the last wish waits for its end, at most 10 ms."""
        frame = max(0, min(frame, self.frames))
        if self._fade.left == self._fade.length:  # a fade that has not begun: nobody heard the first wish
            self.position = frame
        elif self._fade.is_moving:
            self._pending = frame
        elif self._started or frame > 0:
            self._jump(frame, self.position if self._started else None)

    def fade_in(self) -> None:
        """Begin at the play head, but out of silence."""
        if self._started:
            self._jump(self.head, None)
            self._pending = None

    def set_loop(self, start: int, end: int) -> None:
        """Jump from frame `end` to frame `start`; widened to 20 ms, and no loop where the sound is shorter."""
        shortest = 2 * self._fade.length
        start = max(0, min(start, self.frames - shortest))
        end = min(max(end, start + shortest), self.frames)
        self.loop = (start, end) if end - start >= shortest else None

    def fill(self, out: Floats) -> None:
        """Write the next block `[channels, block]`; zeros after the end."""
        done, block = 0, out.shape[1]
        while done < block:
            if not self._fade.is_moving:
                self._jump_where_due()
            count = self._until_next(block - done)
            self._piece(out[:, done : done + count])
            done += count
        self._started = True

    def _jump_where_due(self) -> None:
        """A loop is faded before its end, out of what precedes its start: so the start keeps its attack."""
        loop = self.loop
        if self._pending is not None:
            wish, self._pending = self._pending, None
            self._jump(wish, self.position)
        elif loop is not None and self._is_in(loop) and self.position >= loop[1] - self._fade.length:
            self._jump(self.position - loop[1] + loop[0], self.position)

    def _is_in(self, loop: tuple[int, int] | None) -> bool:
        """Whether it will come round; who was put behind the loop plays on."""
        return loop is not None and self.position <= loop[1] + self._fade.length

    def _jump(self, frame: int, origin: int | None) -> None:
        self._from, self.position = origin, frame
        self._fade.jump(is_open=False)
        self._fade.open()

    def _until_next(self, wanted: int) -> int:
        """Samples to the next place where something begins or ends, at most `wanted`."""
        if self._fade.is_moving:
            return min(wanted, self._fade.left)
        if self.loop is not None and self._is_in(self.loop):
            return min(wanted, max(1, self.loop[1] - self._fade.length - self.position))
        return wanted

    def _piece(self, out: Floats) -> None:
        count = out.shape[1]
        self._read(self.position, out)
        self.position = min(self.position + count, self.frames)
        if not self._fade.is_moving:
            return
        share = self._fade.next(count)
        if self._from is None:
            out *= share
            return
        old = self._old[:, :count]
        self._read(self._from, old)
        self._from += count
        out -= old  # old + share · (new - old)
        out *= share
        out += old

    def _read(self, position: int, out: Floats) -> None:
        """Copy from `position` on; before the start and behind the end there is silence."""
        first = min(out.shape[1], max(0, -position))
        last = max(first, min(out.shape[1], self.frames - position))
        out[:, :first] = 0.0
        out[:, first:last] = self._samples[:, position + first : position + last]
        out[:, last:] = 0.0
