"""How a package has to sound: input, expected output, and the setting under which both were made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from studio.hosts.packaging import Sound
from studio.storage import replacing
from studio.wrappers.captured import Captured
from studio.wrappers.stream import open_stream

SEED = 0  # of models that are random
TOLERANCE = 1e-5  # of the peak


@dataclass(frozen=True)
class Reference:
    """One rendering of the captured wrapper that a package has to repeat.

    Attributes:
        audio: what goes in, `[channels, frames]`.
        expected: what has to come out, `[rows, frames]`, in time with the input. For a labeller
            `[3, labels]`: class, start and end in seconds.
        sample_rate: in Hz.
        block: samples that the host calls with.
        positions: knobs, 0…1.
        latency: samples by which the output lagged before it was put in time.
    """

    audio: Sound
    expected: Sound
    sample_rate: int
    block: int
    positions: tuple[float, ...]
    latency: int

    def save(self, path: Path) -> None:
        with replacing(path) as stream:
            np.savez(
                stream,
                audio=self.audio,
                expected=self.expected,
                setting=np.array([self.sample_rate, self.block, self.latency]),
                positions=np.array(self.positions, np.float64),
            )


def load_reference(path: Path) -> Reference:
    """Read what `Reference.save` wrote."""
    with np.load(path) as held:
        rate, block, latency = (int(each) for each in held["setting"])
        positions = tuple(float(each) for each in held["positions"])
        return Reference(held["audio"], held["expected"], rate, block, positions, latency)


def stream_reference(
    captured: Captured, audio: Sound, sample_rate: int, block: int, positions: tuple[float, ...]
) -> Reference:
    """Render the captured wrapper through its Stream as a host with a steady block does."""
    stream = open_stream(captured)
    stream.prepare(sample_rate, block)
    latency = int(stream.latency())
    expected = play_in_blocks(stream, audio, block, positions, latency)
    return Reference(audio, expected, sample_rate, block, positions, latency)


def play_in_blocks(
    call: Callable[[Tensor, Tensor], Tensor], audio: Sound, block: int, positions: tuple[float, ...], latency: int
) -> Sound:
    """Call with whole blocks only, and put the result in time.

    Shapes: audio `[channels, frames]` → `[rows, frames]`.
    """
    frames = audio.shape[1]
    blocks = -(-(frames + latency) // block)
    fed = torch.zeros(audio.shape[0], blocks * block)
    fed[:, :frames] = torch.from_numpy(np.ascontiguousarray(audio))
    params = torch.tensor(positions, dtype=torch.float32).reshape(-1, 1).repeat(1, block)
    torch.manual_seed(SEED)
    with torch.no_grad():
        made = [call(part.contiguous(), params.clone()).clone() for part in torch.split(fed, block, dim=1)]
    whole: Sound = torch.cat(made, 1)[:, latency : latency + frames].numpy()
    return whole


def farthest(expected: Sound, made: Sound) -> float:
    """Largest difference as a part of the expected peak; infinite where shapes differ or a value is not finite."""
    if expected.shape != made.shape or not np.isfinite(made).all():
        return float("inf")
    if not expected.size:
        return 0.0
    peak = max(float(np.abs(expected).max()), 1e-6)
    return float(np.abs(expected - made).max()) / peak
