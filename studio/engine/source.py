"""Where the sound comes from: sounds in memory, with a play head that jumps without a click."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.engine.ramp import Fade, Floats
from studio.engine.row import Row, Samples

__all__ = ["Samples", "Source"]
GRAIN_SECONDS = 0.060  # of sound around a hand that holds the play head


class Source:
    """Reads blocks of sounds in a row; seeks, loops and a scrubbing hand cross-fade from where the play head was.

    Args:
        samples: `[channels, frames]`, or several of them in a row, or None for silence; mono is doubled.
        channels: that come out.
        sample_rate: in Hz, only for the length of fades and grains.
        block: samples of each call.

    Attributes:
        position: of the play head, in frames of the whole row.
        loop: (start, end), or None.
    """

    def __init__(
        self, samples: Samples | Sequence[Samples] | None, channels: int, sample_rate: int, block: int
    ) -> None:
        parts = () if samples is None else (samples,) if isinstance(samples, np.ndarray) else tuple(samples)
        self._row = Row(parts, channels)
        self.position = 0
        self.loop: tuple[int, int] | None = None
        self._from: int | None = None  # the play head that is faded out; None: silence
        self._pending: int | None = None
        self._hand: int | None = None  # the frame at which a hand holds the play head
        self._grain, self._grain_end = round(GRAIN_SECONDS * sample_rate), 0
        self._fade = Fade(True, sample_rate, block)
        self._old = np.zeros((channels, block), np.float32)
        self._started = False

    @property
    def frames(self) -> int:
        return self._row.frames

    @property
    def at_end(self) -> bool:
        if self.position < self._row.frames or self._hand is not None:
            return False
        return self._pending is None and not self._is_in(self.loop)

    @property
    def head(self) -> int:
        """Where the play head is, or goes in a moment."""
        if self._hand is not None:
            return self._hand
        return max(0, self.position if self._pending is None else self._pending)

    @property
    def is_held(self) -> bool:
        """A hand holds the play head, or has not yet been let go of."""
        return self._hand is not None

    def append(self, samples: Samples) -> None:
        """Add a sound behind the last, for another thread while this one reads."""
        self._row = self._row.with_part(samples)

    def rewind(self) -> None:
        """Go to the start as if nothing had been played: what comes next begins with the file's own first sample."""
        self.position, self._started = 0, False
        self._from = self._pending = self._hand = None
        self._fade.jump(is_open=True)

    def seek(self, frame: int) -> None:
        """Move the play head; during a fade the last wish waits for its end, at most 10 ms."""
        frame = self._within(frame)
        if self._hand is not None:
            self.hold(frame)
        elif self._fade.left == self._fade.length:  # a fade that has not begun: nobody heard the first wish
            self.position = frame
        elif self._fade.is_moving:
            self._pending = frame
        elif self._started or frame > 0:
            self._jump(frame, self.position if self._started else None)

    def hold(self, frame: int) -> None:
        """Play short grains around this frame until `let_go`; each new frame begins its own."""
        self._hand = self._within(frame)
        if self._fade.left == self._fade.length:
            self.position = self._grain_start()
        elif self._fade.is_moving:
            self._pending = self._hand
        else:
            self._jump(self._grain_start(), self.position if self._started else None)

    def let_go(self, is_heard: bool) -> None:
        """Go on from where the hand was: from the last grain to it, or out of silence."""
        if self._hand is None:
            return
        frame, self._hand = self._hand, None
        if is_heard:
            self.seek(frame)
        else:
            self._jump(frame, None)

    def fade_in(self) -> None:
        """Begin at the play head, but out of silence."""
        if self._started:
            self._jump(self.head if self._hand is None else self._grain_start(), None)

    def set_loop(self, start: int, end: int) -> None:
        """Jump from frame `end` to frame `start`; widened to 20 ms, and no loop where the sound is shorter."""
        shortest = 2 * self._fade.length
        start = max(0, min(start, self.frames - shortest))
        end = min(max(end, start + shortest), self.frames)
        self.loop = (start, end) if end - start >= shortest else None

    def fill(self, out: Floats) -> None:
        """Write the next block `[channels, block]`; zeros after the end."""
        done, block = 0, out.shape[1]
        if self.loop is None and self._hand is None and self._pending is None and not self._fade.is_moving:
            self._piece(out)
            done = block
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
        if self._hand is not None:
            if self._pending is not None or self.position >= self._grain_end - self._fade.length:
                self._jump(self._grain_start(), self.position)
        elif self._pending is not None:
            self._jump(self._pending, self.position)
        elif loop is not None and self._is_in(loop) and self.position >= loop[1] - self._fade.length:
            self._jump(self.position - loop[1] + loop[0], self.position)

    def _within(self, frame: int) -> int:
        return max(0, min(frame, self.frames))

    def _grain_start(self) -> int:
        start = max(0, min((self._hand or 0) - self._grain // 2, self.frames - self._grain))
        self._grain_end = min(start + self._grain, self.frames)
        return start

    def _is_in(self, loop: tuple[int, int] | None) -> bool:
        """Whether it will come round; who was put behind the loop plays on."""
        return loop is not None and self.position <= loop[1] + self._fade.length

    def _jump(self, frame: int, origin: int | None) -> None:
        """Begin a fade from `origin` to `frame`; an older wish is void."""
        self._from, self.position, self._pending = origin, frame, None
        self._fade.jump(is_open=False)
        self._fade.open()

    def _until_next(self, wanted: int) -> int:
        """Samples to the next place where something begins or ends, at most `wanted`."""
        if self._fade.is_moving:
            return min(wanted, self._fade.left)
        if self._hand is not None:
            return min(wanted, max(1, self._grain_end - self._fade.length - self.position))
        if self.loop is not None and self._is_in(self.loop):
            return min(wanted, max(1, self.loop[1] - self._fade.length - self.position))
        return wanted

    def _piece(self, out: Floats) -> None:
        count, row = out.shape[1], self._row
        row.read(self.position, out)
        self.position = min(self.position + count, row.frames)
        if not self._fade.is_moving:
            return
        share = self._fade.next(count)
        if self._from is None:
            out *= share
            return
        old = self._old[:, :count]
        row.read(self._from, old)
        self._from += count
        out -= old  # old + share · (new - old)
        out *= share
        out += old
