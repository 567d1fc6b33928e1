"""Small wrappers and a way to hear a Stream."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.wrappers.base import WaveformToWaveform
from studio.wrappers.capture import capture
from studio.wrappers.stream import open_stream


class Fussy(WaveformToWaveform):
    """Passes sound through, and breaks when a host's block reaches it uncut."""

    def __init__(self, block: int, channels: int) -> None:
        super().__init__()
        self.block, self.channels = block, channels

    def do_forward_pass(self, x: Tensor) -> Tensor:
        assert x.size(0) == self.channels and (self.block == 0 or x.size(1) == self.block), "wrong shape"
        assert x.dtype == torch.float32 and x.is_contiguous(), "wrong type or more than one piece of memory"
        return x * 1.0


@pytest.fixture(autouse=True)
def one_core():
    """As where models are played; and tests run beside others."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def identity():
    """A captured identity for a block size (0: any), rates and channels."""

    def make(block=0, rates=(), channels=1, min_block=1, multiple=1):
        call = Call(
            wrapper=True, layout="CT", channels_in=channels, outputs=(Output(name="output", channels=channels),),
            block_sizes=(block,) if block else (), sample_rates=tuple(rates), min_block=min_block, multiple=multiple,
        )  # fmt: skip
        captured, _ = capture(Fussy(block, channels), call, ModelCard())
        return captured

    return make


@pytest.fixture
def hear():
    """Play `[channels, frames]` through a captured wrapper as a host does; returns the output and the latency."""

    def play(captured, audio, rate, block, positions=()):
        stream = open_stream(captured)
        stream.prepare(rate, block)
        params = torch.tensor(positions, dtype=torch.float32).reshape(-1, 1).repeat(1, block)
        count = audio.shape[1] // block
        blocks = [
            stream(torch.from_numpy(audio[:, at * block : (at + 1) * block].copy()), params) for at in range(count)
        ]
        return np.concatenate([each.numpy() for each in blocks], axis=1), stream.latency()

    return play


@pytest.fixture
def network():
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv1d(1, 4, 5), nn.Tanh(), nn.Conv1d(4, 1, 3))
