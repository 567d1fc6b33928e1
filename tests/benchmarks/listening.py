"""Follows what a shared card plays for as long as it takes, although its memory goes round."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import cards
import numpy as np

AUDIBLE = 1e-4
MAX_CALLS = cards.bench.MAXCB
BEFORE_NS, AFTER_NS, AFTER_LONG_NS, LONG_NS = 5_000_000, 10_000_000, 50_000_000, 2_000_000  # as the bench excuses
Span = tuple[int, int]  # ns of the monotonic clock


@dataclass(frozen=True)
class Late:
    """A block that came too late: when it was due, and the times until its callback began and ended."""

    due: int
    block: int
    began_after_ms: float
    ended_after_ms: float


@dataclass
class Stream:
    """How far one engine's evidence has been read."""

    evidence: np.void
    calls: int = 0
    pauses: int = 0


@dataclass
class Listener:
    """A thread that reads the evidence of all engines of a card, twice a second.

    Attributes:
        sounds: when something was audible, by whichever engine.
        lost: blocks that came too late.
        pauses: when the machine itself stood still.
        loudest: the highest peak.
        nonsense: blocks with NaN or infinity.
    """

    card: cards.FakeCard
    sounds: list[Span] = field(default_factory=list)
    lost: list[Late] = field(default_factory=list)
    pauses: list[Span] = field(default_factory=list)
    loudest: float = 0.0
    nonsense: int = 0

    def __post_init__(self) -> None:
        self._streams: dict[int, Stream] = {}
        self._ends = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ends.set()
        self._thread.join()
        self.read()

    def read(self) -> None:
        """Take in what has been played until now."""
        with self._lock:
            parts = self.card.streams or {0: self.card.evidence}
            for pid, evidence in parts.items():
                self._follow(self._streams.setdefault(pid, Stream(evidence)))

    def longest_silence_ms(self, start: int, end: int) -> float:
        """Between these times, where sound was due."""
        inside = sorted(
            (max(first, start), min(last, end)) for first, last in self.sounds if last > start and first < end
        )
        silence, at = 0, start
        for first, last in inside:
            silence, at = max(silence, first - at), max(at, last)
        return max(silence, end - at) / 1e6

    def lost_outside(self, announced: list[Span]) -> list[Late]:
        """Those that nothing excuses: no announced swap, and no standstill of the machine."""
        excused = [*announced, *(_around(pause) for pause in self.pauses)]
        return [late for late in self.lost if not any(first <= late.due <= last for first, last in excused)]

    def _listen(self) -> None:
        while not self._ends.wait(0.5):
            self.read()

    def _follow(self, stream: Stream) -> None:
        evidence = stream.evidence
        calls, rate = int(evidence["calls"]), float(evidence["rate"] or 48000.0)
        for call in range(stream.calls, calls - 1):  # the last may not be written yet
            slot, after = call % MAX_CALLS, (call + 1) % MAX_CALLS
            first, end, due = int(evidence["at"][slot]), int(evidence["at"][after]), int(evidence["t_due"][slot])
            sound = np.take(evidence["played"], range(first, end), mode="wrap")
            peak = float(np.abs(sound).max(initial=0.0))
            if not np.isfinite(peak):
                self.nonsense += 1
            elif peak > AUDIBLE:
                self.loudest = max(self.loudest, peak)
                self._heard(due, due + round((end - first) / rate * 1e9))
            if (lost := int(evidence["flags"][slot])) > 0:
                took = (round((int(evidence[name][slot]) - due) / 1e6, 2) for name in ("t_in", "t_out"))
                self.lost.append(Late(due, (end - first) // (lost + 1), *took))
        stream.calls = max(stream.calls, calls - 1)
        for number in range(stream.pauses, int(evidence["npause"])):
            at, long = int(evidence["pause_t"][number % 65536]), int(evidence["pause_us"][number % 65536]) * 1000
            self.pauses.append((at, at + long))
        stream.pauses = int(evidence["npause"])

    def _heard(self, first: int, last: int) -> None:
        """Join what follows closely, so that the list stays short."""
        if self.sounds and first - self.sounds[-1][0] >= 0 and first <= self.sounds[-1][1] + 1_000_000:
            self.sounds[-1] = (self.sounds[-1][0], max(self.sounds[-1][1], last))
        else:
            self.sounds.append((first, last))


def _around(pause: Span) -> Span:
    first, last = pause
    return first - BEFORE_NS, last + (AFTER_LONG_NS if last - first > LONG_NS else AFTER_NS)


def now() -> int:
    return time.monotonic_ns()
