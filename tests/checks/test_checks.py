"""Each check finds the fault it is about, and passes a model without it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.checks.every import run_checks
from studio.checks.latency import measure_lag
from studio.document.call import Call
from studio.document.card import ModelCard
from studio.wrappers.base import WaveformToLabels, WaveformToWaveform
from studio.wrappers.capture import capture


class Plain(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x * 0.5


class Late(WaveformToWaveform):
    """Ten samples late, kept from block to block."""

    def __init__(self):
        super().__init__()
        self.register_buffer("tail", torch.zeros(1, 10))

    def do_forward_pass(self, x: Tensor) -> Tensor:
        whole = torch.cat([self.tail, x], 1)
        self.tail = whole[:, x.size(1) :]
        return whole[:, : x.size(1)]


class Edges(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return torch.cat([torch.zeros(1, 10), x[:, :-10]], 1)


class Dividing(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x / x.abs().max()


class Loud(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x * 9.0 + 0.4


class Short(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x[:, :-1]


def verdicts(wrapper, **call):
    captured, _ = capture(wrapper, Call(wrapper=True, layout="CT", **call), ModelCard())
    return {check.id: check for check in run_checks(captured, 48000, lambda share, step: None)}


def test_a_sound_model_passes_everything():
    found = verdicts(Plain())
    assert {check.verdict for key, check in found.items() if key != "speed"} == {"pass"}
    assert found["gain"].value == pytest.approx(20 * np.log10(0.5), abs=0.1)


@pytest.mark.parametrize(
    ("wrapper", "check", "verdict"),
    [
        (Edges, "parity", "warn"),
        (Dividing, "finite", "fail"),
        (Loud, "gain", "warn"),
        (Loud, "dc", "warn"),
        (Short, "shape", "fail"),
    ],
)
def test_each_fault_is_found_with_advice(wrapper, check, verdict):
    found = verdicts(wrapper(), min_block=16)[check]
    assert found.verdict == verdict and found.advice


@pytest.mark.parametrize(("declared", "verdict"), [(10, "pass"), (0, "warn"), (25, "warn")])
def test_a_false_delay_is_measured(declared, verdict):
    found = verdicts(Late(), latency=declared)["latency"]
    assert (found.verdict, found.value) == (verdict, 10)


@pytest.mark.parametrize("lag", [0, 1, 300, 4095])
def test_the_lag_of_noise_is_found(lag):
    sound = np.random.default_rng(lag).standard_normal(12000).astype("float32")
    assert measure_lag(sound, np.tanh(np.r_[np.zeros(lag, "float32"), sound])[:12000]) == (lag, True)


def test_two_unlike_sounds_have_no_sure_lag():
    rng = np.random.default_rng(0)
    assert measure_lag(rng.standard_normal(9000), rng.standard_normal(9000))[1] is False


def test_labels_out_of_range_fail():
    class Labels(WaveformToLabels):
        def do_forward_pass(self, x: Tensor) -> tuple[Tensor, Tensor]:
            return torch.tensor([5]), torch.tensor([[0.0, 0.5]])

    call = Call(wrapper=True, layout="CT", labels=True)
    captured, _ = capture(Labels(), call, ModelCard(labels=("one", "two")))
    found = run_checks(captured, 16000, lambda share, step: None)
    assert [check.verdict for check in found] == ["fail"] and "card" in found[0].advice
