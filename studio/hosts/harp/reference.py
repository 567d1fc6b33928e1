"""How a HARP package has to sound: the captured wrapper itself, called once with the whole sound."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from studio.document.call import Call
from studio.hosts.harp.scripted.pieces import PIECE
from studio.hosts.packaging import Sound, positions_of
from studio.hosts.reference import SEED, Reference
from studio.wrappers.captured import Captured
from studio.wrappers.offline import fewest_cuts
from studio.wrappers.resampler import Resampler


def reference(captured: Captured, audio: Sound, sample_rate: int, positions: tuple[float, ...] = ()) -> Reference:
    """The captured wrapper with all of `audio` `[channels_in, frames]` at once, at a rate that the model takes.

    Lengthening and taking out the delay are done here by other means than in the package.
    """
    call, stand, frames = captured.call, tuple(positions_of(captured, positions)), audio.shape[1]
    back, late = _back(call)
    captured.module.prepare(
        sample_rate, fewest_cuts(frames, list(call.block_sizes), call.min_block, call.multiple, PIECE)
    )
    late += int(captured.module.latency())
    size = fewest_cuts(frames + late, list(call.block_sizes), call.min_block, call.multiple, PIECE)
    made = _run(captured, audio, late, stand, sample_rate, size)
    if call.labels:
        found = _labels(made, size, late, frames, sample_rate)
        known = found[:, (found[0] >= 0) & (found[0] < len(captured.card.labels))]
        return Reference(audio, known, sample_rate, frames, stand, late)
    whole = torch.cat(made, 1)
    expected = (back(whole) if back else whole)[:, late : late + frames]
    expected = torch.nn.functional.pad(expected, (0, frames - expected.shape[1]))
    return Reference(audio, expected.numpy(), sample_rate, frames, stand, late)


def _run(captured: Captured, audio: Sound, late: int, stand: tuple[float, ...], rate: int, size: int) -> list[Tensor]:
    captured.module.prepare(rate, size)
    captured.module.reset()
    short = -(audio.shape[1] + late) % size + late
    fed = torch.from_numpy(np.pad(audio, ((0, 0), (0, short))).astype(np.float32))
    params = torch.tensor(stand, dtype=torch.float32).reshape(-1, 1).expand(-1, size)
    torch.manual_seed(SEED)
    with torch.no_grad():
        made = [captured.module(part.contiguous(), params) for part in torch.split(fed, size, dim=1)]
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


def _labels(made: list[Tensor], size: int, late: int, frames: int, rate: int) -> Sound:
    """Class, start and end of every label within the sound, `[3, labels]`."""
    rows: list[tuple[float, float, float]] = []
    for number, (classes, times) in enumerate(made):
        spans = np.clip(times.numpy() + (number * size - late) / rate, 0, frames / rate)
        rows += [(float(name), start, end) for name, (start, end) in zip(classes, spans, strict=True) if start < end]
    return np.array(rows, np.float32).reshape(-1, 3).T
