"""How a Gen package has to sound."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from studio.audio.files import convert_rate
from studio.hosts.neutone.package import native_block
from studio.hosts.neutone_gen.metadata import is_generative, tracks_of
from studio.hosts.packaging import Sound, positions_of
from studio.hosts.reference import SEED, Reference, stream_reference
from studio.wrappers.captured import Captured


def reference(captured: Captured, audio: Sound, sample_rate: int, positions: tuple[float, ...] = ()) -> Reference:
    """The captured wrapper on a whole sound `[channels, frames]`, at the model's own rate, in time with the input.

    The rows of all input tracks stand one after the other, and so do those of the output tracks.
    """
    rates = captured.call.sample_rates
    rate = sample_rate if not rates or sample_rate in rates else rates[0]
    sound = audio if rate == sample_rate or not len(audio) else convert_rate(audio, sample_rate, rate)
    knobs, block = tuple(positions_of(captured, positions)), native_block(captured.call)
    if not is_generative(captured):
        return stream_reference(captured, sound, rate, block, knobs)
    made = _whole(captured, torch.from_numpy(sound), knobs, rate, block)
    return Reference(sound, made.numpy(), rate, block, knobs, 0)


def _whole(captured: Captured, sound: Tensor, knobs: tuple[float, ...], rate: int, block: int) -> Tensor:
    """Block by block or at once, as the model wants it."""
    tracks = tracks_of(captured)
    frames, late = sound.shape[1], captured.call.latency
    length = frames + late if tracks.one_shot or not tracks.into else block
    blocks = -(-(frames + late) // length)
    fed = torch.nn.functional.pad(sound, (0, blocks * length - frames))
    params = torch.tensor(knobs, dtype=torch.float32).reshape(-1, 1).repeat(1, length)
    captured.module.prepare(rate, block)
    captured.module.reset()
    torch.manual_seed(SEED)
    with torch.no_grad():
        made = [captured.module(part.contiguous(), params.clone()).clone() for part in torch.split(fed, length, dim=1)]
    whole = torch.cat(made, 1)
    return whole if not tracks.into or (tracks.one_shot and not late) else whole[:, late : late + frames]


def tracks_from(sound: Sound, channels: list[int]) -> list[Tensor]:
    """Rows as tracks."""
    starts = np.cumsum([0, *channels])
    return [torch.from_numpy(np.ascontiguousarray(sound[a:b])) for a, b in pairwise(starts)]
