"""What is put around a model: context, overlap, spectra, filters; each late by exactly what it reports."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.signal
import torch
from torch import Tensor, nn

from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.document.treatment import Filter, Spectrum
from studio.errors import ModelError
from studio.wrappers.base import WaveformToWaveform
from studio.wrappers.capture import capture


class Plain(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return self.model(x)


class Centred(nn.Module):
    """An average over 33 samples around each, of what it is given; the ends see silence."""

    def forward(self, x):
        return nn.functional.avg_pool1d(x, 33, 1, 16)


class Ones(nn.Module):
    """A mask that lets everything through, or spectra as they are."""

    def __init__(self, mask):
        super().__init__()
        self.mask = mask

    def forward(self, x):
        if not self.mask:
            return x * 1.0
        return torch.cat([torch.ones_like(x[..., :1]), torch.zeros_like(x[..., :1])], -1) if x.dim() == 4 else x * 0 + 1


class Traced(WaveformToWaveform):
    """Gives the knob back where there was sound."""

    def get_parameters(self):
        return [Parameter("level", max=2.0)]

    def aggregate_params(self, params: Tensor) -> Tensor:
        return params

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        return x * 0 + params["level"]


def captured(model, **treatments):
    wrapper = model if isinstance(model, WaveformToWaveform) else Plain(model)
    said = {"wrapper": "spectrum" not in treatments, "layout": "CT", "output_layout": "CT", **treatments}
    card = ModelCard(parameters=tuple(wrapper.get_parameters()))
    return capture(wrapper, Call.model_validate(said), card)[0]


def play(held, x, size=None, positions=None):
    """In blocks of one size, or of many; from the first state."""
    held.module.reset()
    block = held.call.block_sizes[0] if held.call.block_sizes else held.call.multiple
    sizes = [size or block] * (x.shape[1] // (size or block))
    if positions is None:
        positions = torch.zeros(len(held.numeric), x.shape[1])
    pairs = zip(x[:, : sum(sizes)].split(sizes, 1), positions[:, : sum(sizes)].split(sizes, 1), strict=True)
    return torch.cat([held.module(part, turned).clone() for part, turned in pairs], 1)


def noise(samples, channels=1):
    return torch.randn(channels, samples, generator=torch.Generator().manual_seed(2)) * 0.3


def late(x, samples):
    return torch.constant_pad_nd(x, [samples, 0])[:, : x.shape[1]]


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_with_past_and_future_every_block_size_sounds_like_the_whole(size):
    held = captured(Centred(), look_behind=16, look_ahead=16)
    x = noise(2000 // size * size)
    assert held.module.latency() == held.call.latency == 16
    assert torch.allclose(play(held, x, size)[:, 16:], Centred()(x)[:, :-16], atol=1e-6)


@pytest.mark.parametrize(("size", "overlap"), [(512, 128), (512, 256), (512, 384), (500, 37)])
def test_overlapping_blocks_add_up_to_one(size, overlap):
    held = captured(nn.Identity(), block_sizes=(size,), overlap=overlap)
    x = noise(12 * (size - overlap))
    assert held.call.block_sizes == (size - overlap,) and held.module.latency() == held.call.latency == overlap
    assert torch.allclose(play(held, x), late(x, overlap), atol=1e-6)


def test_overlap_begins_without_a_fade_and_hides_the_edges():
    held = captured(Centred(), block_sizes=(1024,), overlap=256)
    ones = torch.ones(1, 9 * 768)
    made = play(held, ones)[:, 256:]
    assert torch.allclose(made[:, 16:], torch.ones(1, made.shape[1] - 16), atol=0.06)
    assert float((made[:, 17:] - made[:, 16:-1]).abs().max()) < 0.02  # an edge alone would step by half


@pytest.mark.parametrize("form", ["magnitude", "power", "log", "complex"])
@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize(("window", "n_fft", "hop", "frames"), [("hann", 512, 128, 1), ("sine", 400, 160, 3)])
def test_spectra_left_alone_give_the_sound_back(form, mask, window, n_fft, hop, frames):
    spectrum = Spectrum(n_fft=n_fft, hop=hop, window=window, form=form, mask=mask, frames=frames)
    outputs = (Output(name="output", channels=2),)
    held = captured(Ones(mask), spectrum=spectrum, channels_in=2, outputs=outputs, look_ahead=2 * hop)
    x, delay = noise(hop * frames * 30, 2), n_fft + hop
    made = play(held, x)
    assert held.module.latency() == held.call.latency == delay and held.call.multiple == hop * frames
    assert 20 * math.log10(float((made - late(x, delay)).abs().max() / x.abs().max())) <= -100
    assert torch.equal(made, play(held, x, 3 * held.call.multiple))


def test_frames_that_leave_gaps_are_refused_with_the_hop_that_works():
    with pytest.raises(ModelError, match="put together") as refused:
        captured(Ones(True), spectrum=Spectrum(n_fft=512, hop=500))
    hop = int(refused.value.hint.split()[-1].rstrip("."))
    assert hop < 500 and captured(Ones(True), spectrum=Spectrum(n_fft=512, hop=hop)).call.multiple == hop
    with pytest.raises(ModelError):
        captured(Ones(True), spectrum=Spectrum(n_fft=512, hop=hop + 1))


def high_pass(taps, hz, rate):
    return np.eye(taps)[taps // 2] - scipy.signal.firwin(taps, hz, window=("kaiser", 9.5), fs=rate)


def test_filters_stand_before_and_after_the_model():
    before, after = Filter(kind="low", high_hz=3000, taps=101), Filter(kind="high", low_hz=500, taps=201)
    held = captured(nn.Identity(), filters_before=(before,), filters_after=(after,))
    held.module.prepare(16000, 64)
    x = noise(8000)
    taps = np.convolve(scipy.signal.firwin(101, 3000, window=("kaiser", 9.5), fs=16000), high_pass(201, 500, 16000))
    assert held.module.latency() == 150
    assert np.allclose(play(held, x, 64).numpy(), scipy.signal.lfilter(taps, [1.0], x.numpy())[:, :8000], atol=1e-4)


@pytest.mark.parametrize(
    ("treatment", "delay"),
    [({}, 0), ({"look_behind": 20, "look_ahead": 30}, 30), ({"block_sizes": (256,), "overlap": 64}, 64)],
)
def test_sample_accurate_knobs_go_with_the_sound(treatment, delay):
    held = captured(Traced(), **treatment)
    block = held.call.block_sizes[0] if held.call.block_sizes else 96
    positions = torch.rand(1, 12 * block, generator=torch.Generator().manual_seed(3))
    made = play(held, torch.zeros(1, 12 * block), block, positions)
    assert torch.allclose(made[:, delay:], 2 * positions[:, : 12 * block - delay], atol=1e-6)


@pytest.mark.parametrize(
    "treatment",
    [
        {"look_behind": 32, "look_ahead": 8},
        {"block_sizes": (256,), "overlap": 64},
        {"filters_before": (Filter(kind="low", high_hz=4000, phase="minimum"),)},
        {"spectrum": Spectrum(n_fft=256, hop=64)},
    ],
)
def test_reset_forgets_even_a_broken_block_and_prepare_does_too(treatment):
    held = captured(Ones(True) if "spectrum" in treatment else nn.Identity(), **treatment)
    x = noise(4096)
    first = play(held, x)
    play(held, torch.full((1, 512), math.nan))
    assert torch.equal(play(held, x), first)
    held.module.prepare(48000, 256)
    assert torch.equal(play(held, x), first)


def test_treatments_that_do_not_fit_the_model_say_what_would():
    with pytest.raises(ModelError) as refused:
        captured(nn.Identity(), multiple=16, min_block=16, look_behind=20, look_ahead=5)
    assert "look_behind=32, look_ahead=16" in refused.value.hint
    with pytest.raises(ModelError, match="cannot share"):
        captured(nn.Identity(), block_sizes=(256,), overlap=256)
    with pytest.raises(ModelError, match="hops"):
        captured(Ones(True), spectrum=Spectrum(n_fft=512, hop=128), look_ahead=100)
