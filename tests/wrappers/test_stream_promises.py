"""What a Stream does for hosts that break their promise, reuse their memory, change their settings or turn knobs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.wrappers.base import WaveformToWaveform, WaveformToWaveformBase
from studio.wrappers.capture import capture
from studio.wrappers.stream import open_stream

NONE = torch.zeros(0, 1)


class Same(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x


class Position(WaveformToWaveformBase):
    """Gives the position of its knob, sample by sample."""

    def get_neutone_parameters(self) -> list[Parameter]:
        return [Parameter("knob", "itself", default=0.5)]

    def aggregate_params(self, params: Tensor) -> Tensor:
        return params

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        return x * 0.0 + params["knob"]


def opened(wrapper, card=None, channels=1, **call):
    outputs = (Output(name="output", channels=channels),)
    said = Call(wrapper=True, layout="CT", channels_in=channels, outputs=outputs, **call)
    captured, _ = capture(wrapper, said, card or ModelCard())
    return open_stream(captured)


def play(stream, audio, sizes):
    parts = torch.from_numpy(audio).split(sizes, dim=1)
    made = [stream(part.clone(), torch.zeros(0, part.shape[1])).clone() for part in parts]
    assert [each.shape[1] for each in made] == sizes  # never short
    return torch.cat(made, 1).numpy()


@pytest.mark.parametrize(("block", "promised"), [(0, 128), (512, 512), (512, 128), (100, 480), (2048, 64)])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_broken_promise_costs_time_but_no_sample(identity, block, promised, channels):
    """A ramp from 1 on: whatever silence comes in between, its numbers come in order, and none is missing."""
    stream = open_stream(identity(block, channels=channels))
    stream.prepare(48000, promised)
    sizes = np.random.default_rng(block).integers(0, 3 * promised, 60).tolist() + [promised] * 100
    ramp = np.arange(1, sum(sizes) + 1, dtype=np.float32)[None].repeat(channels, 0)
    heard = play(stream, ramp, sizes)
    sound = heard[:, heard[0] > 0]
    np.testing.assert_array_equal(sound, ramp[:, : sound.shape[1]])
    late, last = stream.latency(), 90 * promised
    assert late <= 4 * promised + 2 * max(block, 1)
    np.testing.assert_array_equal(heard[:, -last:], ramp[:, ramp.shape[1] - last - late : ramp.shape[1] - late])


@pytest.mark.parametrize("rates", [(48000, 44100), (44100, 96000)])
@pytest.mark.parametrize("block", [0, 512])
def test_a_broken_promise_at_another_rate(identity, rates, block):
    stream = open_stream(identity(block, rates=rates[1:]))
    stream.prepare(rates[0], 256)
    sizes = np.random.default_rng(3).integers(0, 1000, 40).tolist() + [256] * 100
    sine = np.sin(2 * np.pi * 997 / rates[0] * np.arange(sum(sizes)))[None].astype(np.float32)
    heard = play(stream, sine, sizes)
    at = np.arange(heard.shape[1] - 90 * 256, heard.shape[1])
    np.testing.assert_allclose(heard[0, at], sine[0, at - stream.latency()], atol=1e-4)
    stream.reset()
    assert stream.late == 0  # a new start, with the delay that was promised


def test_what_is_drained_does_not_depend_on_the_cut(identity):
    stream = open_stream(identity(512, rates=(44100,), channels=2))
    stream.prepare(48000, 256)
    noise = torch.from_numpy(np.random.default_rng(5).uniform(-1, 1, (2, 60000)).astype(np.float32))
    made = []
    for seed in (1, 2, 2):
        stream.reset()
        sizes = np.random.default_rng(seed).integers(1, 2000, 60)
        sizes = sizes[: np.searchsorted(sizes.cumsum(), 60000)].tolist()
        parts = noise.split([*sizes, 60000 - sum(sizes)], dim=1)
        made.append(torch.cat([stream.drain(part, NONE).clone() for part in parts], 1))
    assert made[0].shape == made[1].shape and torch.equal(made[1], made[2])
    assert float((made[0] - made[1]).abs().max()) < 10 ** (-110 / 20)


@pytest.mark.parametrize(
    ("block", "rate", "host"), [(0, 48000, 256), (512, 48000, 100), (128, 48000, 512), (0, 44100, 256)]
)
def test_the_host_may_use_its_memory_again(identity, block, rate, host):
    stream = open_stream(identity(block, rates=(rate,)))
    noise = np.random.default_rng(6).uniform(-1, 1, (1, 100 * host)).astype(np.float32)
    stream.prepare(48000, host)
    expected = play(stream, noise, [host] * 100)
    stream.reset()
    buffer, made = torch.zeros(1, host), []
    for part in torch.from_numpy(noise).split(host, dim=1):
        buffer.copy_(part)
        made.append(stream(buffer, NONE).clone())
        buffer.fill_(float("nan"))
    np.testing.assert_array_equal(torch.cat(made, 1).numpy(), expected)


@pytest.mark.parametrize("channels", [1, 2])
def test_nothing_is_allocated_where_nothing_has_to_fit(channels):
    stream = opened(Same(), channels=channels, block_sizes=(256,))
    stream.prepare(48000, 256)
    audio = torch.rand(channels, 256)
    with torch.inference_mode():
        for _ in range(30):
            made = stream(audio, NONE)
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
            made = stream(audio, NONE)
    assert [event.key for event in seen.key_averages() if event.self_cpu_memory_usage > 0] == []
    assert made.data_ptr() == audio.data_ptr()  # the very tensor that the model gave


def test_settings_change_while_running(identity, hear):
    """Each setting in turn on one Stream sounds as on a Stream of its own."""
    captured = identity(512, rates=(44100,), channels=2)
    stream = open_stream(captured)
    noise = np.random.default_rng(7).uniform(-1, 1, (2, 12800)).astype(np.float32)
    for rate, block in [(44100, 512), (48000, 64), (44100, 100), (96000, 640), (48000, 64)]:
        stream.prepare(rate, block)
        made = play(stream, noise, [block] * (12800 // block))
        np.testing.assert_array_equal(made, hear(captured, noise, rate, block)[0])


@pytest.mark.parametrize("host", [64, 480])
@pytest.mark.parametrize("block", [0, 128])
def test_every_sample_of_the_model_gets_the_position_of_its_time(host, block):
    """A ramp of positions: at twice the model's rate every other one arrives, through the filter of the way back."""
    card = ModelCard(parameters=(Parameter("knob", "itself", default=0.5),))
    sizes = (block,) if block else ()
    stream = opened(Position(), card, sample_rates=(24000,), block_sizes=sizes)
    stream.prepare(48000, host)
    ramp = np.linspace(0, 1, 100 * host, dtype=np.float32)[None]
    made = [stream(torch.zeros(1, host), part).clone() for part in torch.from_numpy(ramp).split(host, dim=1)]
    heard, late = torch.cat(made, 1).numpy()[0], stream.latency() - stream.filtering // 2
    middle = slice(2000, heard.size - 2000)
    np.testing.assert_allclose(heard[late:][middle], ramp[0, : heard.size - late][middle], atol=3 / heard.size + 1e-4)


def test_a_stream_that_was_never_prepared_weighs_nothing(identity):
    stream = open_stream(identity(512, rates=(44100,)))
    assert sum(each.numel() for name, each in stream.named_buffers() if not name.startswith("inner")) == 0
