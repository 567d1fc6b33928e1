"""The STFT for authors, inside a wrapper of theirs."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from studio import RealtimeSTFT, WaveformToWaveform
from studio.document.card import ModelCard
from studio.errors import ModelError
from studio.wrappers.base import describe
from studio.wrappers.capture import capture


class Through(WaveformToWaveform):
    def __init__(self, stft):
        super().__init__()
        self.stft = stft

    def do_forward_pass(self, x: Tensor) -> Tensor:
        return self.stft.spec_to_audio(self.stft.audio_to_spec(x))


@pytest.mark.parametrize(
    ("power", "logarithmize"), [(1.0, True), (1.0, False), (2.0, True), (2.0, False), (None, False)]
)
def test_spectra_left_alone_give_the_sound_back_through_the_capture(power, logarithmize):
    stft = RealtimeSTFT(4, 1, 256, 512, 128, power=power, logarithmize=logarithmize, eps=1e-12)
    wrapper = Through(stft)
    call = describe(wrapper)[0].model_copy(update={"block_sizes": (256,)})
    captured = capture(wrapper, call, ModelCard())[0]
    x = torch.randn(1, 256 * 30)
    made = torch.cat([captured.module(part, torch.zeros(0, 256)) for part in x.split(256, 1)], 1)
    delay = stft.calc_model_delay_samples()
    difference = (made[:, delay:] - x[:, :-delay]).abs().max() / x.abs().max()
    assert delay == 384 and 20 * math.log10(float(difference)) <= -100


def test_the_model_gets_the_latest_frames_as_torch_computes_them():
    stft = RealtimeSTFT(6, 2, 512, 1024, 256, logarithmize=False)
    x = torch.randn(2, 512 * 4)
    for part in x.split(512, 1):
        spec = stft.audio_to_spec(part)
    reference = torch.stft(x, 1024, 256, window=torch.hann_window(1024), center=False, return_complex=True).abs()
    count = min(6, reference.shape[2])
    assert spec.shape == (2, 513, 6) and torch.allclose(spec[..., -count:], reference[..., -count:], atol=1e-3)


def test_sizes_and_gaps_are_said():
    stft = RealtimeSTFT(4, 1, 256, 512, 128, center=True, use_debug_mode=False)
    assert stft.calc_supported_buffer_sizes() == [128, 256, 384, 512]
    with pytest.raises(ModelError, match="put together"):
        RealtimeSTFT(4, 1, 500, 512, 500)
    with pytest.raises(TypeError, match="windwo"):
        RealtimeSTFT(windwo=None)
