"""Small wrappers, one for each thing a host makes hard."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from studio.document.call import Output
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.wrappers.base import WaveformToLabels, WaveformToWaveform, WaveformToWaveformBase, describe
from studio.wrappers.capture import capture

CARD = ModelCard(
    name="Little model", authors=("A", "B"), short_description="Short.", long_description="Long.",
    technical_description="Technical.", technical_links={"Paper": "https://example.org"}, tags=("test",),
    citation="None.", license="MIT", domain_tags=("music",), sample_rate=44100,
)  # fmt: skip


class Identity(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x * 1.0


class Clipper(WaveformToWaveformBase):
    def is_input_mono(self) -> bool:
        return False

    def is_output_mono(self) -> bool:
        return False

    def get_neutone_parameters(self) -> list[Parameter]:
        return [Parameter("low", "below", default=0.5), Parameter("high", "above", default=0.9, min=0.1, max=0.9),
                Parameter("gain", "of both", default=6.0, min=-12.0, max=12.0, unit="dB")]  # fmt: skip

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        gain = 10.0 ** (params["gain"] / 20.0)
        return torch.minimum(torch.maximum(x, -params["low"] * gain), params["high"] * gain)


class Tcn(WaveformToWaveformBase):
    """A valid convolution that lives on look-behind."""

    def __init__(self) -> None:
        super().__init__(nn.Sequential(nn.Conv1d(1, 4, 9, dilation=4), nn.Tanh(), nn.Conv1d(4, 1, 3)))

    def get_look_behind_samples(self) -> int:
        return 34

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        return self.model(x.unsqueeze(0)).squeeze(0)


class Blocks(WaveformToWaveformBase):
    """Turns each block of exactly 2048 samples around: nothing else can do that."""

    def get_native_sample_rates(self) -> list[int]:
        return [44100]

    def get_native_buffer_sizes(self) -> list[int]:
        return [2048]

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        return torch.flip(x.reshape(1, 2048), [1])


class Gru(WaveformToWaveform):
    """Remembers, and branches on what it hears, so that only its source is true to it."""

    def __init__(self) -> None:
        super().__init__(nn.GRU(1, 4, batch_first=True))
        self.mix = nn.Linear(4, 1)
        self.register_buffer("state", torch.zeros(1, 1, 4))

    def do_forward_pass(self, x: Tensor) -> Tensor:
        made, self.state = self.model(x.unsqueeze(2), self.state)
        if float(x.abs().max()) > 0.8:
            made = made * 0.5
        return self.mix(made).squeeze(2)


class Wide(WaveformToWaveform):
    """Stereo, and takes multiples of 64 from 256 samples on."""

    def do_forward_pass(self, x: Tensor) -> Tensor:
        assert x.size(0) == 2 and x.size(1) >= 256 and x.size(1) % 64 == 0, "wrong shape"
        return torch.cat([x[:1] + 0.5 * x[1:], x[1:] - 0.5 * x[:1]])


class Knobs(WaveformToWaveformBase):
    """Returns its knobs' values as sound."""

    def get_neutone_parameters(self) -> list[Parameter]:
        return [
            Parameter("cutoff", "of nothing", default=1000.0, min=20.0, max=20000.0, unit="Hz", curve="logarithmic"),
            Parameter("shape", kind="choice", default="hard", choices=("soft", "hard", "fold")),
            Parameter("on", kind="toggle", default=True),
        ]

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        return 0.0 * x + params["cutoff"] / 20000.0 + 0.1 * params["shape"] + params["on"]


class Late(WaveformToWaveformBase):
    """A delay of 100 samples that says so."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("line", torch.zeros(1, 100))

    def calc_model_delay_samples(self) -> int:
        return 100

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        whole = torch.cat([self.line, x], 1)
        self.line = whole[:, x.size(1) :]
        return whole[:, : x.size(1)]


class Stems(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return torch.cat([x, -x, 0.5 * x])


class Doubler(WaveformToWaveform):
    """Gives two samples for each."""

    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x.repeat_interleave(2, dim=1)


class Halves(WaveformToLabels):
    """Says which half of each 1000 samples is the louder one."""

    def do_forward_pass(self, x: Tensor) -> tuple[Tensor, Tensor]:
        count = x.size(1) // 1000
        parts = x[:, : count * 1000].reshape(count, 2, 500).abs().sum(2)
        starts = torch.arange(count) * (1000.0 / 44100.0)
        return parts.argmax(1), torch.stack([starts, starts + 500.0 / 44100.0], 1)


class Wild(WaveformToLabels):
    """Names a class that is not there, and times outside the sound."""

    def do_forward_pass(self, x: Tensor) -> tuple[Tensor, Tensor]:
        times = torch.tensor([[-1.0, 0.5], [0.6, 0.7], [0.9, 1.2], [2.0, 3.0]])
        return torch.tensor([0, 2, 1, 1]) + 0 * x[0, :4].long(), times


class Gelu(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return nn.functional.gelu(x)


class Bessel(WaveformToWaveform):
    """Needs an operator that came after LibTorch 1.9."""

    def do_forward_pass(self, x: Tensor) -> Tensor:
        return torch.special.bessel_j0(x)


class Padded(WaveformToWaveform):
    """A causal convolution the way most people write it, and a reflection."""

    def __init__(self) -> None:
        super().__init__(nn.Conv1d(1, 1, 8, bias=False))

    def do_forward_pass(self, x: Tensor) -> Tensor:
        made = self.model(nn.functional.pad(x.unsqueeze(0), (7, 0)))
        return nn.functional.pad(made, (1, 1), mode="reflect").squeeze(0)[:, 1:-1]


CALLS = {
    Wide: {"channels_in": 2, "outputs": (Output(name="output", channels=2),), "min_block": 256, "multiple": 64},
    Stems: {"outputs": tuple(Output(name=name) for name in ("drums", "bass", "other"))},
}


def captured(kind, labels=(), **changes):
    """A captured wrapper of that class, and a card that every host takes."""
    torch.manual_seed(1)
    wrapper = kind()
    call, said = describe(wrapper)
    call = call.model_copy(update={**CALLS.get(kind, {}), **changes})
    card = CARD.model_copy(update={"parameters": said.parameters, "labels": tuple(labels)})
    return capture(wrapper, call, card)[0]
