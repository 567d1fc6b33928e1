"""State-variable filters that may be turned at every sample.

Trapezoidal integration of the two states, after Wishnick, "Time-varying filters for musical applications", DAFx 2014.
The recursion is summed up pairwise instead of sample by sample.
"""

import math
from typing import Optional, Union

import torch
from torch import Tensor, nn

from studio.wrappers.blocks.filter_type import FilterType

LEAST = 1e-4  # Hz, and of the resonance
MIXES = {"lowpass": [0.0, 1.0, 0.0], "highpass": [0.0, 0.0, 1.0], "bandpass": [1.0, 0.0, 0.0]}


@torch.jit.script_if_tracing  # type: ignore[untyped-decorator]
def states(turn: Tensor, push: Tensor, first: Tensor) -> Tensor:
    """s[0] = first, s[n + 1] = turn[n]·s[n] + push[n].

    Shapes: turn `[n, rows, 2, 2]`, push `[n, rows, 2]`, first `[rows, 2]` → `[n + 1, rows, 2]`.
    """
    pushed = torch.cat([first.unsqueeze(0), push]).unsqueeze(-1)
    turned = torch.cat([torch.zeros_like(turn[:1]), turn])  # nothing reaches back before the first
    step = 1
    while step < pushed.size(0):  # each sample knows of twice as many before it
        pushed = torch.cat([pushed[:step], pushed[step:] + torch.matmul(turned[step:], pushed[:-step])])
        turned = torch.cat([turned[:step], torch.matmul(turned[step:], turned[:-step])])
        step *= 2
    return pushed.squeeze(-1)


class StateVariable(nn.Module):
    """The filter itself, for one or more channels.

    Shapes, time first: audio `[n, channels]`; `g` and `twoR` `[n, channels, 1]`; `mix` of band, low and high pass
    `[n, channels, 3]` → `[channels, n]`.
    """

    state: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("state", torch.zeros(2, 2))

    @torch.jit.export
    def reset(self) -> None:
        self.state.zero_()

    def forward(self, audio: Tensor, g: Tensor, twoR: Tensor, mix: Tensor) -> Tensor:  # noqa: N803 - a caller's name
        samples, rows = audio.size(0), audio.size(1)
        if rows > self.state.size(0):
            self.state = self.state.new_zeros([rows, 2])
        wide, damping = g.double(), twoR.double()
        scale = 1.0 / (1.0 + wide * (wide + damping))
        answer = scale * torch.cat([torch.ones_like(wide), -wide, wide, 1.0 + damping * wide], -1)
        answer = answer.reshape(samples, rows, 2, 2)
        push = wide * scale * torch.cat([torch.ones_like(wide), wide], -1) * audio.double().unsqueeze(-1)
        turn = 2.0 * answer - torch.eye(2, dtype=torch.float64, device=audio.device)
        held = states(turn, 2.0 * push, self.state[:rows].double())
        self.state[:rows] = held[samples].to(self.state.dtype)
        made = push + torch.matmul(answer, held[:samples].unsqueeze(-1)).squeeze(-1)
        band, low = damping.squeeze(-1) * made[..., 0], made[..., 1]
        mixed = mix[..., 0] * band + mix[..., 1] * low + mix[..., 2] * (audio - band - low)
        return mixed.to(audio.dtype).transpose(0, 1)


class IIRSVF(nn.Module):
    """The filter for whoever turns it at every sample.

    Shapes: audio `[channels, n]`; `cutoff` in Hz and `resonance` `[channels, n, 1]`; `mix` of band, low and high pass
    `[channels, n, 3]` → `[channels, n]`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.svf = StateVariable()
        self.delay, self.least = 0, LEAST

    @torch.jit.export
    def reset(self) -> None:
        self.svf.reset()

    def forward(self, audio: Tensor, cutoff: Tensor, resonance: Tensor, mix: Tensor, sample_rate: int) -> Tensor:
        inside = torch.clamp(cutoff, min=self.least, max=sample_rate / 2 - self.least)
        g = torch.tan(math.pi / sample_rate * inside).transpose(0, 1)
        damping = 1.0 / torch.clamp(resonance, min=self.least).transpose(0, 1)
        return self.svf(audio.transpose(0, 1), g, damping, mix.transpose(0, 1))


class IIRFilter(nn.Module):
    """A low, high or band pass of the second order.

    Args:
        filt_type: LOWPASS, HIGHPASS or BANDPASS, or the word in small letters.
        cutoff: corner or centre in Hz.
        resonance: how sharp; the reciprocal of the damping.

    The rate is 48 kHz until `set_parameters` says another. Shapes: `[channels, n]` in and out, in blocks of any size.
    """

    g: Tensor
    twoR: Tensor  # noqa: N815 - a checkpoint's name
    mix: Tensor

    def __init__(self, filt_type: Union[FilterType, str], cutoff: float, resonance: float) -> None:
        super().__init__()
        for name, size in (("g", 1), ("twoR", 1), ("mix", 3)):
            self.register_buffer(name, torch.zeros(1, 1, size))
        self.kind, self.cutoff, self.resonance, self.sample_rate = "", float(cutoff), float(resonance), 48000
        self.mixes, self.delay, self.least = MIXES, 0, LEAST
        self.svf = StateVariable()
        self.set_parameters(FilterType(filt_type))

    @torch.jit.export
    def reset(self) -> None:
        self.svf.reset()

    @torch.jit.export
    def set_parameters(
        self,
        filt_type: Optional[FilterType] = None,
        cutoff: Optional[float] = None,
        resonance: Optional[float] = None,
        sample_rate: Optional[int] = None,
    ) -> None:
        """Change what is given; what was heard goes on."""
        if filt_type is not None:
            kind: str = filt_type.value
            assert kind in self.mixes, "an IIRFilter is a LOWPASS, HIGHPASS or BANDPASS"
            self.kind = kind
        rate = self.sample_rate if sample_rate is None else sample_rate
        self.sample_rate = rate
        self.cutoff = max(min(self.cutoff if cutoff is None else cutoff, rate / 2 - self.least), self.least)
        self.resonance = max(self.resonance if resonance is None else resonance, self.least)
        self.g = torch.full_like(self.g, math.tan(math.pi / rate * self.cutoff))
        self.twoR = torch.full_like(self.twoR, 1.0 / self.resonance)
        self.mix = torch.tensor(self.mixes[self.kind], device=self.mix.device).reshape(1, 1, 3)

    def forward(self, audio: Tensor) -> Tensor:
        rows, samples = audio.size(0), audio.size(1)
        g, damping = self.g.expand(samples, rows, -1), self.twoR.expand(samples, rows, -1)
        return self.svf(audio.transpose(0, 1), g, damping, self.mix.expand(samples, rows, -1))
