"""How a sound of any length is cut for a model that does not take any."""

from typing import List


def fewest_cuts(n: int, sizes: List[int], least: int, multiple: int) -> int:
    """The block that takes `n` samples in the fewest calls: one, unless all `sizes` are smaller.

    Compiled into the package.
    """
    if len(sizes) == 0:
        return (max(n, least) + multiple - 1) // multiple * multiple
    best = sizes[0]
    for size in sizes:
        if (best < n and size > best) or (n <= size and size < best):
            best = size
    return best
