"""nn~ packages, asked by the contract script and compared with the wrapper called in plain Python."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from little_models import (
    Blocks,
    Clipper,
    Doubler,
    Gru,
    Halves,
    Identity,
    Knobs,
    Late,
    Stems,
    Tcn,
    Wide,
    captured,
)
from little_nn import DAMAGED, WRONG, Coder, Level
from torch import nn

from studio.document.call import Output
from studio.document.check import passed
from studio.document.kinds import recognise
from studio.document.parameter import Parameter
from studio.errors import CardError, HostError, ModelError
from studio.hosts.libtorch import needs
from studio.hosts.nn import package, read, reference, verify
from studio.hosts.nn.names import attribute_names
from studio.hosts.nn.scripted.line import block_for
from studio.hosts.reference import load_reference
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive
from studio.wrappers.base import WaveformToWaveform, WaveformToWaveformBase
from studio.wrappers.captured import FACTS, load_captured, save_captured

PEERS = Path(__file__).parents[1] / "peers"
FOUR = (Output(name="z", channels=4),)
KINDS = [Identity, Clipper, Tcn, pytest.param(Gru, marks=pytest.mark.slow), Wide, Knobs, Late, Stems, Doubler]
ODD = ("Dry/Wet %", "2nd gain", "音量", "sr", "line", "turned", "late", "forward_params")


class Encoder(WaveformToWaveform):
    """Four values for every 64 samples."""

    def do_forward_pass(self, x):
        return x.reshape(4, -1, 16).mean(2) if x.size(1) == 64 else x.reshape(-1, 4, 16).mean(2).t()


class Stretched(WaveformToWaveform):
    """Compiled, since it looks at the sound; what it calls is written for torch 2.13 only."""

    def do_forward_pass(self, x):
        if x.abs().max() > 2.0:
            x = x * 0.5
        return nn.functional.interpolate(x[:, ::2].unsqueeze(0), scale_factor=2.0, mode="nearest").squeeze(0)


class Gain(WaveformToWaveformBase):
    def get_neutone_parameters(self):
        return [Parameter("gain", default=0.5, max=2.0)]

    def do_forward_pass(self, x, params: dict[str, torch.Tensor]):
        return x * params["gain"]


@pytest.fixture
def contract(monkeypatch, capsys):
    """Run nn_check.py in this process, since torch takes seconds to load; returns its warnings."""

    def run(path, *options):
        spec = importlib.util.spec_from_file_location("nn_check", PEERS / "nn_check.py")
        script = importlib.util.module_from_spec(spec)
        monkeypatch.setattr("sys.argv", ["nn_check.py", str(path), *options])
        with torch.no_grad():
            spec.loader.exec_module(script)
            answer = script.main()
        lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(("PASS", "INFO"))]
        assert answer == 0, "\n".join(lines)
        return [line for line in lines if line.startswith("WARN")]

    return run


def made(kind):
    return captured(kind, **({"ratio": (2, 1)} if kind is Doubler else {}))


def opened(path):
    return torchscript.load(str(path)).eval()


@pytest.mark.parametrize("kind", [*KINDS, Blocks])
def test_the_contract_is_kept(kind, work, contract):
    model = made(kind)
    streaming = [] if kind is Blocks else ["--streaming"]  # what a queue adds depends on the buffer
    assert contract(package(model, work(model))[0], *streaming) == []


def test_what_nn_has_not_yet_is_said_in_older_words(work, contract):
    model = captured(Stretched, multiple=2)
    assert model.how == "script"
    save_captured(model, work(model).folder.with_suffix(".pt"))
    assert needs(work(model).folder.with_suffix(".pt"))[0] > (2, 5)
    path = package(model, work(model))[0]
    assert needs(path)[0] <= (2, 5) and contract(path) == []


@pytest.mark.parametrize("kind", [*KINDS, Blocks])
def test_it_sounds_as_it_was_heard(kind, work, noise, tmp_path):
    model = made(kind)
    heard = reference(model, noise(model.call.channels_in, 30001), 44100, (0.3,) * len(model.numeric))
    heard.save(tmp_path / "heard.npz")
    path = package(model, work(model))[0]
    checks = verify(path, load_reference(tmp_path / "heard.npz"))
    assert [check for check in checks if check.verdict != "pass"] == []
    assert recognise(path).name == "nn" and (path.name, len(checks)) == ("little-model.ts", 8)


def test_every_voice_has_a_past_of_its_own(work, noise):
    """Reference: the model in plain Python, once for each voice; voices come and go, and many are there at once."""
    root = opened(package(made(Gru), work(made(Gru)))[0])
    voices, heard = torch.from_numpy(noise(20, 4096)).unsqueeze(1), []
    torch.manual_seed(1)
    models = [Gru() for _ in range(20)]
    for model in models[1:]:
        model.load_state_dict(models[0].state_dict())
    with torch.inference_mode():
        for count, start in ((20, 0), (3, 1024), (1, 2048), (20, 3072)):
            part = voices[:count, :, start : start + 1024]
            expected = torch.stack([model(x) for model, x in zip(models, part, strict=False)])
            heard.append(float((root(part) - expected).abs().max()))
    assert max(heard) < 1e-6


@pytest.mark.parametrize(("buffer", "delay"), [(256, 1792), (2048, 0), (8192, 0)])
def test_fixed_blocks_wait_no_longer_than_they_have_to(buffer, delay, work, noise):
    """Reference: the blocks turned around by NumPy."""
    model = made(Blocks)
    root, sound = opened(package(model, work(model))[0]), noise(1, 5 * 8192)
    heard = torch.cat([root(torch.from_numpy(part)[None])[0] for part in np.split(sound, 40960 // buffer, 1)], 1)
    turned = sound.reshape(-1, 2048)[:, ::-1].reshape(1, -1)
    np.testing.assert_array_equal(heard[:, delay:].numpy(), turned[:, : 40960 - delay])
    assert root.late() == delay


@pytest.mark.parametrize(
    ("n", "sizes", "least", "multiple", "block"),
    [(512, [], 1, 1, 512), (512, [480], 1, 1, 480), (512, [], 1, 480, 480), (1024, [], 3000, 1, 3072),
     (4096, [512, 2048], 1, 1, 2048), (64, [], 256, 64, 256), (2048, [4096, 2048], 1, 1, 2048)],
)  # fmt: skip
def test_the_block_that_waits_least(n, sizes, least, multiple, block):
    assert block_for(n, sizes, least, multiple) == block


def test_knobs_are_attributes_in_their_own_units(work):
    model = made(Knobs)
    root = opened(package(model, work(model))[0])
    for name, value, kept in [
        ("cutoff", 1e9, 20000.0),
        ("cutoff", 200.0, 200.0),
        ("shape", 2, 2),
        ("on", False, False),
    ]:
        assert getattr(root, f"set_{name}")(value) == 0
        assert getattr(root, f"get_{name}")() == (kept,) and root.get_attributes() == ["cutoff", "shape", "on"]
    assert root(torch.zeros(1, 1, 64))[0, 0, -1].item() == pytest.approx(0.01 + 0.2, 1e-4)


@pytest.mark.parametrize(
    ("said", "sent"),
    [(["Dry/Wet %", "Dry-Wet"], ["dry_wet", "dry_wet_2"]), (["2nd gain"], ["knob_2nd_gain"]), (["Größe"], ["groe"]),
     (["音量", "音"], ["knob", "knob_2"]), (["sr", "forward", "class"], ["sr_2", "forward_2", "class_2"])],
)  # fmt: skip
def test_names_become_what_max_can_send(said, sent):
    assert attribute_names(said) == sent


def test_odd_names_and_many_knobs(work, contract):
    model = captured(Many)
    paths = package(model, work(model))
    assert contract(paths[0], "--streaming") == []
    assert "| `set knob_2nd_gain 0.5` | 2nd gain | 0 to 1 |" in paths[1].read_text()


class Many(WaveformToWaveformBase):
    def get_neutone_parameters(self):
        return [Parameter(name, default=0.5) for name in ODD]

    def do_forward_pass(self, x, params: dict[str, torch.Tensor]):
        return x * params["Dry/Wet %"] * params["late"]


def test_a_model_that_gives_less_than_it_takes(work, contract, noise):
    """Reference: means by NumPy."""
    model = captured(Encoder, ratio=(1, 64), multiple=64, min_block=64, outputs=FOUR)
    path, page = package(model, work(model))
    sound = noise(1, 2048)
    assert opened(path).forward_params.tolist() == [1, 1, 4, 64] and "one value every 64" in page.read_text()
    np.testing.assert_allclose(
        opened(path)(torch.from_numpy(sound)[None])[0].numpy(), sound.reshape(-1, 4, 16).mean(2).T, atol=1e-6
    )
    assert contract(path) == []


@pytest.mark.parametrize(("kind", "changes", "said"), [(Doubler, {"ratio": (3, 1)}, "3/1"), (Halves, {}, "labels")])
def test_what_nn_cannot_be_is_refused(kind, changes, said, work):
    model = captured(kind, ("one", "two"), **changes)
    with pytest.raises(HostError, match=said):
        package(model, work(model))
    with pytest.raises(CardError):
        package(made(Identity), work(made(Identity), name=""))


def test_the_page_tells_how_to_use_it(work):
    model = made(Blocks)
    page = package(model, work(model, sample_rate=44100))[1].read_text()
    for said in (
        "nn~ little-model forward 2048",
        "at 44100 Hz",
        "1536 samples with a buffer of 512",
        "a buffer of 2048",
    ):
        assert said in page


def test_the_hosts_rate_reaches_a_model_of_any_rate_and_no_other(work):
    root = opened(package(made(Identity), work(made(Identity)))[0])
    assert (root.set_sample_rate(96000), root.get_sample_rate(), root.rate) == (0, 96000, 96000)
    root = opened(package(made(Blocks), work(made(Blocks)))[0])
    assert (root.set_sample_rate(96000), root.get_sample_rate(), root.rate) == (0, 96000, 44100)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Clipper, Tcn, Gru, Blocks, Doubler])
def test_an_opened_package_sounds_the_same_and_is_written_again(kind, work, noise, tmp_path):
    model = made(kind)
    heard = reference(model, noise(model.call.channels_in, 20000), 44100)
    again = read(package(model, work(model))[0])
    save_captured(again, tmp_path / "opened.pt")
    again = load_captured(tmp_path / "opened.pt")
    np.testing.assert_allclose(reference(again, heard.audio, 44100).expected, heard.expected, atol=1e-6)
    path = package(again, work(again, name="Twice"))[0]
    assert passed(verify(path, heard)) and read(path).card.name == "Twice"


def stored(module, path, facts=None):
    save_archive(torchscript.script(module.eval()), path, {FACTS: json.dumps(facts)} if facts else {})
    return path


def test_files_of_others_play_and_keep_all_they_have(work, noise, tmp_path, contract):
    """Reference: a delay by one sample, six times as loud and turned over."""
    path = stored(Coder(), tmp_path / "coder.ts")
    model = read(path)
    assert [each.name for each in model.card.parameters] == ["gain", "steps", "loud"] and recognise(path).name == "nn"
    sound = noise(1, 8192)
    heard = reference(model, sound, 44100, (1.0, 0.6, 1.0))
    np.testing.assert_allclose(heard.expected[:, 1:], -6.0 * sound[:, :-1], rtol=1e-5)
    assert (model.call.sample_rates, heard.expected[0, 0]) == ((44100,), 0.0)
    again = package(model, work(model))[0]
    assert passed(verify(again, heard)) and contract(again) == []
    root, z = opened(again), torch.rand(2, 4, 3)
    assert root.get_methods() == ["forward", "encode", "decode"] and root.get_word() == ("a",)
    np.testing.assert_array_equal(root.decode(z).numpy(), Coder().decode(z).numpy())


def test_a_file_of_others_is_reset_between_renderings(noise, tmp_path):
    model = read(stored(Coder(), tmp_path / "coder.ts"))
    one, other = (reference(model, noise(1, 5000), 44100, (0.2, 0.9, 0.0)).expected for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.fixture
def level(noise):
    """What all files of `little_nn` should sound like, and what they say of themselves."""
    model = captured(Gain)
    said = {
        "call": model.call.model_dump(mode="json"),
        "card": model.card.model_dump(mode="json"),
        "attributes": ["gain"],
    }
    return reference(model, noise(1, 20000), 48000, (0.3,)), said


def test_a_good_file_passes(level, tmp_path, contract):
    path = stored(Level(), tmp_path / "good.ts", level[1])
    assert passed(verify(path, level[0])) and contract(path, "--streaming") == []


@pytest.mark.parametrize("fault", DAMAGED)
def test_a_damaged_file_is_refused(fault, level, tmp_path, contract):
    path = stored(DAMAGED[fault](), tmp_path / "bad.ts", level[1])
    failed = [check for check in verify(path, level[0]) if check.verdict == "fail"]
    assert failed and all(check.value is not None and check.advice for check in failed)
    with pytest.raises(AssertionError):
        contract(path)


@pytest.mark.parametrize("fault", WRONG)
def test_another_sound_is_refused(fault, level, tmp_path):
    path = stored(WRONG[fault](), tmp_path / "bad.ts", level[1])
    assert not passed(verify(path, level[0]))


def test_a_cut_file_does_not_load(level, tmp_path, contract):
    path = stored(Level(), tmp_path / "cut.ts", level[1])
    path.write_bytes(path.read_bytes()[:-200])
    assert [check.id for check in verify(path, level[0])] == ["nn.loads"]
    with pytest.raises(ModelError):
        read(path)
    with pytest.raises(AssertionError):
        contract(path)


class PaddedTcn(WaveformToWaveformBase):
    """Silence before every buffer instead of what was there."""

    def __init__(self):
        super().__init__(nn.Conv1d(1, 1, 33, bias=False))

    def do_forward_pass(self, x, params: dict[str, torch.Tensor]):
        return self.model(nn.functional.pad(x.unsqueeze(0), (32, 0))).squeeze(0)


def test_clicks_between_buffers_are_told(work, noise, contract):
    model = captured(PaddedTcn)
    path = package(model, work(model))[0]
    checks = {check.id: check for check in verify(path, reference(model, noise(1, 20000), 48000))}
    told = checks["nn.streaming"]
    assert told.verdict == "warn" and told.value > -60 and "look-behind" in told.advice
    with pytest.raises(AssertionError):
        contract(path, "--streaming")


def test_a_module_that_is_no_such_file_is_not_read(tmp_path):
    path = stored(DAMAGED["plain"](), tmp_path / "plain.ts")
    with pytest.raises(HostError, match="no method"):
        read(path)
    assert recognise(path).name == "torchscript"
