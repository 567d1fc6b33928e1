"""The layers for authors, beside scipy, torch's own and closed forms."""

from __future__ import annotations

import io

import numpy as np
import pytest
import scipy.signal
import torch
from torch import nn

from studio import GCN1D, IIRSVF, TCN1D, CachedMelSpec, Conv1dGeneral, FilterType, IIRFilter, PaddingCached
from studio.wrappers.blocks import sampled_filter
from studio.wrappers.blocks.gcn import TFiLM
from studio.wrappers.blocks.tcn import FiLM, causal_crop
from studio.wrappers.torchscript import load, save, script

RATE = 44100
PARTS = [1, 500, 37, 64, 900, 498]


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(3)
    with torch.no_grad():
        yield


def by_parts(call, x, parts=PARTS):
    return torch.cat([call(part) for part in x.split(parts, -1)], -1)


def svf_as_biquad(kind, cutoff, resonance):
    """The bilinear transform of the analogue filter of the second order."""
    w = 2 * RATE * np.tan(np.pi * cutoff / RATE)
    numerator = {"lowpass": [w * w], "highpass": [1, 0, 0], "bandpass": [w / resonance, 0]}[kind]
    return scipy.signal.bilinear(numerator, [1, w / resonance, w * w], RATE)


@pytest.mark.parametrize("kind", ["lowpass", "highpass", "bandpass"])
@pytest.mark.parametrize("cutoff, resonance", [(30.0, 0.707), (1000.0, 4.0), (15000.0, 0.3)])
def test_a_state_variable_filter_is_the_bilinear_one(kind, cutoff, resonance):
    made = script(IIRFilter(FilterType(kind), cutoff, resonance))
    made.set_parameters(sample_rate=RATE)
    x = torch.randn(2, 2000)
    reference = scipy.signal.lfilter(*svf_as_biquad(kind, cutoff, resonance), x.numpy().astype(float))
    assert np.abs(by_parts(made, x).numpy() - reference).max() < 1e-5
    made.reset()
    assert np.abs(made(x[:1]).numpy() - reference[:1]).max() < 1e-5  # one channel after two


def test_a_filter_that_is_turned_follows_its_equations_sample_by_sample():
    cutoff, resonance, mix = torch.rand(1, 400, 1) * 9000 + 50, torch.rand(1, 400, 1) + 0.2, torch.rand(1, 400, 3)
    x, (band, low), reference = torch.randn(1, 400), (0.0, 0.0), []
    for n in range(400):  # trapezoidal integration, solved for the two states
        g, damping = np.tan(np.pi * float(cutoff[0, n]) / RATE), 1 / float(resonance[0, n])
        high = (float(x[0, n]) - (damping + g) * band - low) / (1 + g * (g + damping))
        now_band, now_low = g * high + band, g * (g * high + band) + low
        band, low = 2 * now_band - band, 2 * now_low - low
        reference.append(float(mix[0, n].numpy() @ np.array([damping * now_band, now_low, high])))
    made = IIRSVF()
    blocks = zip(*(each.split([150, 250], 1) for each in (x, cutoff, resonance, mix)), strict=True)
    heard = torch.cat([made(*block, RATE) for block in blocks], 1)
    assert np.abs(heard[0].numpy() - reference).max() < 1e-5


@pytest.mark.parametrize("kind, cutoffs", [("LOWPASS", [2000.0]), ("HIGHPASS", [500.0]), ("BANDSTOP", [900.0, 4000.0])])
@pytest.mark.parametrize("size", [257, 256])
def test_the_filter_of_the_sdk_passes_and_stops_and_is_late_as_it_says(kind, cutoffs, size):
    made = script(sampled_filter.FIRFilter(FilterType[kind], cutoffs, size))
    made.set_parameters(sample_rate=RATE)
    impulse = torch.zeros(2, 600)
    impulse[:, 0] = 1.0
    heard = by_parts(made, impulse, [1, 99, 500]).numpy()
    hz, gain = scipy.signal.freqz(heard[1], worN=4096, fs=RATE)
    zones = {"LOWPASS": hz < cutoffs[0], "HIGHPASS": hz > cutoffs[0]}
    through = zones.get(kind, (hz < cutoffs[0]) | (hz > cutoffs[-1]))
    sure = np.min([np.abs(hz - each) for each in cutoffs], 0) > 5 * RATE / size
    assert np.abs(np.abs(gain) - through)[sure].max() < 0.003 and made.delay == size // 2
    straight = gain * np.exp(2j * np.pi * hz / RATE * made.delay)  # linear phase: what is left is real
    assert np.abs(straight.imag).max() < 1e-3 and np.array_equal(heard[0], heard[1])


@pytest.mark.parametrize("kernel, dilation", [(5, 3), (4, 2), (1, 1)])
@pytest.mark.parametrize("padding", ["same", "valid", 3])
@pytest.mark.parametrize("mode", ["zeros", "reflect", "circular"])
def test_without_a_cache_a_convolution_is_torch_s(kernel, dilation, padding, mode):
    made = Conv1dGeneral(2, 3, kernel, padding=padding, dilation=dilation, causal=False, padding_mode=mode)
    reference = nn.Conv1d(2, 3, kernel, padding=padding, dilation=dilation, padding_mode=mode)
    reference.load_state_dict({name: made.conv1d.state_dict()[name] for name in ("weight", "bias")})
    x = torch.randn(2, 2, 200)
    assert torch.allclose(script(made)(x), reference(x), atol=1e-5)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("kernel, dilation", [(5, 3), (4, 1), (1, 1)])
def test_with_a_cache_blocks_give_what_the_whole_gives_later(causal, kernel, dilation):
    made = Conv1dGeneral(2, 3, kernel, dilation=dilation, causal=causal)
    x = torch.randn(2, 2, 2000)
    whole = made(x)
    made = script(made)
    made.set_cached(True)
    late, heard = made.get_delay_samples(), by_parts(made, x)
    assert heard.shape == whole.shape and late == (0 if causal else -(-(kernel - 1) * dilation // 2))
    edge = 0 if causal else (kernel - 1) * dilation  # the end of the whole is padded
    assert torch.allclose(heard[..., late : 2000 - edge], whole[..., : 2000 - edge - late], atol=1e-5)


def test_padding_is_the_block_before_and_begins_anew_for_another_batch():
    made = PaddingCached(1, 3, 2)
    first, second = torch.arange(1.0, 6.0).reshape(1, 1, 5), torch.arange(6.0, 11.0).reshape(1, 1, 5)
    assert made(first).flatten().tolist() == [0, 0, 0, 1, 2, 3, 4, 5, 0, 0]
    assert made(second).flatten().tolist() == [3, 4, 5, 6, 7, 8, 9, 10, 1, 2]
    assert made(torch.ones(2, 1, 1))[:, :, :3].abs().max() == 0


@pytest.mark.parametrize("options", [{}, {"cond_dim": 3}, {"use_bn": True}, {"padding": 0, "use_act": False}])
def test_a_tcn_hears_as_far_as_it_says(options):
    made = TCN1D(n_blocks=3, n_channels=4, kernel_size=3, dil_growth=3, **options).eval()
    x = torch.zeros(2, 1, 101, requires_grad=True)
    cond = torch.randn(2, 3) if options.get("cond_dim") else None
    with torch.enable_grad():
        heard = script(made)(x + torch.randn(2, 1, 101), cond)
        heard[0, 0, heard.shape[-1] // 2].backward()
    at = x.grad[0, 0].nonzero().flatten()
    lost = 26 if "padding" in options else 0  # a way around ends one sample earlier than its block
    assert made.calc_receptive_field() == 27 and heard.shape == (2, 1, 101 - lost)
    assert int(at[-1] - at[0]) + 1 in (27, 28, 29, 30) if lost else int(at[-1] - at[0]) + 1 == 27
    assert x.grad[1].abs().max() == 0


def test_checkpoints_of_the_sdk_find_their_names():
    keys = set(TCN1D(n_blocks=2, n_channels=2, cond_dim=1, use_bn=True).state_dict())
    assert {"blocks.0.conv.weight", "blocks.0.act.weight", "blocks.1.res.weight"} <= keys
    assert {"blocks.0.film.adaptor.bias", "blocks.0.film.bn.running_mean"} <= keys and len(keys) == 18
    keys = set(GCN1D(n_blocks=1, n_channels=2, cond_dim=1).state_dict())
    recurrent = {f"blocks.0.tfilm.rnn.{part}_l0" for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    assert keys == recurrent | {"blocks.0.conv.conv.weight", "blocks.0.res.weight", "out_net.weight"}
    keys = set(Conv1dGeneral(1, 1, 3).state_dict())
    assert keys == {"conv1d.weight", "conv1d.bias", "padding_cached.pad_l_buf", "padding_cached.pad_r_buf"}


def test_a_condition_scales_and_shifts():
    made = FiLM(2, 3, use_bn=False)
    made.adaptor.weight.zero_()
    made.adaptor.bias.copy_(torch.tensor([1.0, 2.0, 3.0, 10.0, 20.0, 30.0]))
    heard = script(made)(torch.ones(1, 3, 4), torch.randn(1, 2))
    assert heard[0, :, 0].tolist() == [11, 22, 33]
    assert causal_crop(torch.arange(6.0), 3).tolist() == [2, 3, 4]


@pytest.mark.parametrize("rnn_type", ["lstm", "gru"])
def test_each_piece_is_scaled_by_what_the_cell_makes_of_its_peak(rnn_type):
    made = TFiLM(2, 1, 8, rnn_type)
    cell = (nn.LSTMCell if rnn_type == "lstm" else nn.GRUCell)(3, 2)
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in made.rnn.state_dict().items()})
    scripted, cond, state = script(made), torch.tensor([[0.7]]), None
    for _ in range(3):
        x = torch.randn(1, 2, 20)  # two pieces and a half
        peaks = torch.stack([part.amax(2)[0] for part in nn.functional.pad(x, [0, 4]).split(8, 2)])
        state = cell(torch.cat([peaks, cond.expand(3, 1)], 1), state)
        scales = (state[0] if rnn_type == "lstm" else state).T.repeat_interleave(8, 1)[:, :20]
        assert torch.allclose(scripted(x, cond)[0], x[0] * scales, atol=1e-6)
    scripted.reset_state()
    assert not torch.allclose(scripted(x, cond)[0], x[0] * scales, atol=1e-6)


def test_a_gcn_is_causal_and_gated():
    made = script(GCN1D(n_blocks=3, n_channels=4, kernel_size=3, dil_growth=2).eval())
    x = torch.randn(1, 1, 60)
    before, x[..., 40:] = made(x), 0.0
    after = made(x)
    assert torch.equal(before[..., :40], after[..., :40]) and before.abs().max() < 1
    one = GCN1D(n_blocks=1, n_channels=1, kernel_size=1)
    a, b = one.blocks[0].conv.conv.weight.flatten()
    sound = torch.tanh(a * x) * torch.sigmoid(b * x) + one.blocks[0].res.weight * x
    assert torch.allclose(one(x), torch.tanh(one.out_net.weight * sound), atol=1e-6)


@pytest.mark.parametrize(
    "n_fft, hop, options", [(512, 64, {"power": 1.0, "f_min": 80.0, "f_max": 9000.0}), (256, 128, {})]
)
def test_mel_spectra_by_blocks_are_those_of_the_whole_later(n_fft, hop, options):
    made = script(CachedMelSpec(RATE, 2, n_fft, hop, n_mels=20, **options))
    x = torch.randn(2, hop * 40)
    heard, late = by_parts(made, x, [hop * 4, hop, hop * 30, hop * 5]), made.get_delay_frames()
    window = torch.hann_window(n_fft)
    spectra = torch.stft(x, n_fft, hop, window=window, center=True, pad_mode="constant", return_complex=True).abs()
    mels = np.linspace(
        *(2595 * np.log10(1 + options.get(k, v) / 700) for k, v in (("f_min", 0), ("f_max", RATE // 2))), 22
    )
    corners, hz = 700 * (10 ** (mels / 2595) - 1), np.linspace(0, RATE // 2, n_fft // 2 + 1)
    bands = np.stack([np.interp(hz, corners[i : i + 3], [0.0, 1.0, 0.0]) for i in range(20)])
    reference = torch.from_numpy(bands).float() @ spectra ** options.get("power", 2.0)
    assert heard.shape == (2, 20, 40) and late == made.get_delay_samples() // hop
    assert torch.allclose(heard[..., late:], reference[..., : 40 - late], rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize(
    "made",
    [GCN1D(n_blocks=2, n_channels=2, cond_dim=1, tfilm_block_size=16), PaddingCached(1, 3), CachedMelSpec(RATE, 1)],
)
def test_what_is_remembered_goes_into_the_archive(made):
    made = script(made.eval())
    x = (torch.randn(1, 2048),) if "Mel" in made.original_name else (torch.randn(1, 1, 48),)
    x += (torch.ones(1, 1),) if made.original_name == "GCN1D" else ()
    made(*x)
    save(made, held := io.BytesIO(), {})
    held.seek(0)
    assert torch.equal(load(held)(*x), made(*x))
