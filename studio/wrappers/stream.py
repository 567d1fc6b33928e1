"""The shell that lets any host call a captured wrapper: host ▸ fold ▸ resample ▸ queue ▸ model ▸ and back."""

import math
from typing import Any, List, Tuple

import torch
from torch import Tensor, nn

from studio.wrappers import torchscript
from studio.wrappers.captured import Captured
from studio.wrappers.resampler import Resampler
from studio.wrappers.torchscript import ScriptModule


class Stream(nn.Module):
    """Run a captured wrapper under a host's sample rate, block size and channel count.

    Call `prepare` with the host's rate and the block size it promises for every call; then `forward`.

    Shapes: audio `[host channels, n]`, params `[n_params, n]` 0…1 → `[host channels, n]` for a model with one
        output, else `[rows of all outputs, n]`.
    Latency: none of its own where the model takes the host's rate and block. Else, with model block B and
        model rate = host rate·L/M: (B − gcd(n·L, B·M)/M) model samples, rounded up to whole host samples, plus
        2N/L for the two filters. No queue can do with less: it is the longest wait for a block to fill.
    """

    rates: List[int]  # torch reads the types of lists that may be empty here
    sizes: List[int]
    waiting: Tensor
    waiting_params: Tensor
    ready: Tensor

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
        self.direct, self.converts_in, self.converts_out = True, False, False
        self.buffering, self.filtering = 0, 0
        self.resample_in, self.resample_out = Resampler(), Resampler()
        self.register_buffer("waiting", torch.zeros(1, 0))
        self.register_buffer("waiting_params", torch.zeros(1, 0))
        self.register_buffer("ready", torch.zeros(1, 0))

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
        self.block = model_block if model_block > 0 else self.choose_block(host_block, up, down)
        same = not self.converts_in and not self.converts_out
        self.direct = same and (self.block == 0 or self.block == host_block)
        self.buffering = 0 if self.direct else self.least_delay(host_block, max(1, self.block), up, down)
        self.filtering = 0
        if self.converts_in:
            self.resample_in.prepare(up, down, up, self.channels_in)
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
        self.resample_out.reset()
        self.waiting = torch.zeros(self.channels_in, 0)
        self.waiting_params = torch.zeros(self.n_params, 0)
        self.ready = torch.zeros(self.rows, self.buffering)

    @torch.jit.export
    def latency(self) -> int:
        """Host samples by which the output lags behind the input, all in all."""
        return self.buffering_latency() + self.model_latency()

    @torch.jit.export
    def buffering_latency(self) -> int:
        return self.buffering + self.filtering

    @torch.jit.export
    def model_latency(self) -> int:
        return (self.inner.latency() * self.host_rate * 2 + self.model_rate) // (2 * self.model_rate)

    def choose_rate(self, host_rate: int) -> int:
        """The host's own where the model takes it, else the nearest of the model's."""
        best = host_rate
        for rate in self.rates:
            if rate == host_rate:
                return host_rate
            if best == host_rate or abs(rate - host_rate) < abs(best - host_rate):
                best = rate
        return best

    def choose_block(self, n: int, up: int, down: int) -> int:
        """Samples for each call of the model; 0 where it takes whatever comes."""
        if len(self.sizes) > 0:
            return self.choose_size(n * up // down)
        if self.min_block <= 1 and self.multiple <= 1:
            return 0
        least = (self.min_block + self.multiple - 1) // self.multiple * self.multiple
        if up == down:
            times = 1  # whole host blocks wait less than odd ones, unless they have to be much longer
            while (times - 1) * n <= least - math.gcd(least, n):
                if times * n >= self.min_block and (times * n) % self.multiple == 0:
                    return times * n
                times += 1
        return least

    def choose_size(self, n: int) -> int:
        """Of the model's sizes: n itself, else the least multiple of n, else the next larger, else the nearest."""
        best, best_rank = self.sizes[0], 1 << 60
        for size in self.sizes:
            rank = (1 << 40) + n - size
            if size == n:
                rank = 0
            elif n > 0 and size % n == 0:
                rank = size
            elif size > n:
                rank = (1 << 20) + size
            if rank < best_rank:
                best, best_rank = size, rank
        return best

    def least_delay(self, n: int, block: int, up: int, down: int) -> int:
        """The longest that a host sample waits for its model block to fill, in whole host samples."""
        step = math.gcd(n * up, block * down)
        return (block * down - step + up - 1) // up

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
            return made
        if made.size(0) == 1:
            return made.expand(channels, made.size(1)).contiguous()
        if channels == 1:
            return torch.mean(made, dim=0, keepdim=True)
        return made[:channels]

    def run_blocks(self, x: Tensor, params: Tensor) -> Tensor:
        """Feed the model whole blocks and keep the rest for the next call."""
        if self.block == 0:
            return self.inner(x, params) if x.size(1) > 0 else torch.zeros(self.rows, 0)
        self.waiting = torch.cat([self.waiting, x], 1)
        self.waiting_params = torch.cat([self.waiting_params, params], 1)
        made: List[Tensor] = []
        while self.waiting.size(1) >= self.block:
            made.append(self.inner(self.waiting[:, : self.block], self.waiting_params[:, : self.block]))
            self.waiting = self.waiting[:, self.block :]
            self.waiting_params = self.waiting_params[:, self.block :]
        return torch.cat(made, 1) if len(made) > 0 else torch.zeros(self.rows, 0)

    def stretch(self, params: Tensor, n: int) -> Tensor:
        """Knob positions at the model's rate: each sample takes the nearest earlier position."""
        if params.size(0) == 0:
            return torch.zeros(0, n)
        at = torch.div(torch.arange(n) * params.size(1), n, rounding_mode="floor")
        return params[:, at]

    def to_model(self, audio: Tensor, params: Tensor) -> Tuple[Tensor, Tensor]:
        x = self.fold_in(audio)
        if self.converts_in:
            x = self.resample_in(x)
            params = self.stretch(params, x.size(1))
        return x, params

    @torch.jit.export
    def drain(self, audio: Tensor, params: Tensor) -> Tensor:
        """What is ready after this input, without waiting for a full block: `[rows, any number]`, unfolded."""
        x, params = self.to_model(audio, params)
        made = self.run_blocks(x, params)
        return self.resample_out(made) if self.converts_out else made

    def forward(self, audio: Tensor, params: Tensor) -> Tensor:
        if self.direct:
            return self.fold_out(self.inner(self.fold_in(audio), params), audio.size(0))
        n = audio.size(1)
        self.ready = torch.cat([self.ready, self.drain(audio, params)], 1)
        if self.ready.size(1) < n:  # the host broke its promise: late, but never short
            self.ready = torch.constant_pad_nd(self.ready, [n - self.ready.size(1), 0])
        out = self.ready[:, :n]
        self.ready = self.ready[:, n:]
        return self.fold_out(out, audio.size(0))


def open_stream(captured: Captured) -> ScriptModule:
    """A scripted Stream around a captured wrapper; call its `prepare` before anything else."""
    return torchscript.script(Stream(captured).eval())
