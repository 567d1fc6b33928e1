"""Convolutional amplifier networks are written as .nam files, whether they were read from one or are the user's own."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from amplifier_files import FILES, guitarml, nam, put, sounds_like
from little_models import CARD
from torch import nn
from torch.nn.functional import pad

from studio.document.amplifier import check_guitarml, check_nam
from studio.document.card import ModelCard
from studio.document.check import passed
from studio.document.kinds import recognise
from studio.errors import HostError
from studio.hosts import guitarml as guitarml_host
from studio.hosts import nam as nam_host
from studio.loading.amplifier import load_amplifier
from studio.wrappers.base import WaveformToWaveform, describe
from studio.wrappers.capture import capture


def reopened(tmp_path, said):
    path = put(tmp_path / "amp.nam", said)
    wrapper, card, _ = load_amplifier(path, recognise(path))
    return capture(wrapper, describe(wrapper)[0].model_copy(update={"sample_rates": (48000,)}), card)[0]


@pytest.mark.parametrize("name", FILES)
def test_a_nam_file_comes_back_as_it_was(tmp_path, work, noise, name):
    said, x = nam(name), noise(1, 400)
    model = reopened(tmp_path, said)
    path = nam_host.package(model, work(model))[0]
    made = json.loads(path.read_text())
    check_nam(made, path.name)
    assert passed(nam_host.verify(path, nam_host.reference(model, x, 48000)))
    np.testing.assert_allclose(sounds_like(made, x[0]), sounds_like(said, x[0]), atol=1e-5)
    if not name.startswith("lstm") and "norm" not in name:  # first states are settled, norms are within the weights
        np.testing.assert_allclose(made["weights"], said["weights"], rtol=1e-6)


@pytest.mark.parametrize(("unit", "skip"), [("LSTM", 1), ("GRU", 0)])
def test_a_guitarml_file_comes_back_as_it_was(tmp_path, work, unit, skip):
    said = guitarml(unit, skip)
    model = reopened(tmp_path, said)
    made = json.loads(guitarml_host.package(model, work(model))[0].read_text())
    assert check_guitarml(made, "made")[0] == check_guitarml(said, "said")[0]
    for name, value in said["state_dict"].items():
        np.testing.assert_allclose(made["state_dict"][name], value, rtol=1e-6)


class Layer(nn.Module):
    def __init__(self, c, d, gated):
        super().__init__()
        self._conv = nn.Conv1d(c, c * (1 + gated), 3, dilation=d)
        self._input_mixer = nn.Conv1d(1, c * (1 + gated), 1, bias=False)
        self._1x1 = nn.Conv1d(c, c, 1)
        self.c, self.gated = c, gated

    def forward(self, x, sound):
        z = self._conv(x)
        z = z + self._input_mixer(sound)[:, :, -z.shape[2] :]
        z = torch.tanh(z[:, : self.c]) * torch.sigmoid(z[:, self.c :]) if self.gated else torch.relu(z)
        return x[:, :, -z.shape[2] :] + self._1x1(z), z


class TrainersWaveNet(nn.Module):
    """As the trainer writes it: valid convolutions, everything cut to the shortest, a gain that is a plain number."""

    reach, gain = 2 * (1 + 4 + 3), 0.3

    def __init__(self, gated=True):
        super().__init__()
        torch.manual_seed(4)
        self._rechannel = nn.Conv1d(1, 4, 1, bias=False)
        self._layers = nn.ModuleList(Layer(4, each, gated) for each in (1, 4, 3))
        self._head_rechannel = nn.Conv1d(4, 1, 1)

    def forward(self, sound):
        x, terms = self._rechannel(sound), []
        for layer in self._layers:
            x, term = layer(x, sound)
            terms.append(term)
        length = terms[-1].shape[2]
        return self.gain * self._head_rechannel(sum(term[:, :, -length:] for term in terms))


class Plain(TrainersWaveNet):
    def __init__(self):
        super().__init__(gated=False)


class Normed(nn.Sequential):
    """A ConvNet with norms that have learned something."""

    reach = 6

    def __init__(self):
        torch.manual_seed(5)
        blocks = [
            [nn.Conv1d(a, 4, 2, dilation=d, bias=False), nn.BatchNorm1d(4), nn.Tanh()] for a, d in ((1, 1), (4, 5))
        ]
        super().__init__(*blocks[0], *blocks[1], nn.Conv1d(4, 1, 1))
        for norm in (self[1], self[4]):
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.4, 2)
            nn.init.normal_(norm.weight)
            nn.init.normal_(norm.bias)


class Impulse(nn.Conv1d):
    reach = 11

    def __init__(self):
        torch.manual_seed(6)
        super().__init__(1, 1, 12, bias=False)


class Squared(Impulse):
    def forward(self, x):
        return super().forward(x) ** 2


class ThreeTaps(nn.Sequential):
    reach = 2

    def __init__(self):
        super().__init__(nn.Conv1d(1, 4, 3), nn.Tanh(), nn.Conv1d(4, 1, 1))


class Padded(WaveformToWaveform):
    def do_forward_pass(self, x):
        return self.model(pad(x[None], (self.model.reach, 0)))[0]


def captured(kind):
    wrapper = Padded(kind())
    call = describe(wrapper)[0].model_copy(update={"look_behind": kind.reach})
    return capture(wrapper.eval(), call, ModelCard(**{**CARD.model_dump(), "sample_rate": 48000}))[0]


@pytest.mark.parametrize(
    ("kind", "architecture", "dilations"),
    [(TrainersWaveNet, "WaveNet", [1, 4, 3]), (Plain, "WaveNet", [1, 4, 3]), (Normed, "ConvNet", [1, 5]),
     (Impulse, "Linear", None)],
)  # fmt: skip
def test_a_users_network_of_such_a_shape_is_written(work, noise, kind, architecture, dilations):
    model, x = captured(kind), noise(1, 300)
    path = nam_host.package(model, work(model))[0]
    said = json.loads(path.read_text())
    check_nam(said, path.name)
    assert said["architecture"] == architecture and passed(nam_host.verify(path, nam_host.reference(model, x, 48000)))
    held = said["config"].get("dilations") or said["config"].get("layers", [{}])[0].get("dilations")
    with torch.no_grad():
        heard = Padded(kind()).eval().do_forward_pass(torch.tensor(np.pad(x, ((0, 0), (100, 0))))).numpy()[0, 100:]
    assert held == dilations
    np.testing.assert_allclose(sounds_like(said, x[0]), heard, atol=1e-5)


@pytest.mark.parametrize(("kind", "said"), [(Squared, "something else"), (ThreeTaps, "its convolutions are others")])
def test_a_network_of_another_shape_is_refused(work, kind, said):
    model = captured(kind)
    with pytest.raises(HostError, match=said) as refused:
        nam_host.package(model, work(model))
    assert refused.value.hint


@pytest.mark.parametrize("name", ["linear", "convnet", "wavenet"])
def test_a_damaged_file_is_noticed(tmp_path, work, noise, name):
    model = reopened(tmp_path, nam(name))
    heard = nam_host.reference(model, noise(1, 500), 48000)
    path = nam_host.package(model, work(model))[0]
    said = json.loads(path.read_text())
    put(path, {**said, "weights": [said["weights"][0] + 0.2, *said["weights"][1:]]})
    assert not passed(nam_host.verify(path, heard))
    for weights in (said["weights"][:-1], [*said["weights"], 0.1]):
        put(path, {**said, "weights": weights})
        assert [check.id for check in nam_host.verify(path, heard)] == ["nam.loads"]
