"""What hosts that hand over a whole sound share; compiled into their packages."""

from typing import List, Tuple

import torch
from torch import Tensor


def fewest_cuts(n: int, sizes: List[int], least: int, multiple: int, most: int) -> int:
    """The block that takes `n` samples in the fewest calls, of at most `most` samples where any size will do."""
    if len(sizes) == 0:
        return (max(min(n, most), least) + multiple - 1) // multiple * multiple
    best = sizes[0]
    for size in sizes:
        if (best < n and size > best) or (n <= size and size < best):
            best = size
    return best


def folded(x: Tensor, channels: int) -> Tensor:
    """`[any, n]` as `[channels, n]`: the mean for one, else the channels over and over."""
    if x.size(0) == channels:
        return x
    if channels == 1:
        return torch.mean(x, dim=0, keepdim=True)
    return x[torch.remainder(torch.arange(channels), x.size(0))]


def known_labels(classes: Tensor, times: Tensor, count: int, seconds: float) -> Tuple[Tensor, Tensor]:
    """Times cut to the sound; labels that are then empty, or of none of the `count` classes, are left out."""
    inside = torch.clamp(times.to(torch.float32), 0.0, seconds)
    known = torch.logical_and(classes >= 0, classes < count)
    kept = torch.nonzero(torch.logical_and(known, inside[:, 0] < inside[:, 1])).reshape(-1)
    return classes[kept], inside[kept]
