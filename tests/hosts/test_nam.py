"""Amplifier files, played by an inference of their own and compared with torch."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from little_models import Identity, Knobs, captured
from torch import Tensor, nn

from studio.document.check import passed
from studio.errors import HostError
from studio.hosts import guitarml, nam
from studio.wrappers.base import WaveformToWaveform


class Amp(WaveformToWaveform):
    """A recurrent amplifier that carries its state from block to block."""

    cell, layers, skip = nn.LSTM, 1, False

    def __init__(self) -> None:
        super().__init__()
        self.rec, self.lin = self.cell(1, 6, self.layers, batch_first=True), nn.Linear(6, 1)
        self.register_buffer("h", torch.zeros(self.layers, 1, 6))
        self.register_buffer("c", torch.zeros(self.layers, 1, 6))

    def do_forward_pass(self, x: Tensor) -> Tensor:
        made, (h, c) = self.rec(x.unsqueeze(2), (self.h, self.c))
        self.h.copy_(h)
        self.c.copy_(c)
        return self.lin(made).squeeze(2)


class TwoLayers(Amp):
    layers = 2


class Skipping(Amp):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        made, (h, c) = self.rec(x.unsqueeze(2), (self.h, self.c))
        self.h.copy_(h)
        self.c.copy_(c)
        return self.lin(made).squeeze(2) + x


class Squared(Amp):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        made, (h, c) = self.rec(x.unsqueeze(2), (self.h, self.c))
        self.h.copy_(h)
        self.c.copy_(c)
        return self.lin(made * made).squeeze(2)


class GruAmp(Amp):
    cell = nn.GRU

    def do_forward_pass(self, x: Tensor) -> Tensor:
        made, h = self.rec(x.unsqueeze(2), self.h)
        self.h.copy_(h)
        return self.lin(made).squeeze(2)


class Stateless(Amp):
    """As most people write it: each call begins anew, so the app puts past sound before each block."""

    def do_forward_pass(self, x: Tensor) -> Tensor:
        return self.lin(self.rec(x.unsqueeze(2))[0]).squeeze(2)


FITS = [
    (nam, Stateless),
    (guitarml, Stateless),
    (nam, Amp),
    (nam, TwoLayers),
    (guitarml, Amp),
    (guitarml, Skipping),
    (guitarml, GruAmp),
]


@pytest.mark.parametrize(("host", "kind"), FITS)
def test_the_file_sounds_as_the_model(host, kind, work, noise):
    model = captured(kind, **({"look_behind": 17} if kind is Stateless else {}))
    path = host.package(model, work(model))[0]
    checks = host.verify(path, host.reference(model, noise(1, 20000), 44100))
    assert [check.verdict for check in checks] == ["pass", "pass"] and checks[1].value < 1e-5


def test_the_nam_file_is_laid_out_as_published(work):
    """One layer: a matrix [4H, 1 + H], a bias [4H], two states [H], the head [H] and its bias."""
    model = captured(Amp)
    said = json.loads(nam.package(model, work(model))[0].read_text())
    assert said["architecture"] == "LSTM" and said["version"].startswith("0.5.")
    assert said["config"] == {"input_size": 1, "hidden_size": 6, "num_layers": 1} and said["sample_rate"] == 44100
    assert len(said["weights"]) == 24 * 7 + 24 + 12 + 7
    weights = {name.rpartition(".")[2]: value for name, value in model.module.named_parameters()}
    assert said["weights"][0] == pytest.approx(weights["weight_ih_l0"][0, 0].item())
    np.testing.assert_allclose(said["weights"][1:7], weights["weight_hh_l0"][0], rtol=1e-6)


def test_the_guitarml_file_is_laid_out_as_published(work):
    model = captured(Skipping)
    path = guitarml.package(model, work(model))[0]
    said = json.loads(path.read_text())
    assert path.name == "little-model.json" and said["model_data"]["skip"] == 1
    assert said["model_data"]["unit_type"] == "LSTM" and said["model_data"]["hidden_size"] == 6
    assert np.shape(said["state_dict"]["rec.weight_hh_l0"]) == (24, 6)
    assert np.shape(said["state_dict"]["lin.weight"]) == (1, 6)


@pytest.mark.parametrize(
    ("host", "kind", "said"),
    [
        (nam, Identity, "no LSTM or GRU"),
        (nam, Knobs, "knobs"),
        (nam, GruAmp, "no GRU"),
        (nam, Squared, "something else"),
        (nam, Skipping, "something else"),
        (guitarml, TwoLayers, "one recurrent layer"),
    ],
)
def test_other_networks_are_refused(host, kind, said, work):
    model = captured(kind)
    with pytest.raises(HostError, match=said) as refused:
        host.package(model, work(model))
    assert refused.value.hint and not any(work(model).folder.rglob("*.*"))


@pytest.mark.parametrize("host", [nam, guitarml])
def test_a_damaged_file_is_noticed(host, work, noise):
    model = captured(Amp)
    heard = host.reference(model, noise(1, 20000), 44100)
    path = host.package(model, work(model))[0]
    text = path.read_text()
    path.write_text(text.replace("0.", "0.1", 3))
    assert not passed(host.verify(path, heard))
    path.write_text(text[:-10])
    assert [check.id.partition(".")[2] for check in host.verify(path, heard)] == ["loads"]
