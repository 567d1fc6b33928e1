"""What the card's callback does: commands in, one block of the graph, numbers out."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
import time
from collections import deque
from contextlib import AbstractContextManager

import numpy as np

from studio.engine.graph import Graph
from studio.engine.ramp import Floats
from studio.engine.voice import computing
from studio.link.shared import RECORD, Board, Command, State, unpacked

AVERAGE = 0.02  # share of a new block in the load
RECENT_SECONDS = 0.35
OVERLOADED = 0.5  # of the recent time went into blocks that took longer than there is
ONE_BLOCK = 0.1  # at most: the machine itself may stand still for a moment
WORST_SECONDS = 2.0
SWITCH_SECONDS = 1e-4  # how long another Python thread may keep the callback waiting
PRIORITY = 60


class Live:
    """Calls the graph for the card.

    No other Python thread of the process runs while sound plays: the thread of the control line sleeps in `read`,
    and what it wants of the graph it does under `pause_for`, in silence.

    Attributes:
        graph: replaced only while no device is open.
    """

    def __init__(self, board: Board, commands: int) -> None:
        self._board, self._commands, self._taken = board, commands, 0
        self.graph = Graph(48000, 256)
        self._positions = np.ctypeslib.as_array(board.knobs)
        self._settings: list[AbstractContextManager[None]] = []  # kept: to let go of one would undo it elsewhere
        self._posted: deque[Command] = deque()
        self._thread = 0
        self._late = 0.0
        self._worst = [0.0, 0.0]
        self._until_worst = 0

    def use_graph(self, graph: Graph) -> None:
        """Go on with this graph, on the thread of another device. Only while none is open."""
        graph.fall_silent()
        self.graph = graph
        self._thread, self._late = 0, 0.0
        self._worst = [0.0, 0.0]
        self.publish()

    def callback(self, incoming: Floats | None, outgoing: Floats, was_late: bool) -> None:
        """Fill one block.

        Args:
            incoming: `[block, channels]`, or None where the device only plays.
            outgoing: `[block, 1 or 2]`.
            was_late: the card reports an underrun.
        """
        if self._thread != threading.get_ident():
            self._enter()
        began = time.perf_counter()
        self.take_commands()
        board, graph = self._board, self.graph
        heard = graph.process(self._positions, board, None if incoming is None else incoming.T)
        if outgoing.shape[1] == graph.channels:
            outgoing.T[:] = heard
        else:
            outgoing[:, 0] = heard.mean(axis=0)
        board.beat += 1
        self.publish()
        self._weigh(time.perf_counter() - began, was_late)

    def post(self, command: Command) -> None:
        """Leave a command for the next block; for the thread of the control line."""
        self._posted.append(command)

    def take_commands(self) -> None:
        """Obey what was posted and what waits in the pipe."""
        while self._posted:
            self.graph.obey(self._posted.popleft())
        sent = self._board.commands
        if sent != self._taken:
            records = os.read(self._commands, RECORD.size * (sent - self._taken))
            self._taken += len(records) // RECORD.size
            for command in unpacked(records):
                self.graph.obey(command)

    def publish(self) -> None:
        """Show where the graph is."""
        board, graph = self._board, self.graph
        board.playing, board.position = int(graph.playing), graph.source.head
        board.still = int(graph.is_still)
        board.latency, board.muted_blocks = graph.latency, graph.guard.muted
        board.peaks[:] = [*graph.meter_in.levels.tolist(), *graph.meter_out.levels.tolist()]

    def _weigh(self, seconds: float, was_late: bool) -> None:
        """Keep the figures of load; a model that is too slow for too long is left out."""
        board, graph = self._board, self.graph
        share = seconds * graph.sample_rate / graph.block
        board.load += AVERAGE * (share - board.load)
        self._worst[0] = max(self._worst[0], seconds * 1e6)
        self._until_worst -= 1
        if self._until_worst <= 0:
            self._until_worst = round(WORST_SECONDS * graph.sample_rate / graph.block)
            self._worst = [0.0, self._worst[0]]
        board.worst_us = max(self._worst)
        if not (board.busy or graph.is_still):  # loading holds the interpreter; what is not heard is not lost
            board.xruns += was_late
            weight = min(ONE_BLOCK, max(seconds, graph.block / graph.sample_rate) / RECENT_SECONDS)
            self._late += weight * ((share > 1.0) - self._late)
        if self._late > OVERLOADED:
            graph.give_up_model()
            self._late = 0.0
        state = State.FAILING if graph.fault else State.RUNNING if graph.calls_model else State.OVERLOAD
        if board.state != state:
            board.state = state

    def _enter(self) -> None:
        """Once for each thread a driver calls from: torch keeps its settings by thread."""
        self._thread = threading.get_ident()
        self._settings.append(computing())
        self._settings[-1].__enter__()
        if sys.platform == "linux":  # drivers other than JACK call from an ordinary thread
            with contextlib.suppress(PermissionError):
                if os.sched_getscheduler(0) == os.SCHED_OTHER:
                    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))


def settle() -> None:
    """Take what has been loaded out of the collector's sight, and the collector out of the callback's way."""
    gc.collect()
    gc.freeze()
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)
