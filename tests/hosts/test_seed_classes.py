"""Classes written for the older toolkits, with only their imports changed, end as verified packages."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest
import torch

from studio import (
    AudioSample,
    AudioSamplePair,
    CategoricalNeutoneParameter,
    ContinuousNeutoneParameter,
    DiscreteTokensNeutoneParameter,
    NeutoneParameter,
    NeutoneParameterType,
    TextNeutoneParameter,
    get_example_inputs,
    save_model,
    save_neutone_model,
    test_run,
    validate_metadata,
)
from studio.document.card import ModelCard
from studio.errors import CardError, ModelError
from studio.hosts.audacity import read as read_audacity
from studio.hosts.neutone import read as read_neutone
from studio.wrappers import torchscript

VOLUME = """
import torch
import torch.nn as nn
from studio import WaveformToWaveform

class MyVolumeModel(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2

class MyVolumeModelWrapper(WaveformToWaveform):
    def __init__(self, model):
        model.eval()
        self.model = model

    def do_forward_pass(self, x: torch.Tensor) -> torch.Tensor:
        output = self.model(x)
        return output
"""
CLIPPER = """
from typing import Dict, List
import torch
from torch import Tensor, nn
from studio import Parameter, WaveformToWaveformBase

class ClipperModel(nn.Module):
    def forward(self, x: Tensor, min: Tensor, max: Tensor, gain: Tensor) -> Tensor:
        return torch.clip(x, min=-min * gain, max=max * gain)

class ClipperModelWrapper(WaveformToWaveformBase):
    def is_input_mono(self) -> bool:
        return False

    def is_output_mono(self) -> bool:
        return False

    def get_native_sample_rates(self) -> List[int]:
        return []

    def get_native_buffer_sizes(self) -> List[int]:
        return []

    def GETTER(self) -> List[Parameter]:
        return [Parameter(name="min", description="min clip threshold", default_value=0.5),
                Parameter(name="max", description="max clip threshold", default_value=1.0),
                Parameter(name="gain", description="scale clip threshold", default_value=1.0)]

    AGGREGATE
    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        min = params["min"]
        max = params["max"]
        gain = params["gain"]
        x = self.model.forward(x, min, max, gain)
        return x
"""
AGGREGATES = {
    "": "",
    "one": "def aggregate_param(self, param: Tensor) -> Tensor:\n        return param\n",
    "all": "def aggregate_params(self, params: Tensor) -> Tensor:\n        return params\n",
}
METADATA = {
    "sample_rate": 48000,
    "domain_tags": ["music", "speech", "environmental"],
    "short_description": "Use me to boost volume by 3dB :).",
    "long_description": "This description can be a max of 280 characters aaaaaaaaaaaaaaaaaaaa.",
    "tags": ["volume boost"],
    "labels": ["boosted"],
    "effect_type": "waveform-to-waveform",
    "multichannel": False,
}


class NotNumbers(torch.nn.Module):
    def forward(self, x):
        return x / 0.0


@pytest.fixture
def module_of(tmp_path):
    def load(source, name):
        path = tmp_path / f"{name}.py"
        path.write_text(source)
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def volume(module_of):
    module = module_of(VOLUME, "seed_volume")
    return module.MyVolumeModelWrapper(module.MyVolumeModel())


@pytest.mark.parametrize("scripted", [True, False])
def test_the_volume_model(scripted, volume, tmp_path, contract):
    save_model(torchscript.script(volume) if scripted else volume, METADATA, tmp_path / "booster-net")
    assert contract("audacity_check.py", tmp_path / "booster-net", "--libtorch19") == []
    x = torch.rand(1, 500)
    assert torch.equal(read_audacity(tmp_path / "booster-net").module(x, torch.zeros(0, 500)), x * 2)


@pytest.mark.parametrize("getter", ["get_parameters", "get_neutone_parameters"])
@pytest.mark.parametrize("aggregate", list(AGGREGATES))
def test_the_clipper(getter, aggregate, module_of, tmp_path, contract):
    source = CLIPPER.replace("GETTER", getter).replace("AGGREGATE", AGGREGATES[aggregate])
    module = module_of(source, f"seed_clipper_{getter}_{aggregate}")
    save_neutone_model(module.ClipperModelWrapper(module.ClipperModel()), tmp_path / "out", dump_samples=False)
    opened = read_neutone(tmp_path / "out" / "model.nm").module
    opened.prepare(48000, 64)
    made = opened(torch.linspace(-1, 1, 64).repeat(2, 1), torch.tensor([[0.3], [0.6], [0.5]]).repeat(1, 64))
    assert made.min().item() == pytest.approx(-0.15) and made.max().item() == pytest.approx(0.3)
    if aggregate == "one" and getter == "get_parameters":
        assert contract("neutone_check.py", tmp_path / "out" / "model.nm", "--quick") == []


def test_samples_are_made_of_the_bundled_recording(module_of, tmp_path):
    source = CLIPPER.replace("GETTER", "get_parameters").replace("AGGREGATE", "")
    module = module_of(source, "seed_clipper_samples")
    save_neutone_model(module.ClipperModelWrapper(module.ClipperModel()), tmp_path, freeze=False, speed_benchmark=False)
    described = json.loads((tmp_path / "metadata.json").read_text())
    assert len(described["sample_sound_files"]) == 1 and len(list((tmp_path / "samples").iterdir())) == 2


def test_examples_of_ones_own_and_levels_reach_the_package(module_of, tmp_path):
    levels = "def get_wet_default_value(self):\n        return 0.25\n"
    levels += "    def get_output_gain_default_value(self):\n        return 0.75\n"
    module = module_of(CLIPPER.replace("GETTER", "get_parameters").replace("AGGREGATE", levels), "seed_clipper_levels")
    sound = AudioSample(torch.rand(1, 44100) - 0.5, 44100)
    pairs = [AudioSamplePair(sound, sound), AudioSamplePair(sound, sound)]
    wrapper = module.ClipperModelWrapper(module.ClipperModel(), use_debug_mode=True)
    save_neutone_model(wrapper, tmp_path, audio_sample_pairs=pairs, max_n_samples=1, freeze=True, optimize=True)
    described = json.loads((tmp_path / "metadata.json").read_text())
    assert (described["wet_default_value"], described["output_gain_default_value"]) == (0.25, 0.75)
    assert len(described["sample_sound_files"]) == 1
    assert AudioSample.from_b64(described["sample_sound_files"][0]["in"]).is_mono()
    assert read_neutone(tmp_path / "model.nm").card.levels.wet == 0.25


@pytest.mark.parametrize(
    "made, kind, default, position",
    [
        (ContinuousNeutoneParameter("a", "d", -6.0, -12.0, 12.0), "continuous", -6.0, 0.25),
        (NeutoneParameter("a", "d", 0.5, True), "continuous", 0.5, 0.5),
        (NeutoneParameter("a", "d", default_value=0.5, param_type=NeutoneParameterType.KNOB), "continuous", 0.5, 0.5),
        (CategoricalNeutoneParameter("a", "d", 3, 1), "choice", 1, 0.5),
        (TextNeutoneParameter("a", "d", 4, "text"), "text", "text", 0.0),
        (DiscreteTokensNeutoneParameter("a", "d", default_value=[3, 1]), "tokens", "3 1", 0.0),
    ],
)
def test_parameters_under_the_sdk_s_names(made, kind, default, position):
    assert (made.kind, made.default, made.default_position) == (kind, default, position)
    assert ModelCard(parameters=(made,)).model_dump(mode="json")["parameters"][0]["kind"] == kind


@pytest.mark.parametrize(
    "make",
    [
        lambda: ContinuousNeutoneParameter("a", "d", 2.0),
        lambda: CategoricalNeutoneParameter("a", "d", 3, 1, ["two", "labels"]),
        lambda: CategoricalNeutoneParameter("a", "d", 3, 3),
        lambda: TextNeutoneParameter("a", "d", 3, "long"),
        lambda: DiscreteTokensNeutoneParameter("a", "d", -2),
        lambda: DiscreteTokensNeutoneParameter("a", "d", 1, [1, 2]),
    ],
)
def test_parameters_that_cannot_be(make):
    with pytest.raises(ValueError, match=r"a|greatest"):
        make()


def test_audacitorch_s_helpers(volume):
    assert validate_metadata(METADATA) == (True, "success!")
    good, said = validate_metadata({**METADATA, "sample_rate": 48000.0, "tags": ["a", "a"]})
    assert not good and "sample_rate" in said.replace(" ", "_") and "tags" in said
    assert [each.shape[0] for each in get_example_inputs(multichannel=True)] == [2] * 10
    test_run(volume)
    with pytest.raises(ModelError, match="NaN"):
        test_run(NotNumbers())


def test_a_submission_wants_the_whole_card(module_of, tmp_path):
    source = CLIPPER.replace("GETTER", "get_parameters").replace("AGGREGATE", "")
    module = module_of(source, "seed_clipper_submission")
    with pytest.raises(CardError) as refused:
        save_neutone_model(module.ClipperModelWrapper(module.ClipperModel()), tmp_path / "out", submission=True)
    assert set(refused.value.fields) == {"authors", "short_description"} and not (tmp_path / "out").exists()


def test_metadata_is_refused_as_a_whole(volume, tmp_path):
    wrong = {
        **METADATA,
        "domains": ["music"],
        "sample_rate": 48000.0,
        "short_description": "s" * 61,
        "tags": ["a", "a"],
    }
    del wrong["domain_tags"], wrong["multichannel"]
    with pytest.raises(CardError) as refused:
        save_model(volume, wrong, tmp_path / "out")
    expected = {"domains", "domain_tags", "multichannel", "sample_rate", "short_description", "tags"}
    assert set(refused.value.fields) == expected
    assert "Did you mean domain_tags?" in refused.value.hint and not (tmp_path / "out").exists()


def test_rows_and_labels_have_to_be_as_many(volume, tmp_path):
    with pytest.raises(CardError) as refused:
        save_model(torchscript.script(volume), {**METADATA, "labels": ["one", "two"]}, tmp_path / "out")
    assert refused.value.fields == ("labels",) and not (tmp_path / "out").exists()


def test_a_model_that_fails_says_so(tmp_path):
    with pytest.raises(ModelError, match="fails on 1 by 32768 samples"):
        save_model(torchscript.script(torch.nn.Linear(3, 3)), METADATA, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_importing_studio_costs_nothing():
    code = "import sys, studio; assert not {'torch', 'numpy', 'pydantic'} & set(sys.modules); print(dir(studio))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "save_neutone_model" in done.stdout
    with pytest.raises(ImportError):
        from studio import Nothing  # noqa: F401
