"""Models and wrappers that once were misunderstood, or ended in a fault of ours."""

import little_networks as networks
import pytest
import torch

from studio.document.kinds import recognise
from studio.document.opened import ModelSource
from studio.errors import FileError, ModelError
from studio.loading.open_file import load_model
from studio.loading.probe import experiment
from studio.loading.tidy import tidy
from studio.wrappers import torchscript

WRAPPER = """
from typing import Dict
from torch import Tensor
from studio import Parameter, WaveformToWaveformBase


class W(WaveformToWaveformBase):
    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        return {answer}

    {more}
"""
SETTINGS = """
from dataclasses import dataclass
from torch import nn


@dataclass
class Config:
    factor: float = 0.5


class Gain(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.factor = config.factor

    def forward(self, x):
        return x * self.factor
"""


def probe(cls):
    torch.manual_seed(3)
    return experiment(tidy(cls()), cls.__name__)


def load(folder, text, name="model.py"):
    (folder / name).write_text(text)
    return load_model(ModelSource(path=str(folder / name)), recognise(folder / name))


def test_a_layer_beside_the_sound_does_not_say_how_many_channels():
    call = probe(networks.WideKnob).call
    assert (call.channels_in, call.channels_out, call.arguments[0].shape) == (2, 2, (6,))


def test_stems_are_called_as_the_model_calls_them():
    assert [each.name for each in probe(networks.NamedStems).call.outputs] == ["drums", "bass", "other", "vocals"]


def test_a_word_that_the_code_knows_is_given():
    found = probe(networks.Worded)
    assert found.call.arguments[0].value == "soft" and "The argument mode stays at 'soft'." in found.facts


def test_a_written_out_length_is_not_two_channels_of_half_of_it():
    call = probe(networks.Reshaped1024).call
    assert (call.layout, call.channels_in, call.ratio, call.block_sizes) == ("BCT", 1, (1, 1), (1024,))


def test_a_missing_forward_is_named():
    with pytest.raises(ModelError, match="NoForward has no forward; it has process"):
        probe(networks.NoForward)


def test_settings_with_defaults_are_made(tmp_path):
    assert load(tmp_path, SETTINGS).module(torch.ones(1)) == 0.5


def test_neighbours_are_imported_with_a_dot(tmp_path):
    (tmp_path / "numpy.py").write_text("half = 0.5\n")  # the dot means this one
    text = "from torch import nn\nfrom .numpy import half\n\n\nclass Gain(nn.Module):\n"
    loaded = load(tmp_path, f"{text}    def forward(self, x):\n        return x * half\n")
    assert loaded.module(torch.ones(1)) == 0.5
    torchscript.trace(loaded.module, (torch.ones(4),))[0].save(str(tmp_path / "saved.ts"))


@pytest.mark.parametrize(
    "more, answer, said",
    [
        ("def get_native_buffer_sizes(self): return [-1]", "x", "declares a block size below 1"),
        ("def get_native_sample_rates(self): return [0]", "x", "declares a sample rate outside"),
        ("def get_look_behind_samples(self): return -5", "x", "declares a look-behind below 0"),
        ("def get_neutone_parameters(self): return [Parameter('a', ''), Parameter('a', '')]", "x", "two knobs of one"),
        ("def get_native_buffer_sizes(self): return ['big']", "x", "block sizes 'big'"),
        ("def get_model_name(self): return 5", "x", "name 5"),
        ("def get_model_name(self): raise ValueError('none')", "x", "ValueError: none"),
        ("def is_input_mono(self): return True", "x[:, ::2]", "gives 1024 samples for 2048"),
    ],
)
def test_a_wrapper_that_says_what_cannot_be_is_refused(tmp_path, more, answer, said):
    wrapper = load(tmp_path, WRAPPER.format(more=more, answer=answer)).module
    with pytest.raises(ModelError, match=said):
        experiment(wrapper, "W")


def test_a_damaged_archive_is_said_to_be_damaged(tmp_path):
    path = tmp_path / "model.pt"
    torchscript.script(torch.nn.Conv1d(1, 1, 500)).save(str(path))
    body = bytearray(path.read_bytes())
    begin = body.index(b"\x80\x02c__torch__")
    body[begin : begin + 40] = bytes(40)
    path.write_bytes(bytes(body))
    with pytest.raises(FileError, match="damaged"):
        load_model(ModelSource(path=str(path)), recognise(path))
