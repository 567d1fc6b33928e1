"""How a model behaves in time: state, chance, shortest block, lengths it takes, delay and reach."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction

import torch
from torch import Tensor

from studio.loading.found import Found
from studio.loading.outputs import rows_of
from studio.loading.search import FIXED
from studio.loading.trial import Runner, TrialError, Way, noise

QUIET = 1e-5  # of the strongest answer: what is weaker is not heard
FAR = 16384  # samples: a longer memory or look-ahead cannot be given again with each block
MOST_PHASES = 16
PATIENCE = 4.0  # seconds for one more look at a longer block


@dataclass(frozen=True)
class Lengths:
    """Which block lengths work: all from `least` in steps of `multiple`, or only `sizes`."""

    least: int
    multiple: int
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class Reach:
    """Which output samples one input sample moves, in output samples relative to where it stands.

    Attributes:
        first: of the earliest; negative where the model looks ahead.
        last: of the latest.
        edge: the earliest output, relative to a block's end, that input after the block would move.
        past: the latest output, relative to a block's begin, that input before the block would move.
        centre: of the answer where that is symmetric in time, else None.
        whole: it reaches an end of the longest block tried, so nothing can be said of its true length.
    """

    first: Fraction
    last: Fraction
    edge: Fraction
    past: Fraction
    centre: Fraction | None
    whole: bool


def is_random(runner: Runner, found: Found) -> bool:
    """Whether another seed gives another answer."""
    x = noise(found.way.channels, found.length)
    return not _same(_rows(runner, found, x, seed=1), _rows(runner, found, x, seed=2))


def is_stateful(runner: Runner, found: Found) -> bool:
    """Whether the second of two equal calls is answered differently."""
    module, x = runner.fresh(), noise(found.way.channels, found.length)
    once = rows_of(runner.run(found.way, x, module), found.sound)
    return not _same(once, rows_of(runner.run(found.way, x, module), found.sound))


def is_lost_in_silence(runner: Runner, found: Found) -> bool:
    """Whether silence is answered with what is no number."""
    silence = torch.zeros(found.way.channels, found.length)
    try:
        return not bool(torch.isfinite(_rows(runner, found, silence)).all())
    except (TrialError, ValueError):
        return False


def find_lengths(runner: Runner, found: Found) -> Lengths:
    """Shortest block and multiple, or the fixed sizes."""
    if found.fixed:
        step = _step(runner, found)
        if step is None or not _works(runner, found, found.length + 3 * step):
            sizes = [each for each in sorted({found.length, *FIXED}) if _works(runner, found, each)]
            return Lengths(1, 1, tuple(sizes))
    else:
        step = _step(runner, found) or 1
    return Lengths(_least(runner, found, step), step, ())


def find_reach(runner: Runner, found: Found, multiple: int) -> Reach | None:
    """Where the answer to one changed sample comes out; None where nothing changes."""
    length, reached = found.length, 0
    if not found.fixed:
        length = -(-max(length, 4 * multiple) // multiple) * multiple
    while True:
        begun = time.thread_time()
        reach = _reach(runner, found, length, multiple)
        longer = -(-length * 8 // multiple) * multiple
        slow = 8 * (time.thread_time() - begun) > PATIENCE
        if reach is None or not reach.whole or found.fixed or longer > 8 * FAR or slow:
            # an answer that fades away in longer blocks is spread over all of the block, not short
            fades = reach is not None and max(-reach.first, reach.last) < found.sound.ratio * reached
            return replace(reach, whole=True) if reach is not None and fades else reach
        length, reached = longer, length // 2 - 2 * multiple - 64


def _reach(runner: Runner, found: Found, length: int, multiple: int) -> Reach | None:
    ratio = found.sound.ratio
    block = length // 2 // multiple * multiple
    answers = [
        answer
        for phase in _phases(multiple)
        for silent in (True, False)
        if (answer := _answer(runner, found, length, block, phase, silent)) is not None
    ]
    if not answers:
        return None
    return Reach(
        first=min(each.start - ratio * each.phase for each in answers),
        last=max(each.end - ratio * each.phase for each in answers),
        edge=min(each.start - ratio * (each.phase // multiple * multiple) for each in answers),
        past=max(each.end - ratio * (each.phase // multiple + 1) * multiple for each in answers),
        centre=next((each.centre for each in answers if each.centre is not None), None),
        whole=any(each.whole for each in answers),
    )


@dataclass(frozen=True)
class _Answer:
    """First and last output moved by the sample `phase` of a block, relative to the output of its first sample."""

    phase: int
    start: Fraction
    end: Fraction
    centre: Fraction | None
    whole: bool


def _phases(multiple: int) -> list[int]:
    """Places within a step of `multiple` samples: all, or some of many."""
    few = range(multiple) if multiple <= MOST_PHASES else range(0, multiple, multiple // MOST_PHASES)
    return sorted({*few, min(1, multiple), multiple - 1} if multiple > 1 else {0, 1, 37})


def _answer(runner: Runner, found: Found, length: int, block: int, phase: int, silent: bool) -> _Answer | None:
    change = _change(runner, found, length, block + phase, silent)
    touched = torch.nonzero(change > QUIET * change.max()).flatten()
    if not len(touched):
        return None
    start, end = int(touched[0]), int(touched[-1])
    begin = found.sound.ratio * block
    at = begin + found.sound.ratio * phase
    centre = _centre(change[start : end + 1], start, at) if silent else None
    return _Answer(phase, start - begin, end - begin, centre, start == 0 or end == len(change) - 1)


def _change(runner: Runner, found: Found, length: int, place: int, silent: bool) -> Tensor:
    """Absolute change of the output, largest over its rows, for one changed input sample."""
    x = noise(found.way.channels, length, seed=place) * (0.0 if silent else 1.0)
    poked = x.clone()
    poked[:, place] += 0.5
    one, other = _rows(runner, found, x), _rows(runner, found, poked)
    change = (other - one).abs().max(dim=0).values
    floor = 2e-6 * float(one.abs().max())  # rounding moves samples that the change does not reach
    return torch.where(change > floor, change, torch.zeros_like(change))


def _centre(answer: Tensor, start: int, at: Fraction) -> Fraction | None:
    """The middle of a symmetric answer, relative to `at`."""
    if float((answer - answer.flip(0)).abs().max()) > 1e-3 * float(answer.max()):
        return None
    return start + Fraction(len(answer) - 1, 2) - at


def _step(runner: Runner, found: Found) -> int | None:
    """The least step to another length that works; None where none does."""
    start = found.length
    for step in [each for each in range(1, start + 1) if start % each == 0]:
        if _works(runner, found, start + step):
            return step
    return None


def _least(runner: Runner, found: Found, step: int) -> int:
    """The shortest length that works, a multiple of `step`."""
    good = found.length // step
    bad = 0
    tried = 1
    while tried < good and not runner.late:
        if _works(runner, found, tried * step):
            good = tried
            break
        bad, tried = tried, tried * 2
    while good - bad > 1 and not runner.late:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if _works(runner, found, middle * step) else (good, middle)
    return good * step


def _works(runner: Runner, found: Found, length: int) -> bool:
    """Whether a block of this length gives as much finite sound as it should."""
    wanted = found.sound.length(length)
    if wanted is None or wanted < 1:
        return False
    try:
        rows = _rows(runner, found, noise(found.way.channels, length))
    except (TrialError, ValueError):
        return False
    return rows.shape[1] == wanted and bool(torch.isfinite(rows).all())


def _rows(runner: Runner, found: Found, x: Tensor, seed: int = 0) -> Tensor:
    return rows_of(runner.run(found.way, x, seed=seed), found.sound)


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and bool((one - other).abs().max() <= 1e-6 * one.abs().max().clamp(min=1e-6))


def changes(runner: Runner, found: Found, way: Way) -> bool:
    """Whether calling it another way changes the answer."""
    x = noise(found.way.channels, found.length)
    return not _same(_rows(runner, found, x), rows_of(runner.run(way, x), found.sound))
