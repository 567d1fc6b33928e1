"""Models that score classes frame by frame: what is known of each by its making is the reference."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from studio.document.call import corrected
from studio.errors import ModelError
from studio.loading.labelling import Wish
from studio.loading.probe import experiment
from studio.wrappers.adapter import make_adapter
from studio.wrappers.base import FrameLabels
from studio.wrappers.capture import capture


class Spectral(nn.Module):
    """[B, T] to [B, frames]: centred frames of 400 samples, every 160."""

    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(400))

    def forward(self, x):
        spectrum = torch.stft(x, 400, 160, window=self.window, return_complex=True).abs()
        return torch.sigmoid(20.0 * (spectrum.mean(1) - 1.0))


class Shares(nn.Module):
    """[B, 1, T] to [B, classes, frames] that share one whole."""

    labels = ("silence", "low", "high")

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Conv1d(1, 16, 320, stride=320), nn.ReLU(), nn.Conv1d(16, 3, 1))

    def forward(self, x):
        return torch.softmax(self.net(x), 1)


class Last(Shares):
    """[B, 1, T] to [B, frames, classes], logarithms."""

    def forward(self, x):
        return torch.log_softmax(self.net(x), 1).transpose(1, 2)


class Named(Shares):
    """A dict with something else that follows the frames."""

    def forward(self, x):
        inner = self.net[0](x)
        return {"embedding": inner.transpose(1, 2), "activity": torch.sigmoid(self.net[1:](inner))}


class Flat(nn.Module):
    """[T] to [frames]."""

    def forward(self, x):
        whole = x.shape[-1] // 441
        power = x[: whole * 441].reshape(whole, 441).pow(2).mean(1)
        return power / (power + 0.001)


class Chunks(nn.Module):
    """[B, 512] and nothing else to [B, 1], with a memory."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.into, self.cell, self.out = nn.Linear(512, 8), nn.GRUCell(8, 8), nn.Linear(8, 1)
        self.register_buffer("memory", torch.zeros(1, 8))

    def forward(self, x):
        self.memory = self.cell(torch.relu(self.into(x)), self.memory)
        return torch.sigmoid(self.out(self.memory))


class Scores(nn.Module):
    """Plain numbers: only who made it knows that they are scores."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Conv1d(1, 4, 512, stride=256)

    def forward(self, x):
        return 30.0 * self.net(x.unsqueeze(1))


@pytest.mark.parametrize(
    ("kind", "hop", "start", "form", "exclusive"),
    [
        (Spectral, 160, -80, "probability", False),
        (Shares, 320, 0, "probability", True),
        (Last, 320, 0, "softmax", True),
        (Named, 320, 0, "probability", False),
        (Flat, 441, 0, "probability", False),
        (Chunks, 512, 0, "probability", False),
    ],
)
def test_frames_are_found(kind, hop, start, form, exclusive):
    found = experiment(kind().eval(), "model")
    said = found.call.decoding
    assert found.call.labels and (said.frame_hop, said.frame_start) == (hop, start)
    assert (said.form, said.exclusive) == (form, exclusive)
    assert any(str(hop) in each and "made into labels" in each for each in found.facts)
    assert any("--call" in each for each in found.facts)


def test_names_of_classes_are_the_models_own_and_silence_is_none():
    found = experiment(Shares().eval(), "model")
    assert found.card.labels == ("silence", "low", "high") and found.call.decoding.background == 0
    said = experiment(Shares().eval(), "model", wish=Wish(labels=("a", "b", "none")))
    assert said.card.labels == ("a", "b", "none") and said.call.decoding.background == 2


@pytest.mark.parametrize("kind", [Spectral, Shares, Last, Named, Flat, Chunks])
def test_the_captured_model_finds_what_is_loud(kind, tmp_path):
    """A burst from 1.0 to 1.5 s: classes that answer to loudness have a label there, in the compiled module."""
    found = experiment(kind().eval(), "model")
    call = corrected(found.call, {"sample_rates": [16000]})
    captured, _ = capture(make_adapter(found.module, "model", call, (), tmp_path), call, found.card)
    sound = torch.zeros(1, 48000)
    sound[:, 16000:24000] = torch.rand(1, 8000, generator=torch.Generator().manual_seed(1)) * 2 - 1
    for length in (48000, 47999, 700, 1):
        index, times = captured.module(sound[:, :length], torch.zeros(0, length))
        assert ((times[:, 0] < times[:, 1]) & (times[:, 1] <= length / 16000 + 1e-6)).all() and len(index) == len(times)
    if kind in (Spectral, Flat):
        _, times = captured.module(sound, torch.zeros(0, 48000))
        assert times.shape == (1, 2) and float((times[0] - torch.tensor([1.0, 1.5])).abs().max()) < 0.02


def test_scores_that_may_be_anything_are_asked_about():
    with pytest.raises(ModelError, match="gives no sound") as refused:
        experiment(Scores().eval(), "model")
    assert "decoding" in refused.value.hint and refused.value.fields == ("decoding",)
    for wish in (Wish(frames=True), Wish(labels=("a", "b", "c", "d"))):
        found = experiment(Scores().eval(), "model", wish=wish)
        assert found.call.decoding.form == "softmax" and found.call.decoding.frame_hop == 256
        assert any("no probabilities" in each for each in found.facts)


def test_who_says_that_it_is_none_is_believed():
    with pytest.raises(ModelError, match="gives no sound"):
        experiment(Spectral().eval(), "model", wish=Wish(frames=False))


class Every(nn.Module):
    def __init__(self, step):
        super().__init__()
        self.step = step

    def forward(self, x):
        return x[..., :: self.step].abs().clamp(0, 1)


@pytest.mark.parametrize("step", [1, 4, 16])
def test_an_effect_that_decimates_stays_an_effect(step):
    found = experiment(Every(step).eval(), "model")
    assert not found.call.labels and found.call.ratio == (1, step)


def test_a_correction_keeps_what_it_does_not_name():
    found = experiment(Spectral().eval(), "model")
    call = corrected(found.call, {"decoding": {"on": 0.9, "off": 0.1}})
    assert (call.decoding.on, call.decoding.off, call.decoding.frame_hop) == (0.9, 0.1, 160)


class Author(FrameLabels):
    """What a person writes who wants no experiment."""

    def get_labels(self):
        return ["loud"]

    def do_forward_pass(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, : x.size(1) // 256 * 256].reshape(1, -1, 256).abs().amax(2)


class Wrong(FrameLabels):
    def do_forward_pass(self, x: torch.Tensor) -> torch.Tensor:
        return x * 0.5


def test_a_wrapper_of_ones_own_needs_only_its_scores():
    found = experiment(Author(), "Author")
    assert found.call.decoding.frame_hop == 256 and found.card.labels == ("loud",) and found.call.wrapper
    with pytest.raises(ModelError, match="scores of classes"):
        experiment(Wrong(), "Wrong")
