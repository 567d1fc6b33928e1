"""How a sound of any length is cut: as little as possible, but not into more than memory holds."""

from typing import List

PIECE = 1 << 20  # samples


def block_of(n: int, sizes: List[int], least: int, multiple: int, piece: int) -> int:
    """The block that takes `n` samples in the fewest calls of at most `piece`; compiled into the package."""
    if len(sizes) == 0:
        return (max(min(n, piece), least) + multiple - 1) // multiple * multiple
    best = sizes[0]
    for size in sizes:
        if (best < n and size > best) or (n <= size and size < best):
            best = size
    return best
