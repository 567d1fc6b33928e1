"""Numbers that the shapes of weights suggest for the arguments of a constructor."""

from __future__ import annotations

import inspect
import math
import re
import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from torch import Tensor

from studio.loading.arguments import compared
from studio.loading.typed import EMPTY, kind_of

SMALL = range(1, 17)
MOST = 72  # values tried for one argument
MOST_LISTS = 96
LARGEST = 1 << 16
Place = tuple[str, int]  # a tensor and one of its axes
INDEX = re.compile(r"(\d+)(?=\.)")  # of a block: in `blocks.3.conv` and in `enc.conv3.weight`


@dataclass(frozen=True)
class Clues:
    """What the weights of a file suggest.

    Attributes:
        numbers: whole numbers, the likeliest first.
        counts: how many blocks there are in each list of blocks.
        rows: sequences of sizes along the layers of the whole and of each list of blocks.
    """

    numbers: tuple[int, ...]
    counts: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]


def clues_in(weights: Mapping[str, Tensor]) -> Clues:
    """Clues from names and shapes alone."""
    shapes = {name: tuple(value.shape) for name, value in weights.items()}
    dims = Counter(size for shape in shapes.values() for size in shape)
    common = [size for size, _ in dims.most_common()]
    counts = _counts(shapes)
    derived = [each for size in common for each in _derived(size)]
    beside = [each for count in counts for each in (count + 1, count - 1, count // 2, 2 * count)]
    numbers = [each for each in [*common, *counts, *SMALL, *beside, *derived] if each > 0]
    return Clues(tuple(dict.fromkeys(numbers)), tuple(counts), tuple(_rows(shapes)))


def values_for(parameter: inspect.Parameter, clues: Clues, maker: Any) -> list[str]:
    """Texts to try for one argument; none where shapes tell nothing of it."""
    kind, default = kind_of(parameter), parameter.default
    if kind is bool or isinstance(default, bool):
        return ["True", "False"]
    if typing.get_origin(parameter.annotation) is typing.Literal:
        return [str(each) for each in typing.get_args(parameter.annotation)]
    if kind is str:
        return list(compared(maker))[:8]
    if isinstance(default, (list, tuple)) or _is_list(parameter.annotation):
        return [repr(each) for each in _lists(default, clues)]
    if kind is int or isinstance(default, int) or (kind is EMPTY and default in (EMPTY, None)):
        return [str(each) for each in clues.numbers[:MOST]] + (["False"] if kind is EMPTY and default is EMPTY else [])
    return []


def is_whole(parameter: inspect.Parameter) -> bool:
    """Whether an argument without a default is a whole number, as far as it says."""
    return kind_of(parameter) in (int, EMPTY) and not _is_list(parameter.annotation)


def _is_list(annotation: Any) -> bool:
    said = annotation if isinstance(annotation, str) else str(annotation)
    return bool(re.search(r"\b([Ll]ist|[Tt]uple|Sequence|Iterable)\b", said))


def _derived(size: int) -> Iterator[int]:
    yield from (size // part for part in (2, 3, 4) if size % part == 0)
    yield from (2 * size, 2 * (size - 1), size - 1, size + 1)
    root = math.isqrt(size)
    if root * root == size:
        yield root


def _counts(shapes: Mapping[str, tuple[int, ...]]) -> list[int]:
    """How many numbered parts stand at each place; beside that, layers of a recurrent one."""
    held: dict[str, set[str]] = {}
    for name in shapes:
        for found in INDEX.finditer(name):
            held.setdefault(name[: found.start()], set()).add(found[1])
        if layer := re.search(r"_l(\d+)(_reverse)?$", name):
            held.setdefault(f"{name[: layer.start()]}_l", set()).add(layer[1])
    sizes = Counter(len(each) for each in held.values())
    return [size for size, _ in sizes.most_common()]


def _rows(shapes: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """Sizes of one axis from layer to layer: in the whole, and in the first weights of each list of blocks."""
    deep = {name: shape for name, shape in shapes.items() if len(shape) >= 2}
    groups: dict[str, dict[str, tuple[int, ...]]] = {"(all)": deep}
    for name, shape in deep.items():
        for found in INDEX.finditer(name):
            groups.setdefault(name[: found.start()], {}).setdefault(found[1], shape)
            groups.setdefault(f"{name[: found.start()]}*{name[found.end() :]}", {})[found[1]] = shape
    seen: dict[tuple[int, ...], None] = {}
    for group in groups.values():
        for axis in (0, 1, -1):
            row = tuple(shape[axis] for shape in group.values() if len(shape) > 2 or axis != -1)
            seen.update(dict.fromkeys((row, _deduplicated(row), tuple(each // 2 for each in row))))
    yield from (row for row in seen if 0 < len(row) <= 64)


def _deduplicated(row: tuple[int, ...]) -> tuple[int, ...]:
    return (*row[:1], *(b for a, b in pairwise(row) if a != b))


def _lists(default: Any, clues: Clues) -> list[tuple[int, ...] | list[int]]:
    """Sequences to try: the default made longer or shorter, and sizes along the layers with ends left out."""
    start = tuple(default) if isinstance(default, (list, tuple)) else ()
    whole = start and all(isinstance(each, int) for each in start)
    found = [_continued(start, count) for count in (*clues.counts, *SMALL)] if whole else []
    for row in clues.rows:
        found += [row, row[1:], row[:-1], row[1:-1]]
        found += [tuple(reversed(row)), (1, *row), (2, *row)]
        found += [(row[0],) * count for count in clues.counts if len(set(row)) == 1]
    unique = sorted([each for each in dict.fromkeys(found) if each][:MOST_LISTS], key=len)
    return [list(each) for each in unique] if isinstance(default, list) else list(unique)


def _continued(start: tuple[int, ...], count: int) -> tuple[int, ...]:
    """The first `count` of a sequence, which goes on as it began: doubling, in steps, or the same again."""
    made = list(start[:count])
    doubling = len(start) > 1 and all(b == 2 * a for a, b in pairwise(start))
    step = start[1] - start[0] if len(start) > 1 and len({b - a for a, b in pairwise(start)}) == 1 else 0
    while len(made) < count:
        made.append(made[-1] * 2 if doubling else made[-1] + step)
    return tuple(made)


def solutions(
    now: int, more: int, start: Mapping[Place, tuple[int, int]], grown: Mapping[Place, tuple[int, int]]
) -> list[int]:
    """Values of a number for which sizes that are straight lines in it become the stored ones.

    Args:
        now: a value.
        more: a larger one.
        start: the sizes at `now`, each with the stored one.
        grown: the same at `more`.
    """
    votes: Counter[int] = Counter()
    for place in start.keys() & grown.keys():
        before, stored = start[place]
        rise = grown[place][0] - before
        steps, rest = divmod((stored - before) * (more - now), rise) if rise else (0, 1)
        if not rest and 0 < now + steps <= LARGEST:
            votes[now + steps] += 1
    return [value for value, _ in votes.most_common()]


def factor_pairs(one: int, other: int) -> Iterable[tuple[int, int]]:
    """Other pairs with the same product."""
    product = one * other
    return [(each, product // each) for each in range(1, product + 1) if product % each == 0 and each != one]
