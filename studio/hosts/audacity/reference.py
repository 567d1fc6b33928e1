"""How an Audacity package has to sound: the captured wrapper itself, called once with all that is selected."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from studio.document.call import Call
from studio.hosts.packaging import Sound, positions_of
from studio.hosts.reference import SEED, Reference
from studio.wrappers.captured import Captured
from studio.wrappers.resampler import Resampler


def reference(captured: Captured, audio: Sound, sample_rate: int, positions: tuple[float, ...] = ()) -> Reference:
    """The captured wrapper as Audacity calls it: all of `audio` `[channels, frames]` as one block.

    Folding, lengthening and taking out the delay are done here by other means than in the package.
    """
    call, stand = captured.call, tuple(positions_of(captured, positions))
    back, late = _back(call)
    late += int(captured.module.latency())
    frames = audio.shape[1]
    size = _size(call, frames + late)
    total = -(-(frames + late) // size) * size
    folded = audio if audio.shape[0] == call.channels_in else np.tile(audio.mean(0), (call.channels_in, 1))
    made = _run(captured, np.pad(folded, ((0, 0), (0, total - frames))), stand, sample_rate, size)
    if call.labels:
        return Reference(audio, _labels(made, size, late, frames, sample_rate), sample_rate, frames, stand, late)
    whole = torch.cat(made, 1)
    expected = (back(whole) if back else whole)[:, late : late + frames]
    short = frames - expected.shape[1]
    expected = torch.nn.functional.pad(expected, (0, short))
    return Reference(audio, expected.numpy(), sample_rate, frames, stand, late)


def _run(captured: Captured, fed: Sound, positions: tuple[float, ...], rate: int, size: int) -> list[Tensor]:
    params = torch.tensor(positions, dtype=torch.float32).reshape(-1, 1).repeat(1, size)
    captured.module.prepare(rate, size)
    captured.module.reset()
    torch.manual_seed(SEED)
    with torch.no_grad():
        parts = torch.split(torch.from_numpy(fed.astype(np.float32)), size, dim=1)
        made = [captured.module(part.contiguous(), params) for part in parts]
    captured.module.reset()
    return made


def _back(call: Call) -> tuple[Resampler | None, int]:
    """What brings the output back to the input's rate, and its delay in samples."""
    up, down = call.ratio
    if up == down:
        return None, 0
    common = math.gcd(up, down)
    back = Resampler(call.resampling)
    back.prepare(down // common, up // common, up // common, call.channels_out)
    return back, back.centre // (up // common)


def _size(call: Call, wanted: int) -> int:
    if call.block_sizes:
        larger = [size for size in call.block_sizes if size >= wanted]
        return min(larger) if larger else max(call.block_sizes)
    return -(-max(wanted, call.min_block) // call.multiple) * call.multiple


def _labels(made: list[Tensor], size: int, late: int, frames: int, rate: int) -> Sound:
    """Class, start and end of every label within the block, `[3, labels]`."""
    rows: list[tuple[float, float, float]] = []
    for number, (classes, times) in enumerate(made):
        spans = np.clip(times.numpy() + (number * size - late) / rate, 0, frames / rate)
        rows += [(float(name), start, end) for name, (start, end) in zip(classes, spans, strict=True) if start < end]
    return np.array(rows, np.float32).reshape(-1, 3).T
