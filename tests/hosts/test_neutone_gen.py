"""Packages for Neutone Gen, driven as the plugin does, against what was heard and against plain arithmetic."""

from __future__ import annotations

import importlib.util
import json
import sys

import numpy as np
import pytest
import torch
from little_models import Clipper

from studio import save_neutone_model
from studio.document.card import ModelCard
from studio.document.kinds import recognise
from studio.document.limits import misfits, problems
from studio.document.parameter import Parameter
from studio.errors import CardError, CompileError, HostError, ModelError
from studio.hosts import neutone
from studio.hosts.neutone_gen import package, read, reference, verify
from studio.wrappers import torchscript
from studio.wrappers.base import WaveformToWaveform, describe
from studio.wrappers.capture import capture
from studio.wrappers.generative import describe_generative

MODELS = '''
from typing import Dict, List, Optional
import torch
from torch import Tensor, nn
from studio import (CategoricalNeutoneParameter, ContinuousNeutoneParameter, DiscreteTokensNeutoneParameter,
                    NonRealtimeBase, TextNeutoneParameter)


class Gen(NonRealtimeBase):
    def get_model_name(self) -> str:
        return "Gen"

    def get_model_authors(self) -> List[str]:
        return ["A. Author"]

    def get_model_short_description(self) -> str:
        return "Makes sound."

    def get_audio_in_channels(self) -> List[int]:
        return [1]

    def get_audio_out_channels(self) -> List[int]:
        return [1]

    def is_one_shot_model(self) -> bool:
        return True

    def get_native_sample_rates(self) -> List[int]:
        return [48000]

    def do_forward_pass(self, curr_block_idx: int, audio_in: List[Tensor], numerical_params: Dict[str, Tensor],
                        text_params: List[str], tokens_params: List[List[int]]) -> List[Tensor]:
        return [0.5 * audio_in[0]]


class Talking(Gen):
    """Two tracks in, two out, every kind of parameter."""

    def get_neutone_parameters(self):
        return [TextNeutoneParameter("prompt", "what to say", 32, "hey"),
                ContinuousNeutoneParameter("level", "in dB", 0.0, -12.0, 12.0),
                CategoricalNeutoneParameter("mode", "which", 3, 2, ["a", "b", "c"]),
                DiscreteTokensNeutoneParameter("notes", "numbers", 8, [5, 7])]

    def get_audio_in_channels(self) -> List[int]:
        return [2, 1]

    def get_audio_out_channels(self) -> List[int]:
        return [1, 2]

    def get_audio_in_labels(self) -> List[str]:
        return ["main", "side"]

    def get_audio_out_labels(self) -> List[str]:
        return ["said", "meant"]

    def get_model_bpm(self) -> Optional[int]:
        return 120

    def do_forward_pass(self, curr_block_idx: int, audio_in: List[Tensor], numerical_params: Dict[str, Tensor],
                        text_params: List[str], tokens_params: List[List[int]]) -> List[Tensor]:
        offset = 0.1 * len(text_params[0]) + 0.01 * tokens_params[0][0] + numerical_params["mode"]
        return [numerical_params["level"] * audio_in[1], audio_in[0] + offset]


class Blocks(Gen):
    """Late by ten samples, and it counts its blocks."""

    past: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("past", torch.zeros(1, 10))

    def is_one_shot_model(self) -> bool:
        return False

    def get_native_buffer_sizes(self) -> List[int]:
        return [512]

    def calc_model_delay_samples(self) -> int:
        return 10

    def do_forward_pass(self, curr_block_idx: int, audio_in: List[Tensor], numerical_params: Dict[str, Tensor],
                        text_params: List[str], tokens_params: List[List[int]]) -> List[Tensor]:
        whole = torch.cat([self.past, audio_in[0]], 1)
        self.past = whole[:, audio_in[0].size(1):]
        self.set_progress_percentage(100.0)
        return [whole[:, : audio_in[0].size(1)] + 0.0 * curr_block_idx]


class Silent(Gen):
    def get_audio_in_channels(self) -> List[int]:
        return []

    def do_forward_pass(self, curr_block_idx: int, audio_in: List[Tensor], numerical_params: Dict[str, Tensor],
                        text_params: List[str], tokens_params: List[List[int]]) -> List[Tensor]:
        return [torch.linspace(0.0, 1.0, 777).unsqueeze(0)]


class Stubborn(Gen):
    """Is cancelled in the middle of its own loop."""

    def do_forward_pass(self, curr_block_idx: int, audio_in: List[Tensor], numerical_params: Dict[str, Tensor],
                        text_params: List[str], tokens_params: List[List[int]]) -> List[Tensor]:
        made = audio_in[0]
        for step in range(4):
            self.set_progress_percentage(25.0 * step)
            if step == 2 and audio_in[0][0, 0].item() > 0.5:
                self.request_cancel_forward_pass()
            if self.should_cancel_forward_pass():
                return []
            made = made * 0.9
        return [made]


class Mislabelled(Gen):
    def get_audio_in_labels(self) -> List[str]:
        return ["one", "too many"]


class Narrow(Gen):
    def get_audio_out_channels(self) -> List[int]:
        return [2]


class Wild(Gen):
    def do_forward_pass(self, curr_block_idx: int, audio_in: List[Tensor], numerical_params: Dict[str, Tensor],
                        text_params: List[str], tokens_params: List[List[int]]) -> List[Tensor]:
        return [audio_in[0] / 0.0 * 0.0]


class Unscriptable(Gen):
    def do_forward_pass(self, curr_block_idx: int, audio_in: List[Tensor], numerical_params: Dict[str, Tensor],
                        text_params: List[str], tokens_params: List[List[int]]) -> List[Tensor]:
        return [audio_in[0] * eval("2")]
'''


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    path = tmp_path_factory.mktemp("gen") / "gen_models.py"
    path.write_text(MODELS)
    spec = importlib.util.spec_from_file_location("gen_models", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["gen_models"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def captured(models):
    def make(name):
        model = getattr(models, name)()
        return capture(model, *describe_generative(model))[0]

    return make


def effect(wrapper, **card):
    call, said = describe(wrapper)
    return capture(wrapper, call, said.model_copy(update={"name": "Effect", "authors": ("A",), **card}))[0]


def opened(path):
    return torchscript.load(str(path), {"metadata.json": ""})


def refused(checks):
    return {each.id: each.value for each in checks if each.verdict == "fail"}


def unexpected(warnings):
    """Warnings beside those that the SDK's own schema knows continuous parameters only."""
    return [each for each in warnings if "schema only admits" not in each]


@pytest.mark.parametrize("name", ["Gen", "Talking", "Blocks", "Silent"])
def test_packages_keep_the_contract_and_the_sound(name, captured, work, noise, contract):
    model = captured(name)
    path = package(model, work(model))[0]
    heard = reference(model, noise(model.call.channels_in, 20000), 48000)
    assert refused(verify(path, heard)) == {}
    assert unexpected(contract("neutone_check.py", path)) == []


def test_texts_tokens_and_choices_arrive(captured, work):
    model = captured("Talking")
    root = opened(package(model, work(model))[0])
    root.set_daw_sample_rate_and_buffer_size(48000, 2048)
    main, side = torch.full((2, 100), 0.25), torch.ones(1, 100)
    said, meant = root.forward_non_realtime([main, side], None, None, None)
    assert said == pytest.approx(torch.zeros(1, 100)) and meant == pytest.approx(torch.full((2, 100), 2.6), abs=1e-6)
    knobs = torch.tensor([[1.0], [0.5]]).repeat(1, 100)  # level, mode: texts have no row
    said, meant = root.forward_non_realtime([main, side], knobs, ["longer"], [[30, 1]])
    assert said == pytest.approx(torch.full((1, 100), 12.0)) and meant == pytest.approx(torch.full((2, 100), 2.15))


def test_metadata_tell_every_kind(captured, work):
    model = captured("Talking")
    path = package(model, work(model))[0]
    described = json.loads((path.parent / "metadata.json").read_text())
    p = described["neutone_parameters"]
    assert [p[key]["type"] for key in ("p1", "p2", "p3", "p4")] == ["continuous", "categorical", "text", "tokens"]
    assert (p["p2"]["labels"], p["p2"]["default_value"], p["p4"]["default_value"]) == (["a", "b", "c"], 2, [5, 7])
    assert (described["audio_in_labels"], described["model_bpm"]) == (["main", "side"], 120)
    assert path.stat().st_size < 100_000


def test_blocks_come_back_in_time_at_every_host_rate(captured, work):
    model = captured("Blocks")
    root = opened(package(model, work(model))[0])
    for rate in (48000, 44100, 96000):
        root.set_daw_sample_rate_and_buffer_size(rate, 2048)
        frames = 3 * rate // 10
        tone = torch.sin(2 * torch.pi * 440 * torch.arange(frames).double() / rate).float().unsqueeze(0)
        made = root.forward_non_realtime([tone.repeat(2, 1)], None, None, None)[0]
        wanted = torch.sin(2 * torch.pi * 440 * torch.arange(14400).double() / 48000)
        assert made.shape == (1, 14400) and root.get_current_model_sample_rate() == 48000
        assert float((made[0] - wanted)[200:-200].abs().max()) < 1e-4
        assert root.get_progress_percentage() == 100.0
        assert root.is_resampling() == (rate != 48000)


def test_a_pass_is_cancelled_in_the_middle(captured, work):
    model = captured("Stubborn")
    root = opened(package(model, work(model))[0])
    assert root.forward_non_realtime([torch.ones(1, 4000)], None, None, None) == []
    assert root.should_cancel_forward_pass() and root.get_progress_percentage() == 50.0
    root.reset()
    made = root.forward_non_realtime([torch.full((1, 4000), 0.5)], None, None, None)
    assert made[0] == pytest.approx(torch.full((1, 4000), 0.5 * 0.9**4))


class Echo(WaveformToWaveform):
    """Remembers, so that blocks matter; two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("past", torch.zeros(1, 300))

    def get_parameters(self):
        return [Parameter("mix", kind="toggle", default=1.0)]

    def do_forward_pass(self, x: torch.Tensor, params: dict[str, torch.Tensor]) -> torch.Tensor:
        whole = torch.cat([self.past, x], 1)
        self.past = whole[:, whole.size(1) - 300 :].clone()
        return torch.cat([x, x + params["mix"] * whole[:, : x.size(1)]], 0)


def test_an_effect_is_a_model_of_a_track_each(work, noise, contract):
    wrapper = Echo()
    call, card = describe(wrapper)
    outputs = [{"name": "dry", "channels": 1}, {"name": "wet", "channels": 1}]
    call = call.model_validate({**call.model_dump(), "outputs": outputs, "sample_rates": (48000,)})
    card = card.model_copy(update={"name": "Echo", "authors": ("A",), "short_description": "Repeats."})
    model = capture(wrapper, call, card)[0]
    path = package(model, work(model))[0]
    sound = noise(1, 20000)
    assert refused(verify(path, reference(model, sound, 48000))) == {}
    root, x = opened(path), torch.from_numpy(sound)
    for _ in range(2):  # each pass is a new sound
        dry, wet = root.forward_non_realtime([x], None, None, None)
        assert torch.equal(dry, x) and torch.allclose(wet[:, 300:], x[:, 300:] + x[:, :-300])
    described = json.loads((path.parent / "metadata.json").read_text())
    assert described["audio_out_labels"] == ["dry", "wet"]
    assert described["neutone_parameters"]["p1"]["labels"] == ["off", "on"]


def test_gen_after_fx_in_one_process(captured, work, noise):
    clipper = effect(Clipper(), short_description="Clips.")
    neutone.package(clipper, work(clipper))
    model = captured("Gen")
    assert refused(verify(package(model, work(model))[0], reference(model, noise(1, 9000), 48000))) == {}


def test_a_package_is_read_back_and_rendered(captured, work, noise):
    model = captured("Talking")
    path = package(model, work(model))[0]
    assert recognise(path).name == "neutone_gen"
    back = read(path)
    assert back.card == model.card and back.call.offline and back.call.channels_in == 3
    assert [each.name for each in back.call.outputs] == ["said", "meant"]
    sound = torch.from_numpy(noise(3, 5000))
    knobs = torch.tensor([[0.75], [0.5]]).repeat(1, 5000)
    back.module.prepare(48000, 5000)
    assert torch.allclose(back.module(sound, knobs), model.module(sound, knobs), atol=1e-6)


def test_the_realtime_host_says_what_it_is(captured, work):
    model = captured("Gen")
    with pytest.raises(HostError, match="makes sound as a whole"):
        neutone.read(package(model, work(model))[0])
    assert "as a whole" in misfits(model.call, "neutone")[0].sentence and misfits(model.call, "neutone_gen") == []


def test_too_many_of_everything_is_listed_at_once():
    many = [Parameter(f"k{n}") for n in range(5)] + [Parameter(f"t{n}", kind="text") for n in range(2)]
    many.append(Parameter("c", kind="choice", choices=tuple(f"{n}" * 20 for n in range(21)), default=0))
    card = ModelCard(name="n" * 31, parameters=tuple(many))
    said = " ".join(each.sentence for each in problems(card, "neutone_gen"))
    for wanted in ("31 of at most 30", "6 knobs", "2 text parameters", "21 choices", "at most 19 characters"):
        assert wanted in said


@pytest.mark.parametrize(
    "name, said", [("Mislabelled", "names 2 input tracks and has 1"), ("Narrow", "tracks of \\[2\\]")]
)
def test_a_model_that_breaks_its_word(name, said, captured):
    with pytest.raises(ModelError, match=said):
        captured(name)


def test_source_that_cannot_be_compiled_is_quoted(captured):
    with pytest.raises(CompileError) as refusal:
        captured("Unscriptable")
    assert "compiled" in refusal.value.hint


def test_invalid_numbers_are_found(captured, work, noise):
    model = captured("Wild")
    found = refused(verify(package(model, work(model))[0], reference(model, noise(1, 9000), 48000)))
    assert {"neutone_gen.settings", "neutone_gen.same-sound"} <= set(found)


def test_a_damaged_package_is_told(captured, work, noise):
    model = captured("Gen")
    path = package(model, work(model))[0]
    heard = reference(model, noise(1, 9000), 48000)
    louder = type(heard)(heard.audio, heard.expected * 1.01, 48000, heard.block, (), 0)
    assert set(refused(verify(path, louder))) == {"neutone_gen.same-sound"}
    path.write_bytes(path.read_bytes()[:20000])
    assert set(refused(verify(path, heard))) == {"neutone_gen.loads"}


def test_scripts_save_gen_models_too(models, tmp_path, contract, monkeypatch):
    save_neutone_model(models.Talking(), tmp_path, freeze=True, optimize=True)
    assert [
        each for each in contract("neutone_check.py", tmp_path / "model.nm") if "schema only admits" not in each
    ] == []
    monkeypatch.setattr(models.Talking, "get_model_name", lambda _: "n" * 31)
    with pytest.raises(CardError):
        save_neutone_model(models.Talking(), tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_random_models_are_compared_with_one_seed(captured, work):
    assert np.isfinite(reference(captured("Silent"), np.zeros((0, 4000), np.float32), 44100).expected).all()
