"""What the card's callback does: commands in, one block of sound, numbers out."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator

import numpy as np

from studio.engine.ahead import Ahead
from studio.engine.background import Background
from studio.engine.depth import MOST
from studio.engine.feedback import FeedbackGuard
from studio.engine.gap import Gap
from studio.engine.graph import Graph
from studio.engine.inbox import Inbox
from studio.engine.load import Load
from studio.engine.priority import raise_priority
from studio.engine.ramp import Floats
from studio.engine.voice import computing
from studio.link.shared import Board, Command, State
from studio.link.tape import Tape

SWITCH_SECONDS = 1e-4  # how long another Python thread may keep the callback waiting
SHOWN_SECONDS = 0.016  # the window looks every 33 ms
SUFFERED, WITHIN_SECONDS = 3, 10.0  # drop-outs until one more block is rendered ahead


class Live:
    """Plays the graph to the card: in the callback itself, some blocks ahead of it, or in the background.

    No other Python thread of the process runs while sound plays, but the one that renders ahead: the thread of the
    control line sleeps in `read`, and what it wants of the graph it does under a hush, in silence.

    Args:
        board: shared with the window.
        commands: file descriptor of the pipe of small commands.
        tape: takes what is heard while it is recorded.

    Attributes:
        graph: replaced only while no device is open.
        depth: blocks rendered ahead.
    """

    def __init__(self, board: Board, commands: int, tape: Tape | None = None) -> None:
        self._board, self._tape = board, tape
        self.inbox = Inbox(board, commands)
        self._positions = np.ctypeslib.as_array(board.knobs)
        self._peaks, self._heard_knobs = np.ctypeslib.as_array(board.peaks), np.ctypeslib.as_array(board.heard_knobs)
        self._settings = threading.local()  # of torch, which has its own for each thread and loses them with this
        self._thread = 0
        self._late_at: deque[float] = deque(maxlen=SUFFERED)
        self._adapts = self._is_held = self._is_inside = False
        self._background: Background | None = None
        self.depth = 0
        self._silence: Floats
        self._ahead: Ahead
        self._fit(Graph(48000, 256))

    @property
    def is_still(self) -> bool:
        """Silence, and nothing on its way to the card."""
        if self._background is not None:
            return self._background.is_still
        return self.graph.is_still and self._quiet_blocks >= self.depth

    def use_graph(self, graph: Graph) -> None:
        """Go on with this graph, on the thread of another device. Only while none is open."""
        graph.fall_silent()
        self._ahead.close()
        self.leave_background()
        self._thread = 0
        self._fit(graph)
        self.publish()

    def use_depth(self, depth: int | None, *, adapts: bool) -> None:
        """Render so many blocks ahead from now on; None: in the background. Only while the graph is still.

        Args:
            depth: 0…32, or None.
            adapts: one more is taken when drop-outs repeat.
        """
        with self._held():
            self.leave_background()
            self._adapts, self.depth = adapts, min(depth or 0, MOST)
            self._late_at.clear()
            self.load.forgive()
            if depth is None:
                self._background = Background(self.graph, self._positions, self._board, self._settle_thread)
            self._ahead.begin(self.depth)
        self.publish()

    def leave_background(self) -> None:
        """The graph stands again where the ear is, and as the transport says. Only while nobody calls."""
        if self._background is not None:
            self._background.close()
            self._background = None

    def close(self) -> None:
        """End the threads. Only while no device is open."""
        self.leave_background()
        self._ahead.close()
        self._settings = threading.local()

    def callback(self, incoming: Floats | None, outgoing: Floats, was_late: bool) -> None:
        """Fill one block.

        Args:
            incoming: `[block, channels]`, or None where the device only plays.
            outgoing: `[block, 1 or 2]`.
            was_late: the card reports an underrun.
        """
        if self._thread != threading.get_ident():
            self._thread = threading.get_ident()
            self._settle_urgent_thread()
        self._is_inside = True
        given = None if incoming is None else incoming.T
        if self._is_held:
            heard = self._dry = self._silence
        elif self._background is not None:
            heard = self._from_background(self._background)
        elif self.depth:
            heard = self._from_ahead(self._ahead, given, was_late)
        else:
            heard, self._dry = self._run(given)
            self._suffer(was_late, was_long=self.load.was_long)
        if given is not None:
            self._feedback.process(given, heard)
            self._board.howls = self._feedback.howls
        if self._tape is not None:
            self._tape.write(heard, self._dry)
        if outgoing.shape[1] == heard.shape[0]:
            outgoing.T[:] = heard
        else:
            outgoing[:, 0] = heard.mean(axis=0)
        if self.depth:
            self._ahead.wake()
        self._is_inside = False
        self._board.beat += 1

    def post(self, command: Command) -> None:
        """Leave a command for the next block; for the thread of the control line."""
        self.inbox.post(command)

    def take_commands(self) -> None:
        """Obey what has come. Only while no device is open."""
        self.inbox.take(self.graph.obey if self._background is None else self._background.obey)

    def publish(self) -> None:
        """Show where the graph is, and how."""
        board, graph = self._board, self.graph
        board.playing, board.position, board.still = graph.playing, graph.source.head, self.is_still
        board.depth, board.latency = self.depth, graph.latency + self.depth * graph.block
        board.muted_blocks, board.reduction_db = graph.guard.muted, graph.reduction_db
        board.voice, board.ready = graph.voice_heard, 0
        board.load, board.worst_us = self.load.mean, self.load.worst_us
        self._peaks[:] = (*graph.meter_in.levels, *graph.meter_out.levels)
        self._heard_knobs[:] = graph.positions
        state = State.FAILING if graph.fault else State.RUNNING if graph.calls_model else State.OVERLOAD
        if board.state != state and board.state >= State.RUNNING:
            board.state = state

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        """Nobody runs the graph or reads commands."""
        self._is_held = True
        while self._is_inside or self._ahead.is_working:  # less than a block, on the control thread
            time.sleep(0.0005)
        try:
            yield
        finally:
            self._is_held = False

    def _fit(self, graph: Graph) -> None:
        """Make everything that depends on rate and block."""
        self.graph = graph
        self.load = Load(graph.sample_rate, graph.block)
        self._gap = Gap(graph.channels, graph.sample_rate, graph.block)
        self._feedback = FeedbackGuard(graph.sample_rate, graph.block)
        if self._tape is not None:
            self._tape.use_rate(graph.sample_rate)
        shape = graph.channels, graph.block
        self._out, self._dry, self._silence = (np.zeros(shape, np.float32) for _ in range(3))
        self._quiet_blocks = MOST
        self._until_shown = 0
        self._shown_every = int(SHOWN_SECONDS * graph.sample_rate / graph.block)
        self._ahead = Ahead(self._run, self._settle_urgent_thread, shape)
        self._ahead.begin(self.depth)

    def _run(self, incoming: Floats | None) -> tuple[Floats, Floats]:
        """Make the next block; on the thread whose turn it is."""
        began = time.perf_counter()
        graph, board = self.graph, self._board
        self.inbox.take(graph.obey)
        heard = graph.process(self._positions, board, incoming)
        is_still = graph.is_still
        self._quiet_blocks = self._quiet_blocks + 1 if is_still else 0
        self._until_shown -= 1
        if self._until_shown <= 0:  # more often nobody looks
            self._until_shown = self._shown_every
            self.publish()
        else:
            board.playing, board.position = graph.playing, graph.source.head
            board.still = is_still and self._quiet_blocks >= self.depth
        load = self.load
        # loading holds the interpreter, and what is not heard is not lost
        load.weigh(time.perf_counter() - began, counts=not (is_still or board.busy))
        if load.is_overloaded:
            graph.give_up_model()
            load.forgive()
        return heard, graph.dry

    def _from_ahead(self, ahead: Ahead, incoming: Floats | None, was_late: bool) -> Floats:
        made = ahead.exchange(incoming)
        if made is None:
            self._gap.fill(self._out)
            self._dry.fill(0.0)
        else:
            self._out[:], self._dry = made[0], made[1]
            self._gap.close(self._out)
        self._suffer(was_late or made is None)
        return self._out

    def _from_background(self, background: Background) -> Floats:
        board, graph = self._board, self.graph
        self.inbox.take(background.obey)
        background.take(self._out, self._dry)
        now = background.now
        board.playing, board.position = int(background.is_playing), now.position
        board.still, board.ready = int(background.is_still), background.ready
        board.state = State.FAILING if graph.fault else State.AHEAD
        board.voice, board.latency, board.muted_blocks = graph.voice_heard, graph.latency, graph.guard.muted
        board.reduction_db = now.reduction_db
        self._peaks[:], self._heard_knobs[:] = now.peaks, now.knobs
        return self._out

    def _suffer(self, was_late: bool, *, was_long: bool = False) -> None:
        """Count a drop-out; when they, or blocks that took too long, repeat, render one more block ahead."""
        if not (was_late or was_long) or self._board.busy or self.is_still:
            return
        self._board.xruns += was_late
        now = time.monotonic()
        self._late_at.append(now)
        often = len(self._late_at) == SUFFERED and now - self._late_at[0] < WITHIN_SECONDS
        if often and self._adapts and self.depth < MOST and self.graph.calls_model:
            self.depth += 1
            self._late_at.clear()
            self._ahead.begin(self.depth)

    def _settle_thread(self) -> None:
        """Once for each thread that sound is made on."""
        self._settings.kept = computing()
        self._settings.kept.__enter__()

    def _settle_urgent_thread(self) -> None:
        self._settle_thread()
        self.graph.prime()
        self._board.priority = raise_priority()


def settle() -> None:
    """Take what has been loaded out of the collector's sight, and the collector out of the callback's way."""
    gc.collect()
    gc.freeze()
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)
