"""What a voice knows of its model: what a call costs, and how much it wants at once."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.engine.cost import measure_cost
from studio.engine.voice import Voice, open_voice
from studio.errors import ModelError
from studio.wrappers.base import WaveformToWaveform
from studio.wrappers.capture import capture


class Model:
    """Every `period` calls it takes a while by its own clock, else almost nothing; now and then the machine stalls."""

    def __init__(self, period, seconds, stalls=()):
        self.period, self.seconds, self.stalls = period, seconds, stalls
        self.calls, self.since_reset, self.now = 0, 0, 0.0

    def __call__(self):
        self.calls, self.since_reset = self.calls + 1, self.since_reset + 1
        self.now += 1e-5 + (self.seconds if self.since_reset % self.period == 0 else 0.0)
        self.now += 0.05 if self.calls in self.stalls else 0.0

    def reset(self):
        self.since_reset = 0

    def cost(self):
        return measure_cost(self, self.reset, self.period, lambda: self.now)


@pytest.mark.parametrize(("period", "seconds"), [(1, 0.0005), (8, 0.004), (60, 0.01), (1, 0.2), (4, 0.2), (900, 3.0)])
def test_the_worst_call_is_that_in_which_the_model_computes(period, seconds):
    model = Model(period, seconds)
    cost = model.cost()
    assert cost.worst_seconds == pytest.approx(seconds + 1e-5)
    assert cost.mean_seconds == pytest.approx(seconds / period + 1e-5, rel=0.02)
    assert model.now < max(0.4, 1.1 * seconds), "measured for too long"


@pytest.mark.parametrize("stalls", [(21,), (1, 50, 77, 120), (3, 60, 299)])
def test_a_machine_that_stands_still_is_not_held_against_the_model(stalls):
    assert Model(1, 0.0002, stalls).cost().worst_seconds == pytest.approx(0.00021)


class Doubling(WaveformToWaveform):
    def do_forward_pass(self, x):
        return x * 2.0


@pytest.mark.parametrize(
    ("rates", "blocks", "host", "wanted"),
    [
        ([], [], (48000, 128), 0),
        ([48000], [2048], (48000, 128), 2048),
        ([48000], [256, 2048], (48000, 256), 256),
        ([16000], [512], (48000, 128), 1536),
        ([44100], [2048], (48000, 128), 2230),  # 2229.1, rounded up
    ],
)
def test_a_model_says_how_much_it_wants_at_once(rates, blocks, host, wanted):
    call = Call(wrapper=True, layout="CT", channels_in=1, outputs=(Output(name="output"),),
                sample_rates=rates, block_sizes=blocks)  # fmt: skip
    captured = capture(Doubling(), call, ModelCard(name="doubling"))[0]
    voice = open_voice(captured, 2, *host)
    assert voice.model_block == wanted
    assert 0 < voice.cost.mean_seconds <= voice.cost.worst_seconds < 0.5


def test_a_stream_that_says_nothing_takes_any_block(stream):
    voice = Voice(stream(), 0, (2,), channels=2, sample_rate=48000, block=64)
    assert voice.model_block == 0 and voice.cost.worst_seconds < 0.05


def test_measuring_leaves_no_trace(stream):
    voice = Voice(stream(100), 0, (2,), channels=2, sample_rate=48000, block=64)
    assert not voice.process(np.ones((2, 64), np.float32), np.zeros(0)).any()


@pytest.mark.parametrize("kind", [torch.int16, torch.complex64, torch.bool])
def test_what_is_no_sound_from_the_start_is_refused(stream, kind):
    bad = stream()
    bad.misbehave = lambda out: out.to(kind)
    with pytest.raises(ModelError, match="which is no sound"):
        Voice(bad, 0, (2,), channels=2, sample_rate=48000, block=64)


def test_double_precision_is_heard_as_it_is(stream):
    fine = stream()
    fine.misbehave = lambda out: out.to(torch.float64) * 0.5
    voice = Voice(fine, 0, (2,), channels=2, sample_rate=48000, block=64)
    assert (voice.process(np.ones((2, 64), np.float32), np.zeros(0)) == 0.5).all()


def test_models_that_are_played_one_after_the_other_give_their_memory_back(archives):
    """In a process of its own, which has heard each block size and model before it is weighed."""
    script = f"""
import gc
from pathlib import Path
from studio.engine.voice import computing, load_voice

def swapped(times):
    for _ in range(times):
        load_voice(Path({str(archives["half"])!r}), 2, 48000, 256)
    gc.collect()
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss_Anon:"))

with computing():
    before = swapped(3)
    print((swapped(6) - before) / 6)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.5, "MB for each"
