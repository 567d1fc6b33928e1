"""Models as strangers write them; each is here for one way of being called."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Same(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 9, padding=4)

    def forward(self, x):
        return torch.tanh(self.conv(x))


class Causal(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv1d(1, 8, 5), nn.Conv1d(8, 1, 3, dilation=4)

    def forward(self, x):
        return self.second(F.pad(torch.tanh(self.first(F.pad(x, (4, 0)))), (8, 0)))


class Valid(Causal):
    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


class WideValid(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv1d(1 if at == 0 else 4, 4, 3, dilation=2**at) for at in range(11)])
        self.head = nn.Conv1d(4, 1, 1)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)


class Recurrent(nn.Module):
    kind, time_first = nn.GRU, False

    def __init__(self):
        super().__init__()
        self.rnn = self.kind(1, 8, batch_first=not self.time_first)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


class TimeFirst(Recurrent):
    kind, time_first = nn.LSTM, True


class GivenState(Recurrent):
    def forward(self, x, h=None):
        y, h = self.rnn(x, h)
        return self.head(y), h


class NeededPair(Recurrent):
    kind = nn.LSTM

    def forward(self, x, hc: tuple[Tensor, Tensor]):
        y, hc = self.rnn(x, hc)
        return self.head(y), hc


class TwoStates(Recurrent):
    kind = nn.LSTM

    def forward(self, x, h, c):
        y, (h, c) = self.rnn(x, (h, c))
        return self.head(y), h, c


class KeptState(Recurrent):
    def __init__(self):
        super().__init__()
        self.hidden = None

    def forward(self, x):
        y, self.hidden = self.rnn(x, self.hidden)
        return self.head(y) + x


class Cache(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 5)

    def forward(self, x, cache):
        joined = torch.cat([cache, x], -1)
        return self.conv(joined), joined[..., -4:]


class BatchTime(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 9)

    def forward(self, x):
        return self.conv(F.pad(x.unsqueeze(1), (8, 0))).squeeze(1)


class Separator(nn.Module):
    """[B, T] to [B, sources, T]."""

    def __init__(self):
        super().__init__()
        self.encode, self.mask = nn.Conv1d(1, 16, 16, stride=8), nn.Conv1d(16, 48, 1)
        self.decode = nn.ConvTranspose1d(16, 1, 16, stride=8)

    def forward(self, x):
        y = self.encode(x.unsqueeze(1))
        mask = torch.sigmoid(self.mask(y)).view(x.shape[0], 3, 16, -1)
        return self.decode((mask * y.unsqueeze(1)).flatten(0, 1)).view(x.shape[0], 3, -1)


class Samples(nn.Module):
    """[T], sample by sample."""

    def __init__(self):
        super().__init__()
        self.pole = nn.Parameter(torch.tensor(0.5))

    def forward(self, x):
        held, made = torch.zeros(()), []
        for n in range(x.shape[0]):
            held = self.pole * held + (1 - self.pole) * x[n]
            made.append(held)
        return torch.stack(made)


class MidSide(nn.Module):
    def forward(self, x):
        return torch.stack([x[0] + x[1], x[0] - x[1]])


class Conditioned(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.film, self.head = nn.Conv1d(1, 8, 5), nn.Linear(3, 16), nn.Conv1d(8, 1, 1)

    def forward(self, x, p):
        gain, bias = self.film(p).unsqueeze(-1).chunk(2, 1)
        return self.head(torch.tanh(self.conv(F.pad(x, (4, 0))) * gain + bias))


class MaybeConditioned(Conditioned):
    def forward(self, x, p: Tensor | None = None):
        return super().forward(x, torch.full((1, 3), 0.2) if p is None else p)


class TwoVectors(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.a, self.b = nn.Conv1d(1, 8, 5), nn.Linear(2, 8), nn.Linear(4, 8)
        self.head = nn.Conv1d(8, 1, 1)

    def forward(self, x, p, q):
        return self.head(self.conv(F.pad(x, (4, 0))) * self.a(p)[..., None] + self.b(q)[..., None])


class EverySample(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 1, 1)

    def forward(self, x, c):
        return self.conv(torch.cat([x, c], 1))


class Clipper(nn.Module):
    def forward(self, x, min: float, max: float, gain: float):  # noqa: A002 - as users name them
        return torch.clip(x, min=-min * gain, max=max * gain)


class Knobs(nn.Module):
    def forward(self, x, drive=2.0, mix=0.5, bypass: bool = False, cutoff_hz=1000.0, stages=2, mode="soft"):
        if bypass:
            return x
        y = x
        for _ in range(stages):
            y = torch.tanh(y * drive * (cutoff_hz / 1000.0))
        return y * mix + x * (1 - mix)


class WantsRate(nn.Module):
    def forward(self, x, sample_rate: int):
        return torch.tanh(x * (sample_rate / 44100))


class StemAxis(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 8, 1)

    def forward(self, x):
        return self.conv(x).reshape(x.shape[0], 4, 2, -1)


class StemDict(StemAxis):
    def forward(self, x):
        y = self.conv(x)
        return {"vocals": y[:, :2], "drums": y[:, 2:4]}


class WithExtras(nn.Module):
    class Answer(NamedTuple):
        level: Tensor
        audio: Tensor
        logits: Tensor

    def forward(self, x):
        return self.Answer(x.abs().mean(), x * 0.5, torch.zeros(1, 10))


class Nested(nn.Module):
    def forward(self, x):
        return {"out": (torch.tanh(x), x.mean())}


class Doubler(nn.Module):
    def forward(self, x):
        return x.repeat_interleave(2, -1)


class Halver(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 2, stride=2)

    def forward(self, x):
        return self.conv(x)


class Tail(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ConvTranspose1d(1, 1, 17)

    def forward(self, x):
        return self.conv(x)


class Delay(nn.Module):
    def forward(self, x):
        return F.pad(x, (64, 0))[..., : x.shape[-1]]


class KeptDelay(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("past", torch.zeros(1, 1, 64))

    def forward(self, x):
        joined = torch.cat([self.past, x], -1)
        self.past = joined[..., -64:]
        return joined[..., : x.shape[-1]]


class LinearPhase(nn.Module):
    def __init__(self):
        super().__init__()
        at = torch.arange(127) - 63
        self.register_buffer("taps", (torch.sinc(at * 0.25) * torch.hann_window(129, False)[1:-1])[None, None])

    def forward(self, x):
        return F.conv1d(F.pad(x, (126, 0)), self.taps)


class Blocks512(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(512, 512)

    def forward(self, x):
        return self.net(x)


class Blocks1024Or2048(nn.Module):
    def forward(self, x):
        if x.shape[-1] not in (1024, 2048):
            raise ValueError("block must be 1024 or 2048")
        return torch.tanh(x)


class Strided(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv1d(1, 4, 16, stride=16), nn.ConvTranspose1d(4, 1, 16, stride=16)

    def forward(self, x):
        return self.up(torch.tanh(self.down(x)))


class PaddedStride(Strided):
    def forward(self, x):
        return super().forward(F.pad(x, (0, -x.shape[-1] % 16)))[..., : x.shape[-1]]


class Frames480(nn.Module):
    def forward(self, x):
        batch, channels, samples = x.shape
        return torch.tanh(x.view(batch, channels, samples // 480, 480)).reshape(batch, channels, samples)


class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(512))

    def forward(self, x):
        batch, channels, samples = x.shape
        bins = torch.stft(x.reshape(-1, samples), 512, 128, window=self.window, return_complex=True)
        made = torch.istft(bins * torch.sigmoid(bins.abs()), 512, 128, window=self.window, length=samples)
        return made.reshape(batch, channels, samples)


class Normalised(nn.Module):
    def forward(self, x):
        return x / x.abs().max().clamp(min=1e-6)


class Threshold(nn.Module):
    """A memory that a small change does not show: an envelope switches the gain."""

    def forward(self, x):
        level = F.avg_pool1d(F.pad(x.abs(), (199, 0)), 200, 1)
        return torch.where(level > 0.2, x * 0.25, x)


class Random(nn.Module):
    def forward(self, x):
        return x + 0.01 * torch.randn_like(x)


class InPlace(nn.Module):
    def forward(self, x):
        return x.mul_(2)


class NotANumber(nn.Module):
    def forward(self, x):
        return torch.log(x)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv1d(1, 8, 9, padding=4), nn.Linear(8, 5)

    def forward(self, x):
        return self.head(self.conv(x).mean(-1))


class Whole(nn.Module):
    def forward(self, x):
        return (x * 32767).to(torch.int16)


class Fails(nn.Module):
    def forward(self, x):
        raise RuntimeError("not ready yet")


class Deaf(nn.Module):
    def forward(self, x):
        return torch.zeros_like(x)


class WideKnob(nn.Module):
    """Any number of channels; its only layer is not on the sound's way."""

    def __init__(self):
        super().__init__()
        self.level = nn.Linear(6, 1)

    def forward(self, x, settings):
        if settings.dim() != 1:
            raise ValueError("one vector")
        return x * self.level(settings)


class NamedStems(StemAxis):
    def __init__(self):
        super().__init__()
        self.sources = ["drums", "bass", "other", "vocals"]


class Worded(nn.Module):
    def forward(self, x, mode: str):
        if mode == "soft":
            return torch.tanh(x)
        if mode == "hard":
            return x.clamp(-0.1, 0.1)
        raise ValueError(f"unknown mode {mode!r}")


class Reshaped1024(nn.Module):
    """What a trace of 1024 samples with a written-out shape does: [2, 512] fits it too."""

    def forward(self, x):
        return torch.tanh(x).reshape(1, 1, 1024)


class NoForward(nn.Module):
    def process(self, x):
        return x
