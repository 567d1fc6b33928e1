"""A model slower than real time: rendered on a thread as far ahead as there is room, played as far as that has got."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.engine.gap import Gap
from studio.engine.graph import Graph
from studio.engine.ramp import Fade, Floats
from studio.link.shared import Command, Levels, Op, StillLevels

ROOM_SECONDS = 60.0  # at most rendered ahead
FIRST_SECONDS = 2.0  # rendered before sound begins; twice as much after each time it ran dry
LONGEST_SECONDS = 30.0
NAP_SECONDS = 0.05  # between looks at the knobs while there is nothing to render


@dataclass
class Moment:
    """What belongs to a block that was rendered: where the play head was, and what meters, knobs and limiter showed."""

    position: int
    knobs: NDArray[np.float64]  # most blocks share them with the one before
    peaks: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    reduction_db: float = 0.0
    is_last: bool = False


class Background:
    """Renders the graph on a thread of ordinary priority; the card's callback plays what is there.

    Play and pause are answered here, since the graph runs on while the ear waits. Whatever else changes the sound,
    a knob, a level, a jump, throws away what lies ahead of the play head and begins there anew. A hand that scrubs is
    followed once it lets go.

    Args:
        graph: rendered by nobody else from now on.
        positions: of the knobs, followed.
        levels: followed.
        settle: called first on the thread.

    Attributes:
        now: what belongs to the block played last.
        is_playing: the ear is to hear something.
    """

    def __init__(
        self, graph: Graph, positions: NDArray[np.float64], levels: Levels, settle: Callable[[], None]
    ) -> None:
        self._graph, self._positions, self._levels, self._settle = graph, positions, levels, settle
        block, rate = graph.block, graph.sample_rate
        self._slots = max(4, round(ROOM_SECONDS * rate / block))
        self._audio, self._dry = (np.zeros((self._slots, graph.channels, block), np.float32) for _ in range(2))
        self._written = self._read = self._start = 0
        self._edition = self._heard = 0  # of what lies ahead: each change makes another
        self._orders: deque[Command] = deque()
        self._gap, self._flow = Gap(graph.channels, rate, block), Fade(False, rate, block)
        self._is_dry, self._wanted_seconds = True, FIRST_SECONDS  # dry: waits until there is enough to begin
        self.is_playing, self.now = graph.playing, Moment(graph.source.head, graph.positions.copy())
        self._moments = [self.now] * self._slots
        self._begin_at, self._stands = graph.source.head, False
        self._take_in()
        self._hand: float | None = graph.source.head if graph.source.is_held else None  # where one holds the play head
        self._wake, self._closing = threading.Event(), False
        self._thread = threading.Thread(target=self._work, name="render in the background", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> int:
        """Frames that lie ahead of the play head."""
        return 0 if self._edition != self._heard else (self._written - self._read) * self._graph.block

    @property
    def is_still(self) -> bool:
        """Nothing is heard, and under a hush nothing is rendered either: what belongs to the graph may be exchanged."""
        return self._is_quiet and (self._stands or not self._graph.is_hushed)

    def close(self) -> None:
        """End the thread, after the block it is at; the graph goes on from what the ear heard last."""
        self._closing = True
        self._wake.set()
        self._thread.join()
        head = self._graph.source.head if self._stands else self._head  # the sound may have been exchanged
        self._graph.restart(self._obey_orders(head))
        self._graph.playing = self.is_playing

    def obey(self, command: Command) -> None:
        """By the callback."""
        if command.op == Op.PLAY:
            if self.now.is_last:
                self._orders.append(Command(Op.SEEK, 0))
            self.is_playing = True
        elif command.op == Op.PAUSE:
            self.is_playing = False
        elif command.op == Op.STOP:
            self.is_playing = False
            self._orders.append(Command(Op.SEEK, 0))
        elif command.op == Op.SCRUB:  # nothing could be heard at once
            self._hand = command.a
        else:
            if command.op == Op.SCRUB_END and self._hand is not None:
                self._orders.append(Command(Op.SEEK, self._hand))
                self._hand = None
            self._orders.append(command)
        self._wake.set()

    def take(self, out: Floats, dry: Floats) -> None:
        """Write the next block to be heard, and the dry sound to it; by the callback."""
        if self._edition != self._heard:
            self._turn_over(out, dry)
            return
        ahead = self._written - self._read
        if self._is_dry and ahead and self._is_enough(ahead):
            self._is_dry = False
        is_hushed = self._graph.is_hushed
        (self._flow.open if self.is_playing and not is_hushed else self._flow.close)()
        if is_hushed:
            self._wake.set()  # the thread waits for the ear
        if self._is_quiet or ahead == 0:
            self._starve(out, dry, ahead)
            return
        self._play(out, dry)
        if self.now.is_last:
            self.is_playing = False
            self._flow.jump(is_open=False)

    @property
    def _is_quiet(self) -> bool:
        return self._flow.is_closed or self._is_dry

    @property
    def _head(self) -> int:
        """Where the ear is, or goes in a moment."""
        return self.now.position if self._edition == self._heard else self._begin_at

    def _turn_over(self, out: Floats, dry: Floats) -> None:
        """Another edition has begun: leave the old one where it stands."""
        self._heard, self._read = self._edition, self._start
        self._is_dry, self._wanted_seconds = True, FIRST_SECONDS
        self.now = replace(self.now, position=self._begin_at, is_last=False)
        self._gap.fill(out)
        dry.fill(0.0)

    def _starve(self, out: Floats, dry: Floats, ahead: int) -> None:
        if ahead == 0 and not self._is_dry and self.is_playing:
            self._is_dry = True
            self._wanted_seconds = min(2 * self._wanted_seconds, LONGEST_SECONDS)
        self._gap.fill(out)
        dry.fill(0.0)

    def _play(self, out: Floats, dry: Floats) -> None:
        slot = self._read % self._slots
        out[:], dry[:], self.now = self._audio[slot], self._dry[slot], self._moments[slot]
        self._read += 1
        if not self._flow.is_open:
            out *= self._flow.next(out.shape[1])
        self._gap.close(out)
        self._wake.set()  # there is room again

    def _is_enough(self, ahead: int) -> bool:
        last = self._moments[(self._written - 1) % self._slots]
        frames = self._wanted_seconds * self._graph.sample_rate
        return last.is_last or ahead >= self._slots - 1 or ahead * self._graph.block >= frames

    def _work(self) -> None:
        self._settle()
        self._restart(self._begin_at)
        while not self._closing:
            if self._graph.is_hushed:
                self._stand()
            elif self._has_changed():
                self._renew()
            elif self._is_done() or self._written - self._read >= self._slots - 1:
                self._rest()
            else:
                self._render()

    def _stand(self) -> None:
        """Until the hush is over. What is exchanged meanwhile finds the play head where the ear is."""
        while self._graph.is_hushed and not self._is_quiet and not self._closing:
            self._rest()
        self._graph.restart(self._obey_orders(self._head))
        self._stands = True
        while self._graph.is_hushed and not self._closing:
            self._rest()
        if not self._closing:
            self._stands = False
            self._restart(self._graph.source.head)  # the sound may be another

    def _rest(self) -> None:
        self._wake.wait(NAP_SECONDS)
        self._wake.clear()

    def _is_done(self) -> bool:
        return self._written > self._start and self._moments[(self._written - 1) % self._slots].is_last

    def _has_changed(self) -> bool:
        moved = not np.array_equal(self._hands(), self._used_hands, equal_nan=True)
        goes_on = self._is_done() and self._graph.source.frames != self._used_frames  # one more sound stands behind
        return moved or goes_on or bool(self._orders) or self._graph.automation is not self._used_automation

    def _hands(self) -> NDArray[np.float64]:
        """Where they are: on knobs and levels."""
        levels = self._levels
        return np.array([*self._positions, levels.input_db, levels.gain_db, levels.wet, *levels.stem_db])

    def _take_in(self) -> None:
        """What the next edition is made with."""
        graph, levels = self._graph, self._levels
        self._used_hands, self._used = self._hands(), self._positions.copy()
        self._used_automation, self._used_frames = graph.automation, graph.source.frames
        self._used_levels = StillLevels(levels.input_db, levels.gain_db, levels.wet, tuple(levels.stem_db))

    def _renew(self) -> None:
        """Begin a new edition at the play head, or where a jump was wanted."""
        self._restart(self._obey_orders(self._head))

    def _obey_orders(self, at: int) -> int:
        """Do what was ordered; returns where the play head is to be, which is `at` now."""
        while self._orders:
            command = self._orders.popleft()
            if command.op == Op.SEEK:
                at = max(0, int(command.a))
            else:
                self._graph.obey(command)
        return at

    def _restart(self, at: int) -> None:
        self._take_in()
        self._graph.restart(at)
        self._graph.obey(Command(Op.PLAY))
        self._begin_at, self._start = at, self._written
        self._edition += 1

    def _render(self) -> None:
        graph, slot = self._graph, self._written % self._slots
        self._audio[slot] = graph.process(self._used, self._used_levels)
        self._dry[slot] = graph.dry
        peaks = (*graph.meter_in.levels, *graph.meter_out.levels)
        is_last = not graph.playing and graph.is_still
        knobs = self._moments[(self._written - 1) % self._slots].knobs
        if not np.array_equal(knobs, graph.positions):
            knobs = graph.positions.copy()
        self._moments[slot] = Moment(graph.source.head, knobs, peaks, graph.reduction_db, is_last)
        self._written += 1
