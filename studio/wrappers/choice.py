"""Which rate and block a model runs at under a host, in TorchScript."""

import math
from typing import List


def choose_rate(rates: List[int], host_rate: int) -> int:
    """The host's own where the model takes it (an empty list takes all), else the nearest of the model's."""
    best = host_rate
    for rate in rates:
        if rate == host_rate:
            return host_rate
        if best == host_rate or abs(rate - host_rate) < abs(best - host_rate):
            best = rate
    return best


def choose_block(sizes: List[int], least: int, multiple: int, n: int, up: int, down: int) -> int:
    """Samples for each call of a model under host blocks of n at down/up of its rate; 0 where it takes any number.

    Args:
        sizes: the only sizes it takes, if there are any.
        least: else the least it takes.
        multiple: else it takes multiples of this.
        n: of the host.
        up: model rate = host rate·up/down.
        down: see up.
    """
    if len(sizes) > 0:
        return choose_size(sizes, n * up // down)
    if least <= 1 and multiple <= 1:
        return 0
    size = (least + multiple - 1) // multiple * multiple
    if up == down:
        times = 1  # whole host blocks wait less than odd ones, unless they have to be much longer
        while (times - 1) * n <= size - math.gcd(size, n):
            if times * n >= least and (times * n) % multiple == 0:
                return times * n
            times += 1
    return size


def choose_size(sizes: List[int], n: int) -> int:
    """Of the model's sizes: n itself, else the least multiple of n, else the next larger, else the nearest."""
    best, best_rank = sizes[0], 1 << 60
    for size in sizes:
        rank = (1 << 40) + n - size
        if size == n:
            rank = 0
        elif n > 0 and size % n == 0:
            rank = size
        elif size > n:
            rank = (1 << 20) + size
        if rank < best_rank:
            best, best_rank = size, rank
    return best


def least_delay(n: int, block: int, up: int, down: int) -> int:
    """The longest that a host sample waits for its model block to fill, in whole host samples."""
    step = math.gcd(n * up, block * down)
    return (block * down - step + up - 1) // up
