"""How many blocks have to be rendered ahead, so that a model is never late."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from studio.engine.cost import Cost

Measure = Callable[[int], tuple[Cost, int]]
MOST = 32
ROOM = 0.5  # of a block that the worst call may take inside the card's callback
FULL = 0.9  # of the time that a model may need: the window and the system need some too
LARGEST_BLOCK = 8192


@dataclass(frozen=True)
class Workable:
    """A block size at which a model keeps up, and the depth it needs there."""

    block: int
    depth: int

    def __str__(self) -> str:
        ahead = {0: "", 1: ", rendered one block ahead"}.get(self.depth, f", rendered {self.depth} blocks ahead")
        return f"blocks of {self.block} samples{ahead}"


def choose_depth(cost: Cost, model_block: int, sample_rate: int, block: int) -> int | None:
    """Blocks to render ahead; None where the model needs more time than there is, whatever the depth.

    Args:
        cost: of one call at this block size.
        model_block: samples that the model itself wants at once, at this rate; 0 for any.
        sample_rate: in Hz, of the device.
        block: of the device, in samples.
    """
    seconds = block / sample_rate
    if cost.mean_seconds > FULL * seconds:
        return None
    if cost.worst_seconds < ROOM * seconds:
        return 0
    return min(math.ceil(cost.worst_seconds / seconds), math.ceil(model_block / block) + 1, MOST)


def find_workable(measure: Measure, slow: Cost, sample_rate: int, block: int) -> Workable | None:
    """The smallest block at which a model keeps up that does not at `block`; None where there is none.

    Two measurements tell what a call costs by itself and what its samples cost; the block that follows is tried.

    Args:
        measure: gives cost and model block at a block size.
        slow: the cost at `block`, which is known already.
        sample_rate: in Hz.
        block: at which the model is too slow.
    """
    other = min(4 * block, LARGEST_BLOCK)
    if other <= block:
        return None
    small, large = slow.mean_seconds, measure(other)[0].mean_seconds
    sample = max(0.0, (large - small) / (other - block))
    call = max(0.0, small - sample * block)
    while (block := 2 * block) <= LARGEST_BLOCK:
        if call + sample * block > FULL * block / sample_rate:
            continue
        depth = choose_depth(*measure(block), sample_rate, block)
        if depth is not None:
            return Workable(block, depth)
    return None
