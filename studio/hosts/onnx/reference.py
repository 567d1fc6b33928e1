"""How an ONNX file has to sound: the captured wrapper called block by block, nothing taken out."""

from __future__ import annotations

import numpy as np
import torch

from studio.document.call import Call
from studio.hosts.packaging import Sound, positions_of
from studio.hosts.reference import SEED, Reference
from studio.wrappers.captured import Captured

BLOCK = 4096  # samples, where the model takes any


def reference(captured: Captured, audio: Sound, sample_rate: int, positions: tuple[float, ...] = ()) -> Reference:
    """The captured wrapper on whole blocks of `audio` `[channels, frames]`, late by what the model is late."""
    block = block_of(captured.call)
    stand = tuple(positions_of(captured, positions))
    frames = max(audio.shape[1] // block, 2) * block
    sound = np.zeros((captured.call.channels_in, frames), np.float32)
    sound[:, : audio.shape[1]] = audio[:, :frames]
    params = torch.tensor(stand, dtype=torch.float32).reshape(-1, 1).repeat(1, block)
    captured.module.prepare(sample_rate, block)
    captured.module.reset()
    torch.manual_seed(SEED)
    with torch.no_grad():
        parts = torch.split(torch.from_numpy(sound), block, dim=1)
        made = torch.cat([captured.module(part.contiguous(), params.clone()).clone() for part in parts], 1)
    late = int(captured.module.latency())
    captured.module.reset()
    return Reference(sound, made.numpy(), sample_rate, block, stand, late)


def block_of(call: Call) -> int:
    """A number of samples that the model takes."""
    if call.block_sizes:
        return min(call.block_sizes, key=lambda size: abs(size - BLOCK))
    return -(-max(BLOCK, call.min_block) // call.multiple) * call.multiple
