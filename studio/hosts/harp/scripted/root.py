"""The root of an effect for HARP: a whole sound in, as much sound out, in time with it."""

from typing import List

import torch
from torch import Tensor, nn

from studio.hosts.harp.scripted.pieces import PIECE
from studio.wrappers.captured import Captured
from studio.wrappers.offline import fewest_cuts
from studio.wrappers.stream import Stream


class EffectRoot(nn.Module):
    """A captured wrapper for sounds of any length, rate and number of channels.

    `forward` is what app.py calls: each call by itself, so that the same sound always gives the same result.
    `play`, `reset`, `prepare` and `latency` let the package be heard block by block as well.

    Shapes: audio `[channels, n]` at `sample_rate` Hz, positions `[n_params]` 0…1 → `[rows, n]`; a model with one row
        gives as many as came in.
    """

    def __init__(self, captured: Captured) -> None:
        super().__init__()
        self.stream = Stream(captured)
        self.alone = captured.call.channels_out == 1
        self.piece = PIECE

    def forward(self, audio: Tensor, sample_rate: int, positions: Tensor) -> Tensor:
        n, late = audio.size(1), self.set_up(audio.size(1), sample_rate)
        step = self.step(n + late)
        turned = positions.reshape(-1, 1).expand(positions.size(0), step)
        made: List[Tensor] = []
        have, at = 0, 0
        while have < n + late and at < n + late + 4 * step:
            part = audio[:, min(at, n) : min(at + step, n)]
            made.append(self.stream.drain(torch.constant_pad_nd(part, [0, step - part.size(1)]), turned))
            have, at = have + made[-1].size(1), at + step
        self.stream.reset()  # nothing of the sound stays in memory
        whole = torch.cat(made, 1)
        if have < n + late:
            whole = torch.constant_pad_nd(whole, [0, n + late - have])
        out = whole[:, late : late + n]
        return (out.expand(audio.size(0), n) if self.alone else out).contiguous()

    def set_up(self, n: int, sample_rate: int) -> int:
        """Choose rate and block for a sound of `n` samples; returns by how many samples the result will be late."""
        rate = self.stream.choose_rate(sample_rate)
        block = 0
        for _ in range(2):  # the delay is known once the rate is, and the block once the delay is
            self.stream.set_up(sample_rate, self.piece, rate, self.block(max(1, block)))
            late = self.stream.filtering + self.stream.model_latency()
            block = ((n + late) * rate + sample_rate - 1) // sample_rate
        self.stream.set_up(sample_rate, self.piece, rate, self.block(block))
        return self.stream.filtering + self.stream.model_latency()

    def block(self, n: int) -> int:
        return fewest_cuts(n, self.stream.sizes, self.stream.min_block, self.stream.multiple, self.piece)

    def step(self, n: int) -> int:
        """Samples that are fed at once: whole blocks where the rate is the model's."""
        block = self.stream.block
        return (min(n, self.piece) + block - 1) // block * block

    @torch.jit.export
    def play(self, x: Tensor, params: Tensor) -> Tensor:
        return self.stream.inner(x, params)

    @torch.jit.export
    def reset(self) -> None:
        self.stream.inner.reset()

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.stream.inner.prepare(sample_rate, block)

    @torch.jit.export
    def latency(self) -> int:
        return self.stream.inner.latency()
