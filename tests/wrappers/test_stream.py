"""The Stream against pure delays (SciPy knows nothing of queues) and against ideal sines."""

from __future__ import annotations

from math import gcd

import numpy as np
import pytest
from scipy.signal import lfilter

from studio.wrappers.stream import open_stream

RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000)


@pytest.mark.parametrize(
    ("block", "host"), [(64, 64), (64, 256), (65, 64), (512, 480), (2048, 480), (32, 4096), (16384, 1000), (100, 17)]
)
def test_a_block_adds_the_least_delay_and_nothing_else(identity, hear, block, host):
    delay = block - gcd(block, host)
    audio = np.random.default_rng(1).standard_normal((1, (delay + 3 * block) // host * host + host)).astype("float32")
    played, latency = hear(identity(block), audio, 48000, host)
    taps = np.r_[np.zeros(delay), 1.0]
    assert latency == delay
    np.testing.assert_allclose(played, lfilter(taps, 1.0, audio), atol=1e-7)


@pytest.mark.parametrize(("least", "multiple", "host"), [(300, 1, 128), (1, 96, 128), (1000, 64, 441)])
def test_lengths_a_model_cannot_take_never_reach_it(identity, hear, least, multiple, host):
    audio = np.random.default_rng(2).standard_normal((1, 60 * host)).astype("float32")
    played, latency = hear(identity(min_block=least, multiple=multiple), audio, 48000, host)
    np.testing.assert_allclose(played[:, latency:], audio[:, : audio.shape[1] - latency], atol=1e-7)


@pytest.mark.parametrize("host_rate", RATES)
@pytest.mark.parametrize("model_rate", [16000, 44100, 48000])
def test_resampling_is_transparent_and_in_time(identity, hear, host_rate, model_rate):
    """Reference: the sine itself, moved by the latency that was reported."""
    hertz = 0.31 * min(host_rate, model_rate)
    time = np.arange(host_rate) / host_rate
    audio = np.sin(2 * np.pi * hertz * time).astype("float32")[None]
    played, latency = hear(identity(rates=(model_rate,)), audio, host_rate, 333)
    middle = slice(latency + host_rate // 3, latency + host_rate // 3 + host_rate // 4)
    expected = np.sin(2 * np.pi * hertz * (np.arange(played.shape[1]) - latency) / host_rate)
    assert np.abs(played[0, middle] - expected[middle]).max() < 10 ** (-86 / 20)


@pytest.mark.parametrize("hertz", [23000, 26000, 30000])
def test_what_would_fold_is_gone(identity, hear, hertz):
    """96 kHz through a 44.1 kHz model: folding to below 0.9 of 22.05 kHz is at least 90 dB down."""
    audio = np.sin(2 * np.pi * (hertz + 1500) * np.arange(96000) / 96000).astype("float32")[None]
    played, latency = hear(identity(rates=(44100,)), audio, 96000, 480)
    assert np.abs(played[0, latency + 20000 : -20000]).max() < 10 ** (-90 / 20)


@pytest.mark.parametrize("sizes", [(480,), (64,), (2047,)])
def test_the_cut_of_the_blocks_is_not_heard(identity, hear, sizes):
    audio = np.random.default_rng(4).standard_normal((1, 48000)).astype("float32") * 0.2
    one, first = hear(identity(512, rates=(44100,)), audio, 48000, 256)
    other, second = hear(identity(512, rates=(44100,)), audio, 48000, sizes[0])
    length = 40000
    assert np.abs(one[:, first : first + length] - other[:, second : second + length]).max() < 1e-5


def test_stereo_is_folded_to_mono_and_back(identity, hear):
    audio = np.random.default_rng(5).standard_normal((2, 512)).astype("float32")
    played, _ = hear(identity(channels=1), audio, 48000, 128)
    np.testing.assert_allclose(played, np.repeat(audio.mean(0, keepdims=True), 2, 0), atol=1e-6)


def test_mono_through_a_stereo_model_is_its_average(identity, hear):
    audio = np.random.default_rng(6).standard_normal((1, 512)).astype("float32")
    played, _ = hear(identity(channels=2), audio, 48000, 128)
    np.testing.assert_allclose(played, audio, atol=1e-6)


def test_reset_forgets_what_was_heard(identity):
    import torch

    stream = open_stream(identity(256, rates=(44100,)))
    stream.prepare(48000, 100)
    loud, none = torch.ones(1, 100), torch.zeros(0, 100)
    for _ in range(20):
        stream(loud, none)
    stream.reset()
    assert max(float(stream(torch.zeros(1, 100), none).abs().max()) for _ in range(20)) == 0.0
