"""The examples do what they say, with nothing of ours around them but the base classes."""

import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from scipy.signal import freqz, lfilter

from studio.storage import resources
from studio.wrappers import torchscript


def load(name):
    spec = importlib.util.spec_from_file_location(name, resources() / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def knobs(**values):
    return {name: torch.tensor([value], dtype=torch.float32) for name, value in values.items()}


NOISE = torch.from_numpy(np.random.default_rng(2).uniform(-1, 1, (2, 3000)).astype(np.float32))


@pytest.mark.parametrize("low, high, gain", [(0.5, 1.0, 1.0), (0.1, 0.3, 0.5), (0.0, 0.0, 1.0), (1.0, 1.0, 0.0)])
def test_the_clipper_clips(low, high, gain):
    """Reference: numpy."""
    wrapper = load("clipper").ClipperModelWrapper()
    clipped = wrapper.do_forward_pass(NOISE, knobs(min=low, max=high, gain=gain))
    np.testing.assert_array_equal(clipped, np.clip(NOISE.numpy(), -np.float32(low) * gain, np.float32(high) * gain))


def test_the_clipper_follows_every_sample_of_a_knob():
    gain = torch.linspace(0, 1, 3000)
    clipped = load("clipper").ClipperModel()(NOISE, torch.ones(1), torch.ones(1), gain)
    assert (clipped.abs() <= gain).all() and (
        clipped.abs().max(0).values >= 0.9 * gain * NOISE.abs().max(0).values
    ).all()


def test_the_overdrive_needs_only_its_look_behind():
    wrapper = load("overdrive").OverdriveModelWrapper()
    past, params = wrapper.get_look_behind_samples(), knobs(depth=0.7, colour=0.2)
    with torch.no_grad():
        whole = wrapper.do_forward_pass(NOISE[:1], params)
        part = wrapper.do_forward_pass(NOISE[:1, 1000 - past : 1064], params)
        less = wrapper.do_forward_pass(NOISE[:1, 1001 - past : 1064], params)
    torch.testing.assert_close(part[:, -64:], whole[:, 1000:1064], atol=1e-6, rtol=0)
    assert (less[:, -64] - whole[:, 1000]).abs() > 1e-6


def test_the_overdrive_is_drawn_the_same_each_time_and_leaves_the_dice_alone():
    before = torch.random.get_rng_state()
    one, other = load("overdrive").ConvTCN(), load("overdrive").ConvTCN()
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    assert not torch.equal(next(one.parameters()), next(load("overdrive").ConvTCN(seed=1).parameters()))


@pytest.mark.parametrize("depth", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("colour", [0.0, 1.0])
def test_the_overdrive_is_silent_in_silence_and_bounded(depth, colour):
    wrapper, params = load("overdrive").OverdriveModelWrapper(), knobs(depth=depth, colour=colour)
    with torch.no_grad():
        assert wrapper.do_forward_pass(torch.zeros(1, 500), params).abs().max() < 1e-6
        loud = wrapper.do_forward_pass(NOISE[:1], params)
    assert loud.shape == (1, 3000) and 0.05 < loud.abs().max() <= 0.7


def test_the_volume_example_writes_its_folder(tmp_path):
    script = resources() / "examples" / "volume.py"
    subprocess.run([sys.executable, script], cwd=tmp_path, check=True, timeout=120)
    folder = tmp_path / "booster-net"
    metadata = json.loads((folder / "metadata.json").read_text())
    model = torchscript.load(str(folder / "model.pt"))
    torch.testing.assert_close(model(NOISE[:1]), NOISE[:1] * 2)
    assert metadata["sample_rate"] == 48000 and metadata["effect_type"] == "waveform-to-waveform"
    assert "audacity" in (folder / "README.md").read_text()


@pytest.mark.parametrize("name", ["clipper", pytest.param("overdrive", marks=pytest.mark.slow)])
def test_the_neutone_examples_write_a_model(tmp_path, name):
    script = resources() / "examples" / f"{name}.py"
    subprocess.run([sys.executable, script], cwd=tmp_path, check=True, timeout=300)
    assert (tmp_path / name / "model.nm").stat().st_size > 1000


def test_the_echo_is_a_feedback_comb_however_the_blocks_are_cut():
    """Reference: scipy's recursive filter."""
    echo, params = load("echo").Echo(), knobs(time=20.0, feedback=0.7, mix=0.4)
    late = 20 * 48
    heard = lfilter([1.0], [1.0, *[0.0] * (late - 1), -0.7], NOISE[:1].double().numpy())
    expected = NOISE[:1].numpy() + 0.4 * (heard - NOISE[:1].numpy())
    with torch.no_grad():
        made = torch.cat(
            [echo.do_forward_pass(part, params) for part in torch.split(NOISE[:1], [7, 960, 961, 1072], 1)], 1
        )
    np.testing.assert_allclose(made, expected, atol=1e-5)


def test_the_crossover_gives_two_bands_that_make_the_sound():
    network = load("crossover").Crossover()
    impulse = torch.zeros(1, 1, 1024)
    impulse[..., 0] = 1.0
    with torch.no_grad():
        made = network(impulse)
    together = (made["low"] + made["high"]).flatten().numpy()
    np.testing.assert_allclose(together, np.eye(1, 1024, 255)[0], atol=1e-6)
    _, low = freqz(made["low"].flatten().numpy(), worN=[100, 400, 1500], fs=48000)
    assert np.allclose(20 * np.log10(np.abs(low[:2])), [0, -6], atol=0.3) and abs(low[2]) < 1e-3
