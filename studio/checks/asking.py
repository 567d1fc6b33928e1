"""How checks call a captured wrapper: seeded signals, whole or in blocks, knobs at their defaults."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.wrappers.captured import Captured

Samples = NDArray[np.float32]
BLOCK, SEED = 512, 0


def noise(captured: Captured, frames: int, level: float = 0.3, seed: int = 1) -> Samples:
    """White noise `[channels_in, frames]`."""
    shape = (captured.call.channels_in, frames)
    return np.random.default_rng(seed).uniform(-level, level, shape).astype(np.float32)


def block_for(captured: Captured, wanted: int = BLOCK) -> int:
    """A block size that the model takes, near `wanted`."""
    call = captured.call
    if call.block_sizes:
        return min(call.block_sizes, key=lambda size: abs(size - wanted))
    return -(-max(wanted, call.min_block) // call.multiple) * call.multiple


def play(captured: Captured, audio: Samples, block: int, *, reset: bool = True) -> Samples:
    """Call the model block by block from its first state: `[channels_in, frames]` → `[channels_out, frames·ratio]`.

    What does not fill a block at the end is left out.
    """
    if reset:
        captured.module.reset()
    positions = torch.tensor([each.default_position for each in captured.numeric]).reshape(-1, 1).repeat(1, block)
    torch.manual_seed(SEED)
    made = []
    with torch.inference_mode():
        for start in range(0, audio.shape[1] - block + 1, block):
            part = torch.from_numpy(np.ascontiguousarray(audio[:, start : start + block]))
            made.append(captured.module(part, positions.clone()).clone())
    return _joined(made)


def _joined(made: list[Tensor]) -> Samples:
    joined: Samples = torch.cat(made, 1).numpy()
    return joined


def decibels(ratio: float) -> float:
    """20·log10, at least −240."""
    return 20 * float(np.log10(max(ratio, 1e-12)))
