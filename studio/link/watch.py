"""Sees from outside what an engine cannot say itself: that it hangs, lost its device, or cannot keep up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from studio.errors import JobError
from studio.link.awake import Awake
from studio.link.keeper import Keeper
from studio.link.shared import State
from studio.link.wanted import Message

TICK = 0.03
LOST_AFTER = 0.12  # s without a callback: perhaps the device went away
HUNG_AFTER = 1.0  # s without a callback: the engine hangs
BUSY_AT_MOST = 60.0  # s for loading a model
RETRY = 1.0  # s between attempts to get a device back


class Watch:
    """A thread in the window's process that looks at the board of the active engine.

    While sound flows it keeps the processors awake: an engine is locked in and may not ask for that.
    """

    def __init__(self, keeper: Keeper, tell: Callable[[Message], None]) -> None:
        self._keeper, self._tell = keeper, tell
        self._closing, self._awake = threading.Event(), Awake()
        self._engine = keeper.active
        self._state = State.STARTING
        self._beat = -1
        self._moved = self._idle_since = self._asked = time.monotonic()
        self._thread = threading.Thread(target=self._watch, name="engine watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(1.0)
        self._awake.let_go()

    def _watch(self) -> None:
        while not self._closing.wait(TICK):
            now = time.monotonic()
            if self._engine is not self._keeper.active:
                self._engine, self._beat = self._keeper.active, -1
                self._moved = self._idle_since = self._asked = now
            board = self._engine.board
            state = State(board.state)
            if state != self._state:
                self._state, self._moved = state, now
                self._announce(state)
            if board.beat != self._beat or board.busy or state < State.RUNNING:
                self._beat, self._moved = board.beat, now
            if not board.busy:
                self._idle_since = now
            self._awake.keep(state >= State.RUNNING and not board.still)
            self._act(state, now)
            self._keeper.tend()

    def _act(self, state: State, now: float) -> None:
        if now - self._moved > HUNG_AFTER or now - self._idle_since > BUSY_AT_MOST:
            self._moved = self._idle_since = now
            what = "hung while it played" if state >= State.RUNNING else "took too long to load"
            self._engine.kill(JobError(f"The model {what} and was stopped."))
            return
        lost = state == State.LOST or now - self._moved > LOST_AFTER
        if lost and now - self._asked > RETRY:
            self._asked = now
            self._engine.send({"do": "reopen"})

    def _announce(self, state: State) -> None:
        if state in (State.FAILING, State.OVERLOAD):
            self._engine.send({"do": "explain"})
