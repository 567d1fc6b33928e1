"""How checks call a captured wrapper: seeded signals, whole or in blocks, bounded by the clock."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.wrappers.captured import Captured

Samples = NDArray[np.float32]
BLOCK, SEED = 512, 0
SECONDS = 1.0  # that one playing may take
FEWEST = 3  # calls that are made however long they take


def noise(captured: Captured, frames: int, level: float = 0.3, seed: int = 1) -> Samples:
    """White noise `[channels_in, frames]`."""
    shape = (captured.call.channels_in, frames)
    return np.random.default_rng(seed).uniform(-level, level, shape).astype(np.float32)


def silence(captured: Captured, frames: int) -> Samples:
    """Zeros `[channels_in, frames]`."""
    return np.zeros((captured.call.channels_in, frames), np.float32)


def block_for(captured: Captured, wanted: int = BLOCK) -> int:
    """A block size that the model takes, near `wanted`."""
    call = captured.call
    if call.block_sizes:
        return min(call.block_sizes, key=lambda size: abs(size - wanted))
    return -(-max(wanted, call.min_block) // call.multiple) * call.multiple


def positions_of(captured: Captured) -> list[float]:
    """Every knob at its default, 0…1."""
    return [each.default_position for each in captured.numeric]


def call_once(captured: Captured, block: Samples, positions: Sequence[float] | None = None) -> Tensor:
    """What the model returns for one block `[channels_in, n]`, as it is; nothing is reset."""
    stands = positions_of(captured) if positions is None else list(positions)
    params = torch.tensor(stands, dtype=torch.float32).reshape(-1, 1).repeat(1, block.shape[1])
    with torch.inference_mode():
        made: Tensor = captured.module(torch.from_numpy(block.copy()), params)
    return made


def blocks_of(
    captured: Captured,
    audio: Samples,
    block: int,
    *,
    reset: bool = True,
    positions: Sequence[float] | None = None,
    seconds: float = SECONDS,
) -> Iterator[Tensor]:
    """Call the model block by block, from its first state, until the sound or the time is over.

    What does not fill a block at the end is left out.
    """
    if reset:
        captured.module.reset()
    torch.manual_seed(SEED)
    ends = time.perf_counter() + seconds
    for number, start in enumerate(range(0, audio.shape[1] - block + 1, block)):
        if number >= FEWEST and time.perf_counter() > ends:
            return
        yield call_once(captured, audio[:, start : start + block], positions)


def play(
    captured: Captured,
    audio: Samples,
    block: int,
    *,
    reset: bool = True,
    positions: Sequence[float] | None = None,
    seconds: float = SECONDS,
) -> Samples:
    """The same as one sound: `[channels_in, frames]` → `[channels_out, frames·ratio]`, or less of it."""
    made = blocks_of(captured, audio, block, reset=reset, positions=positions, seconds=seconds)
    joined: Samples = torch.cat([each.float().clone() for each in made], 1).numpy()
    return joined


def decibels(ratio: float) -> float:
    """20·log10, at least −240."""
    return 20 * float(np.log10(max(ratio, 1e-12)))


def distance(one: Samples, other: Samples) -> float:
    """Greatest difference of what both have, in dB of the peak of `one`; 0 where their rows differ."""
    if one.shape[0] != other.shape[0]:
        return 0.0
    common = min(one.shape[1], other.shape[1])
    peak = max(float(np.abs(one[:, :common]).max(initial=0.0)), 1e-9)
    return round(decibels(float(np.abs(one[:, :common] - other[:, :common]).max(initial=0.0)) / peak), 1)


def rms(audio: NDArray[np.floating]) -> float:
    """Root mean square, at least 1e-12."""
    return max(float(np.sqrt(np.mean(np.square(audio, dtype=np.float64)))), 1e-12) if audio.size else 1e-12


def count(number: int, unit: str = "sample") -> str:
    """`1 sample`, `12 samples`."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def mendable(captured: Captured) -> bool:
    """Whether fields of the call can be corrected: a package is played through its own root."""
    return captured.how != "package"


def last_line(error: Exception) -> str:
    """What a failing model says, without the stack that torch prints before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:160] if lines else f"{type(error).__name__} without a reason"
