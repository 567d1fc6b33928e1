"""The resampler against ideal sines: what NumPy says a sine is, at the other rate and late by what is reported."""

from __future__ import annotations

from math import gcd

import numpy as np
import pytest
import torch
from scipy.signal import firwin, resample_poly

from studio.wrappers import torchscript
from studio.wrappers.resampler import Resampler

RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000)
PAIRS = [(one, other) for one in RATES for other in RATES if one != other]
SAMPLES = 2048  # of the lower rate
CASES = [("best", *pair) for pair in PAIRS] + [("low delay", *pair) for pair in PAIRS[::4]]
PASS, STOP = {"best": 0.9, "low delay": 0.75}, {"best": 1.1, "low delay": 1.25}  # of the lower Nyquist frequency


@pytest.fixture(scope="module")
def ready():
    """A compiled resampler of a quality, prepared for a pair of rates and one channel."""
    compiled = {quality: torchscript.script(Resampler(quality).eval()) for quality in PASS}

    def make(quality, one, other, channels=1):
        step = gcd(one, other)
        compiled[quality].prepare(other // step, one // step, other // step, channels)
        return compiled[quality]

    return make


def tones(hertz, phases, rate, seconds, delay=0.0):
    at = np.arange(int(seconds * rate)) / rate - delay
    return sum(np.sin(2 * np.pi * f * at + p) for f, p in zip(hertz, phases, strict=True))


def spectrum_db(sound, start, count):
    """Peaks of a sine of amplitude 1 stand at 0 dB."""
    window = np.blackman(count) ** 2
    return 20 * np.log10(np.abs(np.fft.rfft(sound[start : start + count] * window)) * 2 / window.sum() + 1e-15)


def through(resampler, sound):
    return resampler(torch.from_numpy(sound.astype(np.float32))[None])[0].double().numpy()


@pytest.mark.parametrize(("quality", "one", "other"), CASES)
def test_the_pass_band_is_flat_in_time_and_free_of_images(ready, quality, one, other):
    low = min(one, other)
    hertz = PASS[quality] * low / 2 * np.array([0.013, 0.11, 0.27, 0.43, 0.61, 0.83, 0.97, 1.0])
    phases, seconds = np.linspace(0, 5, len(hertz)), SAMPLES / low
    resampler = ready(quality, one, other)
    heard = through(resampler, tones(hertz, phases, one, seconds))
    part = slice(int(other * 256 / low), int(other * (SAMPLES - 256) / low))
    at = (np.arange(heard.size) / other - resampler.centre / resampler.up / one)[part]
    basis = np.concatenate([np.sin(2 * np.pi * np.outer(hertz, at)), np.cos(2 * np.pi * np.outer(hertz, at))]).T
    sine, cosine = np.linalg.lstsq(basis, heard[part], rcond=None)[0].reshape(2, -1)
    assert np.abs(20 * np.log10(np.hypot(sine, cosine))).max() < 0.1
    assert np.abs(np.angle(np.exp(1j * (np.arctan2(cosine, sine) - phases)))).max() < 1e-4  # the delay is that exact
    rest = heard[part] - basis @ np.r_[sine, cosine]
    assert spectrum_db(rest, 0, rest.size).max() < -90


@pytest.mark.parametrize(("quality", "one", "other"), [case for case in CASES if case[1] > case[2]])
def test_what_folds_into_the_pass_band_is_90_db_down(ready, quality, one, other):
    resampler = ready(quality, one, other)
    for part in (1.0, 1.06, 1.3, 2.1):
        hertz = STOP[quality] * other / 2 * part
        if hertz < one / 2:
            heard = through(resampler, tones([hertz], [0.3], one, SAMPLES / other))
            assert spectrum_db(heard, 256, SAMPLES - 512).max() < -90


def test_an_independent_resampler_makes_the_same_of_noise(ready):
    """SciPy's, with a filter of its own that is twenty times as long."""
    noise = np.random.default_rng(1).standard_normal(9600)
    noise = np.convolve(noise, firwin(501, 0.7), "same")  # nothing where the two filters are allowed to differ
    taps = firwin(2 * 160 * 600 + 1, 1 / 160, window=("kaiser", 14.0))
    expected = resample_poly(noise, 147, 160, window=taps)
    resampler = ready("best", 48000, 44100)
    resampler.prepare(147, 160, 160, 1)  # late by whole outputs
    heard = through(resampler, noise)[resampler.centre // 160 :]
    assert np.abs(heard[700:-700] - expected[700 : heard.size - 700]).max() < 1e-3 * np.abs(expected).max()


@pytest.mark.parametrize("quality", PASS)
@pytest.mark.parametrize(
    ("one", "other"), [(48000, 44100), (44100, 48000), (192000, 11025), (11025, 192000), (8000, 16000)]
)
def test_the_cut_is_not_heard_and_the_same_cut_gives_the_same_bits(ready, quality, one, other):
    random = np.random.default_rng(2)
    noise = torch.from_numpy(random.uniform(-1, 1, (2, 30000)).astype(np.float32))
    resampler = ready(quality, one, other, channels=2)
    whole = resampler(noise)
    sizes = np.minimum(random.geometric(1 / 300, 2000), 4000)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), 30000)].tolist()
    sizes.append(30000 - sum(sizes))

    def cut():
        resampler.reset()
        return torch.cat([resampler(part) for part in noise.split(sizes, dim=1)], 1)

    once = cut()
    assert once.shape == whole.shape and torch.equal(once, cut())
    assert float((once - whole).abs().max()) < 10 ** (-110 / 20) * float(whole.abs().max())


def test_nothing_is_kept_in_a_file_and_little_in_memory(ready):
    assert sum(each.numel() for each in Resampler().state_dict().values()) == 0
    for one, other in PAIRS:
        assert ready("best", one, other).matrix.numel() * 4 <= 4 << 20


def test_a_low_delay_costs_a_third(ready):
    """Figures that the docstring gives."""
    delays = {}
    for quality in PASS:
        delays[quality] = sum(
            each.centre / each.up / one
            for one, other in ((48000, 44100), (44100, 48000))
            for each in [ready(quality, one, other)]
        )
    assert 1000 * delays["best"] == pytest.approx(1.3, abs=0.05)
    assert 1000 * delays["low delay"] == pytest.approx(0.6, abs=0.05)
