"""Which block sizes work, which is the least, and which cost least?"""

from __future__ import annotations

import math
import time

from studio.checks.asking import block_for, call_once, count, last_line, mendable, noise
from studio.checks.shape import fault_of
from studio.document.check import Check, Mend, Plot, Series, Verdict
from studio.wrappers.captured import Captured

TITLE = "Every block size that is declared works"
SIZES = (1, 2, 3, 4, 7, 8, 15, 16, 32, 33, 64, 100, 128, 256, 480, 512, 1000, 1024, 2048, 4096, 8192)
SECONDS = 2.0
USUAL = 16  # hosts call with as few samples as this
TIMED = 3  # calls, of which the fastest counts


def check_blocks(captured: Captured, sample_rate: int) -> Check:
    """Call the model with a table of sizes, declared or not, each from the first state."""
    found: dict[int, tuple[str, float]] = {}
    ends = time.perf_counter() + SECONDS
    for size in _sizes(captured):
        found[size] = _try(captured, size)
        if time.perf_counter() > ends and len(found) > 2:
            break
    works = [size for size, (fault, _) in found.items() if not fault]
    failing = {size: fault for size, (fault, _) in found.items() if fault and _declared(captured, size)}
    plot = _plot(found, works, sample_rate)
    if failing:
        size, fault = next(iter(failing.items()))
        listed = ", ".join(str(each) for each in list(failing)[:6]) + (" …" if len(failing) > 6 else "")
        advice = f"Sizes {listed} are declared but fail; {size}: {fault}"
        mend = _mend(captured, list(found), works)
        verdict: Verdict = "fail" if max(failing) >= USUAL else "warn"
        return Check(id="blocks", verdict=verdict, value=size, unit="samples", title=TITLE, advice=advice, mend=mend)
    least = min(works, default=0)
    advice = _advice(captured, found, works)
    return Check(id="blocks", verdict="pass", value=least, unit="samples", title=TITLE, advice=advice, plot=plot)


def _sizes(captured: Captured) -> list[int]:
    """The usual sizes first, so that something is known when the time is over; then all in order."""
    call = captured.call
    more = {size * call.multiple for size in (1, 2, 3, 5)} if call.multiple > 1 else set[int]()
    least = block_for(captured, 1)
    usual = [block_for(captured), least, block_for(captured, 2048)]
    return list(dict.fromkeys([*usual, *call.block_sizes, *sorted({*SIZES, *more, least + call.multiple})]))


def _declared(captured: Captured, size: int) -> bool:
    call = captured.call
    if call.block_sizes:
        return size in call.block_sizes
    return size >= call.min_block and size % call.multiple == 0


def _try(captured: Captured, size: int) -> tuple[str, float]:
    """What is wrong with this size (nothing: empty), and the seconds of its fastest call."""
    sound = noise(captured, size)
    best = math.inf
    try:
        captured.module.reset()
        for _ in range(TIMED):
            started = time.perf_counter()
            made = call_once(captured, sound)
            best = min(best, time.perf_counter() - started)
            fault = fault_of(captured, made, size)
            if fault or best > SECONDS / 20:
                return fault, best
    except Exception as error:  # a foreign model raises whatever it likes
        return last_line(error), best
    return "", best


def _advice(captured: Captured, found: dict[int, tuple[str, float]], works: list[int]) -> str:
    least, fastest = min(works), min(works, key=lambda size: found[size][1] / size)
    spare = [size for size in works if not _declared(captured, size)]
    more = f" {min(spare)} works too, though it is not declared." if spare else ""
    return f"Works from {count(least)}; cheapest for each sample at {fastest}.{more}"


def _plot(found: dict[int, tuple[str, float]], works: list[int], sample_rate: int) -> Plot:
    sizes = sorted(works)
    cost = tuple(round(100 * found[size][1] * sample_rate / size, 4) for size in sizes)
    line = Series(name="cost", x=tuple(float(size) for size in sizes), y=cost)
    return Plot(x_label="block (samples)", y_label="of real time (%)", series=(line,), log_x=True)


def _mend(captured: Captured, tried: list[int], works: list[int]) -> Mend | None:
    """The declaration that is true of all that was tried."""
    if max(works, default=0) < USUAL or not mendable(captured):
        return None
    least, multiple = min(works), math.gcd(*works)
    said = f"{len(works)} of {len(tried)} sizes tried work"
    regular = [size for size in tried if size >= least and size % multiple == 0]
    if len(works) > 2 and sorted(regular) == sorted(works):
        call = {"min_block": least, "multiple": multiple, "block_sizes": []}
        words = f"multiples of {multiple} samples" if multiple > 1 else "blocks"
        return Mend(label=f"Call it with {words} from {least}: {said}", call=call)
    listed = " or ".join(str(size) for size in sorted(works)[-4:])
    call = {"min_block": 1, "multiple": 1, "block_sizes": sorted(works)[-4:]}
    return Mend(label=f"Call it with blocks of {listed} samples: {said}", call=call)
