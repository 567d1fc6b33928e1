"""FIR filters with state across blocks, designed in TorchScript for whatever rate comes."""

import math
from typing import List, Union

import torch
from torch import Tensor, nn

from studio.document.treatment import Filter
from studio.wrappers.blocks.filter_type import FilterType

BETA = 9.5  # of the Kaiser window: what is stopped is 90 dB down
LONG = 768  # taps from which a transform is quicker than the sum
ANY_RATE = 48000
PRECISION = 1e-7  # of the greatest gain: what a minimum-phase filter stops is not made quieter than this


class SincFilter(nn.Module):
    """A windowed-sinc filter for every channel alike.

    Args:
        low_hz: lower corner, where the gain is one half; 0 for a low pass.
        high_hz: upper corner; 0 for a high pass.
        kind: `low`, `high`, `band` or `stop`.
        taps: length of the impulse response, odd. The transition is about 5.7·rate/taps Hz wide.
        phase: `linear` delays everything by (taps − 1)/2 samples; `minimum` by the least that has the same gains.
        channels: of the sound, at most.
        sample_rate: in Hz, until `prepare` says another.

    Shapes: `[channels, n]` in and out, in blocks of any size.
    """

    taps: Tensor
    past: Tensor

    def __init__(
        self,
        kind: str = "low",
        low_hz: float = 0.0,
        high_hz: float = 0.0,
        taps: int = 255,
        phase: str = "linear",
        channels: int = 1,
        sample_rate: int = ANY_RATE,
    ) -> None:
        super().__init__()
        said = Filter.model_validate({"kind": kind, "low_hz": low_hz, "high_hz": high_hz, "taps": taps, "phase": phase})
        self.kind, self.low_hz, self.high_hz = said.kind, said.low_hz, said.high_hz
        self.minimum, self.size, self.delay = said.phase == "minimum", said.taps, 0
        self.long, self.beta, self.precision = LONG, BETA, PRECISION  # TorchScript sees attributes only
        self.register_buffer("taps", torch.zeros(1))
        self.register_buffer("past", torch.zeros(channels, said.taps - 1))
        self.prepare(sample_rate)

    @torch.jit.export
    def prepare(self, sample_rate: int) -> None:
        """Design it for a rate in Hz and forget what was heard."""
        taps = self.design(float(sample_rate))
        if self.minimum:
            taps = self.with_least_delay(taps)
        self.delay = self.lateness(taps) if self.minimum else (self.size - 1) // 2
        self.taps = taps.to(torch.float32)
        self.reset()

    @torch.jit.export
    def reset(self) -> None:
        self.past.zero_()

    @torch.jit.export
    def latency(self) -> int:
        """Samples by which it is late.

        Exact for linear phase; for minimum phase the centre of its energy, rounded: the group delay, averaged over
        what is let through.
        """
        return self.delay

    def low_pass(self, cutoff_hz: float, sample_rate: float) -> Tensor:
        """A low pass with gain 1 at 0 Hz, float64; all is let through from the Nyquist frequency on."""
        centre = (self.size - 1) // 2
        n = torch.arange(-centre, centre + 1, dtype=torch.float64)
        angle = n * (math.pi * min(1.0, 2.0 * cutoff_hz / sample_rate))
        one = torch.ones_like(n)
        sinc = torch.where(n == 0, one, torch.sin(angle) / torch.where(n == 0, one, angle))
        inner = torch.clamp(1.0 - (n / centre) * (n / centre), min=0.0)
        made = sinc * torch.i0(self.beta * torch.sqrt(inner))
        return made / made.sum()

    def design(self, sample_rate: float) -> Tensor:
        impulse = torch.zeros(self.size, dtype=torch.float64)
        impulse[(self.size - 1) // 2] = 1.0
        if self.kind == "low":
            return self.low_pass(self.high_hz, sample_rate)
        if self.kind == "high":
            return impulse - self.low_pass(self.low_hz, sample_rate)
        band = self.low_pass(self.high_hz, sample_rate) - self.low_pass(self.low_hz, sample_rate)
        return band if self.kind == "band" else impulse - band

    def with_least_delay(self, taps: Tensor) -> Tensor:
        """The same gains with minimum phase: the cepstrum is folded onto its causal half."""
        size = 1024
        while size < 16 * self.size:
            size *= 2
        gains = torch.abs(torch.fft.rfft(taps, size))
        logs = torch.log(torch.clamp(gains, min=float(gains.max()) * self.precision))
        cepstrum = torch.fft.irfft(logs, size)
        cepstrum[1 : size // 2] *= 2.0
        cepstrum[size // 2 + 1 :] = 0.0
        folded = torch.view_as_real(torch.fft.rfft(cepstrum))
        size_of = torch.exp(folded[:, 0])
        spectrum = torch.stack([size_of * torch.cos(folded[:, 1]), size_of * torch.sin(folded[:, 1])], 1)
        return torch.fft.irfft(torch.view_as_complex(spectrum.contiguous()), size)[: self.size]

    def lateness(self, taps: Tensor) -> int:
        """The group delay, weighted by what each frequency lets through, in whole samples."""
        n = torch.arange(self.size, dtype=torch.float64)
        energy = taps * taps
        return int(torch.floor((energy * n).sum() / energy.sum() + 0.5))

    def forward(self, x: Tensor) -> Tensor:
        whole = torch.cat([self.past[: x.size(0)], x], 1)
        self.past[: x.size(0)] = whole[:, x.size(1) :]  # in place: a trace keeps it
        if self.size >= self.long:
            return self.transformed(whole)
        kernel = self.taps.flip(0).reshape(1, 1, -1)
        return torch.conv1d(whole.unsqueeze(1), kernel).squeeze(1)

    def transformed(self, whole: Tensor) -> Tensor:
        """The same sum by one long transform."""
        size = 1024
        while size < whole.size(1):
            size *= 2
        product = torch.fft.rfft(whole, size) * torch.fft.rfft(self.taps, size)
        return torch.fft.irfft(product, size)[:, self.size - 1 : whole.size(1)]


TYPES = {"lowpass": "low", "highpass": "high", "bandpass": "band", "bandstop": "stop"}


class FIRFilter(SincFilter):
    """The same for authors, under the names of Neutone's SDK, for one or two channels.

    Args:
        cutoffs: one corner in Hz, or two for a band.
        sample_rate: in Hz.
        filt_size: taps, odd.
        filt_type: lowpass, highpass, bandpass or bandstop; a FilterType too.
        phase: `linear` or `minimum`.
        channels: at most so many.
    """

    def __init__(
        self,
        cutoffs: List[float],
        sample_rate: int,
        filt_size: int = 257,
        filt_type: Union[str, FilterType] = "lowpass",
        phase: str = "linear",
        channels: int = 2,
    ) -> None:
        filt_type = filt_type.value if isinstance(filt_type, FilterType) else filt_type
        if filt_type not in TYPES:
            raise ValueError(f"filt_type is one of {', '.join(TYPES)}, not {filt_type!r}")
        if len(cutoffs) != (1 if filt_type in ("lowpass", "highpass") else 2):
            raise ValueError(f"a {filt_type} filter has {'two corners' if 'band' in filt_type else 'one corner'}")
        low, high = (0.0, cutoffs[0]) if filt_type == "lowpass" else (cutoffs[0], cutoffs[-1])
        super().__init__(TYPES[filt_type], low, high, filt_size, phase, channels, sample_rate)
