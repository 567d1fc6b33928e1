"""Models as people write them, opened with a treatment: what is captured is the model, late by what is said."""

from __future__ import annotations

import math

import pytest
import torch

from studio.document.opened import ModelSource
from studio.errors import ModelError
from studio.jobs import probe
from studio.wrappers.captured import load_captured

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"
SOURCES = {
    "Film": """class Film(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b, self.film = nn.Conv1d(1, 6, 9, padding=4), nn.Conv1d(6, 1, 9, padding=4), nn.Linear(2, 12)

    def forward(self, x, cond):
        scale, shift = self.film(cond).chunk(2, -1)
        return self.b(torch.tanh(self.a(x)) * scale.unsqueeze(-1) + shift.unsqueeze(-1)) + x
""",
    "Deep": """class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.drive = 2.0
        self.net = nn.Sequential(nn.Conv1d(1, 6, 33, padding=16), nn.Tanh(), nn.Conv1d(6, 1, 33, padding=16))

    def forward(self, x):
        return self.net(x * self.drive)
""",
    "Hidden": """class Hidden(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.lstm, self.out = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)

    def forward(self, x, hc):
        made, hc = self.lstm(x, hc)
        return self.out(made), hc
""",
    "Carried": """class Carried(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.gru, self.out = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)

    def forward(self, x, h=None):
        made, h = self.gru(x, h)
        return self.out(made) + x, h
""",
    "Average": """class Average(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(1, 1, 5, padding=2)

    def forward(self, x):
        return self.c(x) - x.mean(dim=-1, keepdim=True)
""",
    "Mask": """class Mask(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Linear(129, 129), nn.Sigmoid())

    def forward(self, magnitude, amount: float = 1.0):
        return 1 - amount * (1 - self.net(magnitude.transpose(1, 2)).transpose(1, 2))
""",
    "Image": """class Image(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.Conv2d(2, 1, 3, padding=1), nn.Sigmoid())

    def forward(self, x):
        return self.net(x)
""",
    "Drive": """class Drive(nn.Module):
    def forward(self, x, drive):
        return x * drive
""",
    "Wrapped": """from typing import Dict
from torch import Tensor
from studio import Parameter, WaveformToWaveform


class Wrapped(WaveformToWaveform):
    def __init__(self):
        torch.manual_seed(0)
        super().__init__(nn.Sequential(nn.Conv1d(1, 4, 17, padding=8), nn.Tanh(), nn.Conv1d(4, 1, 17, padding=8)))

    def get_parameters(self):
        return [Parameter("level")]

    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        return self.model(x.unsqueeze(0)).squeeze(0) * params["level"]
""",
    "Precise": """class Precise(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.c = nn.Conv1d(1, 1, 5, padding=2).double()

    def forward(self, x):
        return self.c(x.double())
""",
}


@pytest.fixture
def opened(tmp_path):
    """The captured wrapper of a source, as a child process would stage it, and what is said about it."""

    def open_(name, **call):
        card = call.pop("card", None)
        path = tmp_path / f"{name.lower()}.py"
        path.write_text(HEAD + SOURCES[name])
        source = ModelSource(path=str(path), call=call, card=card)
        request = {"source": source.model_dump(), "folder": str(tmp_path), "digest": ""}
        found = probe.run(request, lambda _share, _said: None)
        return load_captured(tmp_path / "captured.pt"), found["facts"]

    return open_


def model(name):
    scope: dict[str, object] = {}
    exec(HEAD + SOURCES[name], scope)
    return scope[name]().eval().requires_grad_(False)


def play(captured, x, sizes, positions=()):
    captured.module.reset()
    knobs = torch.tensor(positions).reshape(-1, 1)
    with torch.inference_mode():
        made = [captured.module(part, knobs.expand(-1, part.shape[1]).clone()) for part in x.split(sizes, 1)]
        return torch.cat(made, 1)


def apart(one, other):
    return 20 * math.log10(max(float((one - other).abs().max() / other.abs().max()), 1e-12))


def test_a_model_with_knobs_keeps_its_past_and_its_knobs(opened):
    captured, facts = opened("Film", cached=True)
    x = torch.randn(1, 4096)
    assert captured.call.cached and captured.call.latency == 8 and captured.call.look_behind == 0
    assert not any("given to it again" in each for each in facts)
    for turned in ([0.2, 0.9], [1.0, 0.0]):
        made = play(captured, x, [1, 31, 1000, 64, 3000], turned)
        whole = model("Film")(x[None], torch.tensor([turned]))[0]
        assert apart(made[:, 24:], whole[:, 16:-8]) <= -100


def test_an_attribute_that_a_knob_turns_is_turned_in_the_cached_model_too(opened):
    card = {"parameters": [{"name": "drive", "min": 0.0, "max": 4.0, "default": 2.0, "drives": "attribute:drive"}]}
    captured, _ = opened("Deep", cached=True, card=card)
    reference, x = model("Deep"), torch.randn(1, 2048) * 0.3
    reference.drive = 3.0
    made = play(captured, x, 256, [0.75])
    assert apart(made[:, 100:], reference(x[None])[0][:, 68:-32]) <= -100


def test_caches_are_offered_where_they_are_proved_and_refused_with_the_reason(opened):
    assert any("--call cached=true" in each for each in opened("Deep")[1])
    assert not any("cached" in each for each in opened("Average")[1])
    with pytest.raises(ModelError, match="mean is taken over the whole block") as refused:
        opened("Average", cached=True)
    assert refused.value.fields == ("cached",)
    with pytest.raises(ModelError, match="keeps state already"):
        opened("Hidden", cached=True)


@pytest.mark.parametrize("name", ["Hidden", "Carried"])
def test_recurrent_state_is_carried_from_block_to_block_and_a_broken_block_is_forgotten(opened, name):
    captured, _ = opened(name)
    x, reference = torch.randn(1, 3000), model(name)
    zeros = torch.zeros(1, 1, 8)
    whole = reference(x.t()[None], (zeros, zeros) if name == "Hidden" else zeros)[0][0].t()
    assert apart(play(captured, x, [1, 499, 500, 2000]), whole) <= -100
    play(captured, torch.full((1, 64), math.nan), 64)
    assert apart(play(captured, x, 1000), whole) <= -100


def test_look_ahead_is_what_the_model_is_given_and_the_delay(opened):
    captured, _ = opened("Deep", look_behind=64, look_ahead=40)
    x = torch.randn(1, 4000)
    assert captured.call.latency == int(captured.module.latency()) == 40
    assert apart(play(captured, x, [7, 993, 1000, 2000])[:, 200:], model("Deep")(x[None])[0][:, 160:-40]) <= -100


@pytest.mark.parametrize("amount", [0.0, 1.0])
def test_a_network_of_spectra_is_played_with_its_knob(opened, amount):
    captured, _ = opened("Mask", spectrum={"n_fft": 256, "hop": 64, "layout": "BFT"})
    x, window = torch.randn(2, 64 * 60), torch.hann_window(256)
    assert captured.call.latency == 192 and captured.call.multiple == 64
    made = play(captured, x, 64, [amount])
    spectra = torch.stft(x, 256, 64, window=window, return_complex=True)
    whole = torch.istft(spectra * model("Mask")(spectra.abs(), amount), 256, 64, window=window, length=x.shape[1])
    assert apart(made[:, 192 + 512 :], whole[:, 512:-192]) <= -90


def test_a_model_that_counts_in_double_precision_is_played_in_single(opened):
    captured, _ = opened("Precise")
    made = play(captured, torch.randn(1, 512), 128)
    assert made.dtype == torch.float32 and made.shape == (1, 512)


@pytest.mark.parametrize(("name", "n_fft", "layout"), [("Mask", 256, "BFT"), ("Image", 1024, "BCFT")])
def test_a_network_of_spectra_is_recognised_by_its_layers(opened, name, n_fft, layout):
    captured, facts = opened(name)
    found = captured.call.spectrum
    assert (found.n_fft, found.layout, found.mask) == (n_fft, layout, True) and any("spectra" in each for each in facts)


def test_smoothing_and_every_sample_of_a_knob_reach_the_model(opened):
    knob = {"name": "drive", "min": 0.0, "max": 4.0, "default": 2.0, "drives": "argument:drive", "smoothing_ms": 5.0}
    captured, _ = opened("Drive", aggregate="samples", card={"parameters": [knob]})
    captured.module.prepare(48000, 512)
    captured.module.reset()
    quiet, loud = torch.zeros(1, 512), torch.ones(1, 512)
    made = torch.cat([captured.module(loud, knobs) for knobs in (quiet, loud, loud)], 1)[0, 512:]
    time = torch.arange(1, 1025) / (0.005 * 48000)
    assert torch.allclose(made, 4 * (1 - torch.exp(-time)), atol=1e-4)


def test_a_wrapper_of_the_authors_keeps_its_past(opened):
    captured, _ = opened("Wrapped", cached=True)
    x = torch.randn(1, 2048)
    made = play(captured, x, [1, 47, 1000, 1000], [0.5])
    network = model("Wrapped").model
    assert captured.call.latency == 16
    assert apart(made[:, 64:], 0.5 * network(x[None])[0][:, 48:-16]) <= -100
