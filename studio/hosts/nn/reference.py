"""How an nn~ package has to sound: the captured wrapper itself, called without a queue, at the rate of the sound."""

from __future__ import annotations

import numpy as np
import torch

from studio.document.limits import limits_of
from studio.hosts.nn.scripted.line import block_for
from studio.hosts.packaging import Sound, positions_of
from studio.hosts.reference import SEED, Reference
from studio.wrappers.captured import Captured


def reference(captured: Captured, audio: Sound, sample_rate: int, positions: tuple[float, ...] = ()) -> Reference:
    """The captured wrapper, fed `audio` `[channels, frames]` in blocks that it takes.

    The expected rows are at the rate of the model's output: nn~ does not bring them back to that of the input.
    """
    call, stand = captured.call, tuple(positions_of(captured, positions))
    up, down = call.ratio
    buffer = limits_of("nn").block_size
    size = block_for(max(buffer // up, 1), list(call.block_sizes), call.min_block, call.multiple)
    captured.module.prepare(sample_rate, size)
    captured.module.reset()
    frames = audio.shape[1] // down * down
    late = int(captured.module.latency()) * up // down
    short = -(frames + int(captured.module.latency())) % size + int(captured.module.latency())
    fed = torch.from_numpy(np.pad(audio[:, :frames], ((0, 0), (0, short))).astype(np.float32))
    params = torch.tensor(stand, dtype=torch.float32).reshape(-1, 1).expand(-1, size)
    torch.manual_seed(SEED)
    with torch.no_grad():
        made = [captured.module(part.contiguous(), params) for part in torch.split(fed, size, dim=1)]
    captured.module.reset()
    whole = torch.cat(made, 1)[:, late : late + frames * up // down]
    return Reference(audio[:, :frames], whole.numpy(), sample_rate, buffer, stand, late)
