"""The delay is measured, whatever the model does to the sound, and said to be unsure where it cannot be told."""

import numpy as np
import pytest
import torch
from scipy.signal import firwin, lfilter
from torch import Tensor

from studio.checks.lag import elect, impulse_votes, measure_lag, noise_votes
from studio.checks.latency import check_latency
from studio.wrappers.base import WaveformToWaveform
from tests.checks.conftest import Delay, Filter


class Bent(WaveformToWaveform):
    """What a learned model may do to sound on its way: bend it, turn it over, add noise."""

    def __init__(self, length: int, how: str) -> None:
        super().__init__()
        self.how = how
        self.register_buffer("past", torch.zeros(1, length))

    def do_forward_pass(self, x: Tensor) -> Tensor:
        whole = torch.cat([self.past, x], 1)
        self.past = whole[:, x.size(1) :]
        late = whole[:, : x.size(1)]
        if self.how == "bent":
            return torch.tanh(late * 9)
        if self.how == "rectified":
            return late.abs()
        return 0.05 * late + 0.01 * torch.sin(torch.arange(x.size(1), dtype=torch.float32)).unsqueeze(0)


class Another(WaveformToWaveform):
    """A sound that has nothing to do with what goes in."""

    def do_forward_pass(self, x: Tensor) -> Tensor:
        return torch.sin(0.1 * torch.arange(x.size(1), dtype=torch.float32)).unsqueeze(0)


@pytest.mark.parametrize("length", [1, 10, 12345, 50_000, 96_000])
def test_a_delay_line_is_measured_up_to_two_seconds(ask, length):
    found = ask(check_latency, Delay(length), latency=length)
    assert (found.verdict, found.value) == ("pass", length) and "Sure" in found.advice


@pytest.mark.parametrize("declared", [0, 25, 400])
def test_a_false_delay_is_told_and_its_mend_makes_it_true(ask, declared):
    found = ask(check_latency, Delay(300), latency=declared)
    assert (found.verdict, found.value, found.mend.call) == ("warn", 300, {"latency": 300})
    assert ask(check_latency, Delay(300), mend=found.mend.call, latency=declared).verdict == "pass"


@pytest.mark.parametrize("how", ["bent", "rectified", "hummed"])
def test_models_that_change_the_sound_are_measured_too(ask, how):
    found = ask(check_latency, Bent(777, how))
    assert found.value == pytest.approx(777, abs=1) and found.verdict == "warn"


def test_a_linear_phase_filter_is_late_by_half_its_length(ask):
    assert ask(check_latency, Filter(firwin(255, 0.3))).value == 127


def test_what_has_nothing_to_do_with_the_input_is_unsure(ask):
    found = ask(check_latency, Another())
    assert found.verdict == "skip" and "Unsure" in found.advice and found.mend is None


def test_the_plot_shows_the_impulse_at_its_delay(ask):
    (line,) = ask(check_latency, Delay(480)).plot.series
    assert line.x[int(np.argmax(np.abs(line.y)))] == pytest.approx(10.0)


def test_a_resonant_filter_is_not_late(ask):
    """Its impulse response peaks late, but it starts at once, and phase-only correlation knows that."""
    impulse = lfilter([0.01], [1, -1.8, 0.81], np.eye(1, 400)[0])
    assert ask(check_latency, Filter(impulse)).verdict == "pass"


@pytest.mark.parametrize("lag", [0, 1, 300, 4095])
def test_the_lag_of_noise_is_found(lag):
    sound = np.random.default_rng(lag).standard_normal(12000)
    after = np.tanh(np.r_[np.zeros(lag), sound])[:12000]
    assert measure_lag(sound, after) == (lag, True)
    assert all(vote.sure and vote.lag == lag for vote in noise_votes(sound, after))


def test_two_unlike_sounds_have_no_sure_lag():
    one, other = np.random.default_rng(0).standard_normal((2, 9000))
    assert measure_lag(one, other)[1] is False and elect(noise_votes(one, other), 0) is None


def test_silence_answers_no_impulse():
    assert impulse_votes(np.zeros(100), 10) == []
