"""Does it take more and more memory?"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from studio.checks.asking import Samples, block_for, blocks_of, noise
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "Its memory does not grow"
CALLS = 2000
ROUND = 100  # calls in one go
SECONDS = 0.05  # that they may take
ROUNDS = CALLS // ROUND // 2  # in each half
LEAK = 64.0  # bytes for each call in both halves, and
LEAST = 64 * 1024  # bytes in all: torch keeps notes of its own


def check_memory(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001 - every check is asked alike
    """Growth of what is in use over 2000 blocks, the first hundred not counted; a leak grows in both halves."""
    block = block_for(captured)
    audio = noise(captured, ROUND * block)
    captured.module.reset()
    _calls(captured, audio, block, 1)
    marks, calls = [used_bytes()], []
    for _ in range(2):
        calls.append(_calls(captured, audio, block, ROUNDS))
        marks.append(used_bytes())
    halves = [(after - before) / max(1, made) for before, after, made in zip(marks, marks[1:], calls, strict=False)]
    growth = marks[-1] - marks[0]
    value = round(growth / 1024 / max(1, sum(calls)), 2)
    if min(halves) < LEAK or growth < LEAST:
        return Check(id="memory", verdict="pass", value=max(0.0, value), unit="KiB/block", title=TITLE)
    advice = f"In {sum(calls)} blocks it grew by {growth / 1024:.0f} KiB: something is kept of every block; limit it."
    return Check(id="memory", verdict="warn", value=value, unit="KiB/block", title=TITLE, advice=advice)


HEAP = (
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost",
)


class _Heap(ctypes.Structure):
    """What glibc says of its heap (mallinfo2), sizes in bytes."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in HEAP)


def used_bytes() -> int:
    """Bytes in use on the heap where the system tells; else the memory of the process, which shows leaks later."""
    try:
        asked = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):
        return _resident_bytes()
    asked.restype = _Heap
    heap = asked()
    return int(heap.uordblks) + int(heap.hblkhd)


def _resident_bytes() -> int:
    if sys.platform == "win32":
        return 0
    if sys.platform == "linux":
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _calls(captured: Captured, audio: Samples, block: int, rounds: int) -> int:
    """Make so many rounds of calls within the time, and say how many calls they were."""
    return sum(1 for _ in range(rounds) for _ in blocks_of(captured, audio, block, reset=False, seconds=SECONDS))
