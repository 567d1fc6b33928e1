"""Packages made by other toolkits: what they have is played, what they lack is told."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from studio.errors import HostError
from studio.hosts.audacity import read as read_audacity
from studio.hosts.neutone import read as read_neutone
from studio.hosts.reference import stream_reference
from studio.storage import write_text
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive

KNOB = {"name": "Gain", "description": "", "default_value": "0.5", "used": "True", "type": "knob"}
UNUSED = {"name": "", "description": "", "default_value": "0.0", "used": "False", "type": "knob"}


class Foreign(nn.Module):
    """A gain with a delay of 7 samples at the plugin's rate, with the least that a root has."""

    def __init__(self, realtime: bool = True) -> None:
        super().__init__()
        self.realtime = realtime
        self.register_buffer("line", torch.zeros(2, 7))

    def forward(self, x: Tensor, params: Tensor | None = None) -> Tensor:
        assert params is not None and params.size(0) == 4, "four knobs"
        whole = torch.cat([self.line, x], 1)
        self.line = whole[:, x.size(1) :]
        return whole[:, : x.size(1)] * params[:1]

    @torch.jit.export
    def set_daw_sample_rate_and_buffer_size(self, daw_sr: int, daw_bs: int) -> None:
        self.reset()

    @torch.jit.export
    def reset(self) -> None:
        self.line = torch.zeros(2, 7)

    @torch.jit.export
    def calc_buffering_delay_samples(self) -> int:
        return 7

    @torch.jit.export
    def calc_model_delay_samples(self) -> int:
        return 0

    @torch.jit.export
    def get_default_param_values(self) -> Tensor:
        return torch.tensor([[0.5], [0.0], [0.0], [0.0]])

    @torch.jit.export
    def get_native_sample_rates(self) -> list[int]:
        return []


class Doubles(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, 2 * x])


@pytest.fixture
def neutone(tmp_path):
    def make(module):
        described = {"model_name": "Theirs", "neutone_parameters": {"p1": KNOB, "p2": UNUSED}}
        save_archive(
            torchscript.script(module.eval()), tmp_path / "theirs.nm", {"metadata.json": json.dumps(described)}
        )
        return tmp_path / "theirs.nm"

    return make


def test_a_foreign_neutone_model_plays(neutone, noise):
    opened = read_neutone(neutone(Foreign()))
    sound = noise(2, 2000)
    heard = stream_reference(opened, sound, 44100, 128, (0.25,))
    assert (opened.card.name, [each.name for each in opened.numeric], heard.latency) == ("Theirs", ["Gain"], 7)
    np.testing.assert_allclose(heard.expected, 0.25 * sound, atol=1e-7)


def test_a_generator_is_refused(neutone):
    with pytest.raises(HostError, match="cannot be played live"):
        read_neutone(neutone(Foreign(realtime=False)))


def test_something_else_in_a_nm_file_is_refused(neutone):
    with pytest.raises(HostError, match="not what the Neutone plugin calls"):
        read_neutone(neutone(Doubles()))


def test_a_foreign_audacity_model_plays(tmp_path, noise):
    described = {"effect_type": "waveform-to-waveform", "labels": ["one", "two"], "sample_rate": 16000,
                 "multichannel": False, "short_description": "", "long_description": "", "domain_tags": []}  # fmt: skip
    save_archive(torchscript.script(Doubles()), tmp_path / "model.pt", {})
    write_text(tmp_path / "metadata.json", json.dumps(described))
    opened = read_audacity(tmp_path)
    heard = stream_reference(opened, noise(1, 4000), 16000, 500, ())
    assert [output.name for output in opened.call.outputs] == ["one", "two"]
    np.testing.assert_allclose(heard.expected[1], 2 * heard.audio[0])
