"""The delay of a Stream for hosts and models of any block and rate: an impulse has to arrive when it is said to."""

from __future__ import annotations

import random
from math import ceil, gcd

import numpy as np
import pytest
import torch

from studio.wrappers.stream import open_stream

RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000)
HOSTS = (16, 17, 32, 63, 64, 100, 128, 255, 441, 480, 512, 1000, 1024, 2047, 2048, 4096)
MODELS = (32, 64, 100, 128, 441, 512, 1000, 2048, 4096, 8191, 16384)
CASES = [(host, model, rates) for host in HOSTS for model in MODELS for rates in [(a, b) for a in RATES for b in RATES]]
NONE = torch.zeros(0, 1)


@pytest.fixture(scope="module")
def streams():
    return {}


@pytest.fixture
def stream_of(identity, streams):
    """An identity for one block size at one rate, inside its Stream; compiled once for each block size."""

    def make(block, rate):
        if block not in streams:
            streams[block] = open_stream(identity(block, rates=()))
        return streams[block]

    return make


def pulse(rate, low_rate, at, count):
    """A bell so slow that no filter changes it; an impulse where the rates are equal."""
    if low_rate is None:
        return (np.arange(count) == at).astype(np.float32)
    spread = 6 * rate / low_rate
    return np.exp(-0.5 * ((np.arange(count) - at) / spread) ** 2).astype(np.float32)


def least(host, model, host_rate, model_rate):
    """By counting: the worst that a sample waits until as many whole model blocks are there."""
    if host_rate == model_rate:
        return max(host * k - host * k // model * model for k in range(1, model // gcd(host, model) + 1))
    step = gcd(host_rate, model_rate)
    up, down = model_rate // step, host_rate // step
    return ceil((model - gcd(host * up, model * down) / down) * down / up - 1e-9)


def check(stream, host, model, rates):
    host_rate, model_rate = rates
    stream.set_up(host_rate, host, model_rate, model)
    filters = int(stream.filtering)
    assert stream.latency() == least(host, model, host_rate, model_rate) + filters
    low = None if host_rate == model_rate else min(rates)
    margin = 0 if low is None else ceil(60 * host_rate / low)
    at = margin + host // 3
    calls = -(-(at + margin + stream.latency() + 1) // host)
    audio = torch.from_numpy(pulse(host_rate, low, at, calls * host))[None]
    heard = torch.cat([stream(each.clone(), NONE).clone() for each in audio.split(host, dim=1)], 1)[0].numpy()
    late = stream.latency()
    assert stream.late == 0
    np.testing.assert_allclose(heard[late:], audio[0, : heard.size - late], atol=3e-4 if low else 0)
    assert np.abs(heard[: max(0, at + late - margin)]).max(initial=0.0) < 1e-4


@pytest.mark.parametrize(
    ("host", "model", "rates"),
    [case for case in random.Random(7).sample(CASES, 70) if case[0] * 30 > case[1]][:40]
    + [(host, model, (48000, 48000)) for host, model in ((17, 512), (480, 2048), (4096, 32), (100, 16384))],
)
def test_an_impulse_arrives_when_it_is_said_to(stream_of, host, model, rates):
    check(stream_of(model, rates[1]), host, model, rates)


@pytest.mark.long
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.timeout(3600)
def test_an_impulse_arrives_from_everywhere(stream_of, host, model):
    for one in RATES:
        for other in RATES:
            check(stream_of(model, other), host, model, (one, other))


@pytest.mark.parametrize(("rates", "host"), [((44100, 48000), 64), ((48000, 44100), 128), ((96000, 8000), 17)])
def test_a_model_of_any_block_waits_for_nothing_but_filters(identity, rates, host):
    stream = open_stream(identity(rates=(rates[1],)))
    stream.prepare(rates[0], host)
    assert stream.latency() - stream.filtering <= ceil(rates[0] / rates[1])


def test_a_low_delay_is_asked_for_in_the_call(identity):
    """Bells at 48 kHz through a model at 44.1: in time again after half a millisecond, not after 1.3."""
    found = []
    for quality in ("best", "low delay"):
        captured = identity(rates=(44100,))
        call = captured.call.model_copy(update={"resampling": quality})
        stream = open_stream(type(captured)(captured.module, call, captured.card, captured.how))
        stream.prepare(48000, 128)
        bell = pulse(48000, 44100, 600, 128 * 12)
        heard = np.concatenate(
            [stream(torch.from_numpy(x.copy())[None], NONE)[0].numpy() for x in bell.reshape(12, 128)]
        )
        late = int(stream.latency())
        np.testing.assert_allclose(heard[late:], bell[: heard.size - late], atol=1e-4)
        found.append(1000 * late / 48000)
    assert found == [pytest.approx(1.3, abs=0.06), pytest.approx(0.6, abs=0.06)]
