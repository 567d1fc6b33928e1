"""The thread that runs the graph before the card needs it, so that a late block is still in time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from studio.engine.depth import MOST
from studio.engine.ramp import Floats

SLOTS = 2 * MOST  # more than may be on their way


class Ahead:
    """Callback n leaves its input in slot n and takes what was made of slot n - depth: a delay that never drifts.

    The thread sleeps while nothing is given. Callback and thread share no lock: each number has one writer.

    Args:
        run: makes the next block `[channels, block]` of what came in; called on the thread.
        settle: called there first.
        shape: (channels, block).

    Attributes:
        depth: blocks between what is given and what is taken.
    """

    def __init__(
        self, run: Callable[[Floats | None], tuple[Floats, Floats]], settle: Callable[[], None], shape: tuple[int, int]
    ) -> None:
        self._run, self._settle = run, settle
        self._in, self._out, self._dry = (np.zeros((SLOTS, *shape), np.float32) for _ in range(3))
        self._given, self._taken, self._first, self.depth = 0, 0, 0, 0
        self._has_input = False
        self._made = [-1] * SLOTS  # which block lies in each slot
        self._wake, self._closing = threading.Lock(), False
        self._wake.acquire()
        self._thread = threading.Thread(target=self._work, name="render ahead", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread, after the block it is at. Only while no callback comes."""
        self._closing = True
        self.wake()
        self._thread.join()

    def begin(self, depth: int) -> None:
        """Start with the next exchange, or go on with another depth; by the callback or while none comes."""
        if self.depth == 0:
            self._first = self._given
        self.depth = depth

    def exchange(self, incoming: Floats | None) -> tuple[Floats, Floats] | None:
        """Give what came in and get what is due, with the dry sound to it; None where it is not ready.

        Silence comes until the first block has gone through. `wake` has to follow, as late as can be.
        """
        number = self._given
        self._has_input = incoming is not None
        if incoming is not None:
            self._in[number % SLOTS] = incoming
        self._given = number + 1
        due = number - self.depth
        slot = due % SLOTS
        if due < self._first:
            self._out[slot].fill(0.0)
            self._dry[slot].fill(0.0)
        elif self._made[slot] != due:
            return None
        return self._out[slot], self._dry[slot]

    def wake(self) -> None:
        """Let the thread begin: from then on it wants the interpreter, which the callback still holds."""
        if self._wake.locked():
            self._wake.release()

    @property
    def is_working(self) -> bool:
        """Something was given and is not yet made."""
        return self._taken < self._given

    def _work(self) -> None:
        self._settle()
        while True:
            self._wake.acquire()
            if self._closing:
                return
            while self._taken < self._given:
                number = max(self._taken, self._given - max(1, self.depth))  # what is late already is of no use
                slot = number % SLOTS
                out, dry = self._run(self._in[slot] if self._has_input else None)
                self._out[slot], self._dry[slot] = out, dry
                self._made[slot] = number
                self._taken = number + 1
