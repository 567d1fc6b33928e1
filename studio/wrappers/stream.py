"""The shell that lets any host call a captured wrapper: host ▸ fold ▸ resample ▸ queue ▸ model ▸ and back."""

import math
from typing import Any, List

import torch
from torch import Tensor, nn

from studio.wrappers import torchscript
from studio.wrappers.captured import Captured
from studio.wrappers.choice import choose_block, choose_rate, least_delay
from studio.wrappers.resampler import Resampler
from studio.wrappers.torchscript import ScriptModule


class Stream(nn.Module):
    """Run a captured wrapper under a host's sample rate, block size and channel count.

    Call `prepare` with the host's rate and the block size it promises for every call; then `forward`. A host that
    breaks its promise gets all samples, in order and as many as it gave, but later: by `late` more samples than said.

    Shapes: audio `[host channels, n]`, params `[n_params, n]` 0…1 → `[host channels, n]` for a model with one
        output, else `[rows of all outputs, n]`. The result is good until the next call: it may be the model's own.
    Latency: none of its own where the model takes the host's rate and block. Else, with model block B and
        model rate = host rate·L/M: (B − gcd(n·L, B·M)/M) model samples, rounded up to whole host samples, plus
        2N/L for the two filters. No queue can do with less: it is the longest wait for a block to fill.
    """

    rates: List[int]  # torch reads the types of lists that may be empty here
    sizes: List[int]
    held: List[Tensor]
    held_params: List[Tensor]
    ready: Tensor
    turns: Tensor
    no_sound: Tensor

    def __init__(self, captured: Captured) -> None:
        super().__init__()
        call = captured.call
        self.inner: Any = captured.module
        self.channels_in, self.rows = call.channels_in, call.channels_out
        self.folds = len(call.outputs) == 1
        self.n_params = len(captured.numeric)
        self.rates = list(call.sample_rates)
        self.sizes = list(call.block_sizes)
        self.min_block, self.multiple = call.min_block, call.multiple
        self.ratio_up, self.ratio_down = call.ratio
        self.host_rate, self.host_block, self.model_rate, self.block = 48000, 0, 48000, 0
        self.fits, self.direct, self.converts_in, self.converts_out = True, True, False, False
        self.buffering, self.filtering, self.late = 0, 0, 0
        self.resample_in, self.resample_out = Resampler(call.resampling), Resampler(call.resampling)
        self.held, self.held_params, self.count = [], [], 0  # what waits for a block of the model to fill
        self.at = 0  # where in `ready` the host goes on
        self.register_buffer("ready", torch.zeros(1, 0))
        self.register_buffer("turns", torch.zeros(0, dtype=torch.int64))
        self.register_buffer("no_sound", torch.zeros(self.rows, 0))

    @torch.jit.export
    def prepare(self, host_rate: int, host_block: int) -> None:
        """Choose the model's rate and block for this host, allocate, and reset."""
        self.set_up(host_rate, host_block, self.choose_rate(host_rate), 0)

    @torch.jit.export
    def set_up(self, host_rate: int, host_block: int, model_rate: int, model_block: int) -> None:
        """The same with the model's rate given, and its block too unless that is 0."""
        self.host_rate, self.host_block, self.model_rate = host_rate, host_block, model_rate
        common = math.gcd(model_rate, host_rate)
        up, down = model_rate // common, host_rate // common
        rate_out = model_rate * self.ratio_up // self.ratio_down
        common = math.gcd(rate_out, host_rate)
        back_up, back_down = host_rate // common, rate_out // common
        self.converts_in, self.converts_out = up != down, back_up != back_down
        self.block = model_block
        if model_block <= 0:
            self.block = choose_block(self.sizes, self.min_block, self.multiple, host_block, up, down)
        same = not self.converts_in and not self.converts_out
        self.fits = same and (self.block == 0 or self.block == host_block)
        self.buffering = 0 if self.fits else least_delay(host_block, max(1, self.block), up, down)
        self.filtering = 0
        if self.converts_in:
            self.resample_in.prepare(up, down, up, self.channels_in)
            self.turns = torch.zeros(0, dtype=torch.int64)  # those of another rate are of no use
            self.filtering += self.resample_in.centre // up
        if self.converts_out:
            self.resample_out.prepare(back_up, back_down, back_down, self.rows)
            self.filtering += self.resample_out.centre // back_down
        self.inner.prepare(model_rate, self.block if self.block > 0 else host_block)
        self.reset()

    @torch.jit.export
    def reset(self) -> None:
        """Forget everything that was heard."""
        self.inner.reset()
        self.resample_in.reset()
        self.resample_out.delay_by(self.buffering)
        self.direct, self.late = self.fits, 0
        self.held.clear()
        self.held_params.clear()
        self.count, self.at = 0, 0
        self.ready = torch.zeros(self.rows, 0 if self.converts_out else self.buffering)

    @torch.jit.export
    def latency(self) -> int:
        """Host samples by which the output lags behind the input, all in all."""
        return self.buffering_latency() + self.model_latency()

    @torch.jit.export
    def buffering_latency(self) -> int:
        return self.buffering + self.filtering + self.late

    @torch.jit.export
    def model_latency(self) -> int:
        return (self.inner.latency() * self.host_rate * 2 + self.model_rate) // (2 * self.model_rate)

    def choose_rate(self, host_rate: int) -> int:
        return choose_rate(self.rates, host_rate)

    def fold_in(self, audio: Tensor) -> Tensor:
        have = audio.size(0)
        if have == self.channels_in:
            return audio
        if self.channels_in == 1:
            return torch.mean(audio, dim=0, keepdim=True)
        if have == 1:
            return audio.expand(self.channels_in, audio.size(1)).contiguous()
        return audio[torch.remainder(torch.arange(self.channels_in), have)]

    def fold_out(self, made: Tensor, channels: int) -> Tensor:
        if not self.folds or made.size(0) == channels:
            return made.contiguous()
        if made.size(0) == 1:
            return made.expand(channels, made.size(1)).contiguous()
        if channels == 1:
            return torch.mean(made, dim=0, keepdim=True)
        return made[:channels].contiguous()

    def stretch(self, params: Tensor, first: int, n: int) -> Tensor:
        """Knob positions for the next n samples of the model: each takes the latest position that the host gave.

        Args:
            params: the host's, for the block that begins with its sample `first`.
            first: counted from the last reset.
            n: of the model.
        """
        up, down = self.resample_in.up, self.resample_in.down
        start = self.resample_in.next - n
        frame = start // up
        column = start - frame * up
        if self.turns.size(0) < column + n:
            self.turns = torch.div(torch.arange(up + n) * down, up, rounding_mode="floor")
        return params.index_select(1, self.turns[column : column + n] + (frame * down - first))

    def hold(self, x: Tensor, params: Tensor) -> None:
        """Keep what does not fill a block; a copy, since the host's buffer is its own."""
        self.held.append(x if self.converts_in else x.clone())
        if self.n_params > 0:
            self.held_params.append(params if self.converts_in else params.clone())
        self.count += x.size(1)

    def run_blocks(self, x: Tensor, params: Tensor) -> Tensor:
        """Feed the model whole blocks and keep the rest for the next call: `[rows, any number]`."""
        n, block = x.size(1), self.block
        if block == 0:
            return self.inner(x, params) if n > 0 else self.no_sound
        if self.count + n < block:
            self.hold(x, params)
            return self.no_sound
        total = self.count + n
        if self.count > 0:
            self.held.append(x)
            x = torch.cat(self.held, 1)
            if self.n_params > 0:
                self.held_params.append(params)
                params = torch.cat(self.held_params, 1)
            self.held.clear()
            self.held_params.clear()
            self.count = 0
        made: List[Tensor] = []
        at = 0
        while at + block <= total:
            made.append(self.inner(self.part(x, at, block), self.part(params, at, block)))
            at += block
        if at < total:
            self.hold(x[:, at:], params[:, at:])
        return made[0] if len(made) == 1 else torch.cat(made, 1)

    def part(self, whole: Tensor, at: int, n: int) -> Tensor:
        """Samples `at` to `at` + n, as one piece of memory: many a model asks for that."""
        return whole if whole.size(1) == n else whole[:, at : at + n].contiguous()

    def advance(self, audio: Tensor, params: Tensor) -> Tensor:
        """Everything up to the model's own output, `[rows, any number]`, at its rate."""
        x = self.fold_in(audio)
        if self.converts_in:
            first = self.resample_in.heard
            x = self.resample_in(x)
            params = self.stretch(params, first, x.size(1)) if self.n_params > 0 else x[:0]
        return self.run_blocks(x, params)

    @torch.jit.export
    def drain(self, audio: Tensor, params: Tensor) -> Tensor:
        """What is ready after this input, without waiting for a full block: `[rows, any number]`, unfolded."""
        made = self.advance(audio, params)
        if not self.converts_out:
            return made
        early = max(0, -self.resample_out.next)
        return self.resample_out(made)[:, early:]

    def give(self, made: Tensor, n: int) -> Tensor:
        """Queue the model's output and take n samples from the queue."""
        if made.size(1) == n and self.at == self.ready.size(1):
            return made
        if made.size(1) > 0:
            self.ready = torch.cat([self.ready[:, self.at :], made], 1)
            self.at = 0
        start, self.at = self.at, min(self.at + n, self.ready.size(1))
        return self.ready[:, start : self.at]

    def forward(self, audio: Tensor, params: Tensor) -> Tensor:
        n, channels = audio.size(1), audio.size(0)
        if self.direct:
            if self.block == 0 or self.block == n:
                return self.fold_out(self.inner(self.fold_in(audio), params), channels)
            self.direct = False  # until the next reset: what was not promised has to be queued
        made = self.advance(audio, params)
        if self.converts_out:
            out = self.resample_out.take(made, min(n, self.resample_out.ready(made.size(1))))
        else:
            out = self.give(made, n)
        if out.size(1) < n:  # the host broke its promise: late, but never short
            self.late += n - out.size(1)
            out = torch.constant_pad_nd(out, [n - out.size(1), 0])
        return self.fold_out(out, channels)


def open_stream(captured: Captured) -> ScriptModule:
    """A scripted Stream around a captured wrapper; call its `prepare` before anything else."""
    return torchscript.script(Stream(captured).eval())
