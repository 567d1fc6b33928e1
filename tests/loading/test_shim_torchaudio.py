"""The stand-ins for torchaudio against SciPy and against their published definitions, traced and scripted too."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.signal
import torch

from studio.loading.shim import files, functional, transforms
from studio.wrappers import torchscript

SOUND = torch.rand(2, 6000, generator=torch.Generator().manual_seed(3)) - 0.5


def spectrum(sound, n_fft, hop):
    """Magnitudes `[..., bins, frames]` of Hann windows around every hop, edges mirrored."""
    x = np.pad(sound.double().numpy(), ((0, 0), (n_fft // 2, n_fft // 2)), mode="reflect")
    window = scipy.signal.get_window("hann", n_fft)
    starts = range(0, x.shape[1] - n_fft + 1, hop)
    return np.abs(np.stack([np.fft.rfft(x[:, at : at + n_fft] * window) for at in starts], -1))


def mel_bank(bins, n_mels, rate):
    """Triangles on O'Shaughnessy's mel scale, written out one by one."""
    mels = np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), n_mels + 2)
    corners = 700 * (10 ** (mels / 2595) - 1)
    at = np.linspace(0, rate // 2, bins)
    return np.stack([np.interp(at, corners[i : i + 3], [0, 1, 0], 0, 0) for i in range(n_mels)], 1)


@pytest.mark.parametrize(
    "made, n_fft, hop, power", [({}, 400, 200, 2), ({"n_fft": 512, "hop_length": 128, "power": 1.0}, 512, 128, 1)]
)
def test_spectrogram(made, n_fft, hop, power):
    ours = transforms.Spectrogram(**made)(SOUND)
    np.testing.assert_allclose(ours, spectrum(SOUND, n_fft, hop) ** power, rtol=2e-4, atol=1e-3)


def test_mel_spectrogram_decibels_and_cepstrum():
    mel = mel_bank(201, 40, 16000).T @ spectrum(SOUND, 400, 200) ** 2
    np.testing.assert_allclose(transforms.MelSpectrogram(n_mels=40)(SOUND), mel, rtol=1e-3, atol=1e-3)
    decibels = 10 * np.log10(np.maximum(mel, 1e-10))
    decibels = np.maximum(decibels, decibels.max() - 80)  # of both channels: they are one sound
    cepstrum = scipy.fft.dct(decibels, type=2, norm="ortho", axis=-2)[..., :13, :]
    ours = transforms.MFCC(16000, 13, melkwargs={"n_mels": 40})(SOUND)
    np.testing.assert_allclose(ours, cepstrum, atol=0.02)


def test_slaney_triangles_have_area_one():
    bank = functional.melscale_fbanks(4097, 0.0, 8000.0, 20, 16000, "slaney", "slaney")
    np.testing.assert_allclose(bank.sum(0) * 8000 / 4096, 1.0, rtol=0.02)


def test_spectra_come_back_as_the_sound():
    there = transforms.Spectrogram(power=None)(SOUND)
    back = transforms.InverseSpectrogram()(there, SOUND.shape[1])
    assert torch.allclose(back, SOUND, atol=1e-5)
    magnitude = transforms.Spectrogram()(SOUND)
    torch.manual_seed(0)
    again = transforms.Spectrogram()(transforms.GriffinLim(rand_init=False)(magnitude))
    assert float((again.sqrt() - magnitude.sqrt()).norm() / magnitude.sqrt().norm()) < 0.35


@pytest.mark.parametrize("orig, new", [(44100, 48000), (48000, 16000), (16000, 44100), (3, 2)])
@pytest.mark.parametrize("method", ["sinc_interp_hann", "sinc_interp_kaiser"])
def test_resampling_keeps_a_tone(orig, new, method):
    tone = torch.sin(2 * math.pi * 0.03 * torch.arange(4000))
    made = functional.resample(tone, orig, new, resampling_method=method)
    wanted = torch.sin(2 * math.pi * 0.03 * torch.arange(made.shape[0]) * orig / new)
    assert made.shape == (math.ceil(4000 * new / orig),)
    assert float((made - wanted)[200:-200].abs().max()) < 0.01
    assert torch.equal(transforms.Resample(orig, new, method)(tone), made)


@pytest.mark.parametrize("order", [1, 2, 5])
def test_recursive_filters(order):
    b, a = scipy.signal.butter(order, 0.2)
    ours = functional.lfilter(SOUND.double(), torch.tensor(a), torch.tensor(b), clamp=False)
    np.testing.assert_allclose(ours, scipy.signal.lfilter(b, a, SOUND.double()), atol=1e-9)


@pytest.mark.parametrize(
    "name, arguments, frequency, level",
    [
        ("lowpass_biquad", (1000.0,), 1000.0, -3.01),
        ("lowpass_biquad", (1000.0,), 100.0, 0.0),
        ("highpass_biquad", (1000.0,), 1000.0, -3.01),
        ("highpass_biquad", (1000.0,), 10000.0, 0.0),
        ("bandpass_biquad", (1000.0,), 1000.0, 0.0),
        ("bandreject_biquad", (1000.0,), 1000.0, -80.0),
        ("allpass_biquad", (1000.0,), 3000.0, 0.0),
        ("equalizer_biquad", (1000.0, 6.0), 1000.0, 6.0),
        ("bass_biquad", (-6.0,), 20.0, -6.0),
        ("treble_biquad", (6.0,), 15000.0, 6.0),
    ],
)
def test_sections_have_the_level_they_promise(name, arguments, frequency, level):
    impulse = torch.zeros(1, 8192)
    impulse[0, 0] = 0.1
    answer = getattr(functional, name)(impulse, 48000, *arguments)[0] / 0.1
    at = torch.exp(-2j * math.pi * frequency / 48000 * torch.arange(8192))
    measured = 20 * math.log10(max(abs(complex((answer * at).sum())), 1e-4))
    assert measured == pytest.approx(level, abs=0.15)


@pytest.mark.parametrize(
    "module",
    [
        transforms.Resample(48000, 44100),
        transforms.MelSpectrogram(n_mels=20),
        transforms.MFCC(n_mfcc=8),
        transforms.AmplitudeToDB(top_db=60.0),
    ],
)
def test_they_compile_and_follow_the_length(module):
    x = SOUND.abs()
    for made in (torchscript.script(module), torchscript.trace(module, (x[:, :3000],))[0]):
        assert torch.allclose(made(x), module(x), atol=1e-4)


class Dull(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.lowpass_biquad(x, 48000, 2000.0)


def test_a_filter_in_a_trace_follows_the_length():
    for made in (torchscript.script(Dull()), torchscript.trace(Dull(), (SOUND[:, :1000],))[0]):
        assert torch.allclose(made(SOUND), Dull()(SOUND), atol=1e-6)


def test_sounds_are_read_and_written(tmp_path):
    files.save(tmp_path / "one.wav", SOUND, 22050)
    read, rate = files.load(str(tmp_path / "one.wav"), frame_offset=10, num_frames=50)
    assert rate == 22050 and torch.equal(read, SOUND[:, 10:60])
    assert files.info(tmp_path / "one.wav")[:3] == (22050, 6000, 2)
