"""Receptive field, causality, state and parity of models whose answers are known in closed form."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from studio.checks.parity import check_parity
from studio.checks.receptive import check_receptive
from studio.checks.state import check_state
from studio.wrappers.base import WaveformToWaveform
from tests.checks.conftest import Delay, Filter

TAPS = np.random.default_rng(0).uniform(0.2, 1.0, 200)


class OnePole(WaveformToWaveform):
    def __init__(self, pole: float) -> None:
        super().__init__()
        self.pole = pole
        self.register_buffer("last", torch.zeros(1))

    def do_forward_pass(self, x: Tensor) -> Tensor:
        power = self.pole ** torch.arange(x.size(1) + 1, dtype=torch.float64)
        kernel = power[: x.size(1)].flip(0).float().reshape(1, 1, -1)
        padded = torch.nn.functional.pad(x.unsqueeze(0), (x.size(1) - 1, 0))
        made = torch.conv1d(padded, kernel)[0] + self.last * power[1:].float()
        self.last = made[0, -1:].clone()
        return made


class Summing(WaveformToWaveform):
    """Remembers for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("total", torch.zeros(1, 1))

    def do_forward_pass(self, x: Tensor) -> Tensor:
        made = torch.cumsum(x, 1) + self.total
        self.total = made[:, -1:].clone()
        return made * 0.01


class Normalising(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x / (x.std() + 0.1)


class Strided(WaveformToWaveform):
    """Down and up by 8, each with a kernel longer than the stride: an autoencoder in small."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.down = nn.Conv1d(1, 4, 16, stride=8, padding=4)
        self.up = nn.ConvTranspose1d(4, 1, 16, stride=8, padding=4)

    def do_forward_pass(self, x: Tensor) -> Tensor:
        return self.up(torch.tanh(self.down(x.unsqueeze(0))))[0]


class Frames(WaveformToWaveform):
    """A soft gate on short-time spectra."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(512))

    def do_forward_pass(self, x: Tensor) -> Tensor:
        spectra = torch.stft(x, 512, 128, window=self.window, return_complex=True)
        size = spectra.abs()
        return torch.istft(spectra * (size / (size + 1.0)), 512, 128, window=self.window, length=x.size(1))


@pytest.mark.parametrize(("ahead", "past", "future"), [(0, 199, 0), (30, 169, 30), (99, 100, 99)])
def test_the_receptive_field_of_a_filter_is_its_length(ask, ahead, past, future):
    found = ask(check_receptive, Filter(TAPS, ahead))
    assert found.value == past and f"{future} after" in found.advice + f"{future} after" * (future == 0)
    assert found.verdict == ("warn" if future else "pass")


def test_a_long_field_is_followed(ask):
    assert ask(check_receptive, Filter(np.linspace(1, 0.5, 6001))).value == 6000


def test_memory_of_a_state_is_measured_until_it_is_rounding(ask):
    """0.99ⁿ falls below a millionth of the peak; the input changes by up to 0.8 and the peak is a few units."""
    found = ask(check_receptive, OnePole(0.99))
    assert 1000 < found.value < 1600


def test_a_sum_is_unbounded(ask):
    found = ask(check_receptive, Summing())
    assert found.value == "unbounded" and "recurrent" in found.advice


def test_what_looks_at_the_whole_block_has_no_field(ask):
    found = ask(check_receptive, Normalising())
    assert found.verdict == "warn" and found.value == "unbounded" and found.mend is None


@pytest.mark.parametrize("wrapper, value", [(Delay(64), "yes"), (Filter(TAPS), "no"), (OnePole(0.9), "yes")])
def test_state_is_seen(ask, wrapper, value):
    found = ask(check_state, wrapper)
    assert (found.verdict, found.value) == ("pass", value)


def test_look_behind_is_no_undeclared_state(ask):
    assert ask(check_state, Filter(TAPS), look_behind=199).value == "no"


def test_state_that_is_not_declared_is_told(captured):
    model = captured(Delay(64))
    silent = dataclasses.replace(model, call=model.call.model_copy(update={"stateful": False}))
    found = check_state(silent, 48000)
    assert found.verdict == "warn" and found.mend.call == {"stateful": True}


@pytest.mark.parametrize("how", ["trace", "package"])
def test_a_package_is_offered_no_mend(captured, how):
    """It is played through its own root, whatever is said of the call."""
    assert check_state(dataclasses.replace(captured(Delay(64)), how="package"), 48000).verdict == "pass"
    found = check_parity(dataclasses.replace(captured(Filter(TAPS)), how=how), 48000)
    assert (found.mend is None) == (how == "package")


def test_a_filter_that_forgets_its_past_is_mended_by_look_behind(ask):
    found = ask(check_parity, Filter(TAPS))
    assert found.verdict == "warn" and found.mend.call == {"look_behind": 199}
    after = ask(check_parity, Filter(TAPS), mend=found.mend.call)
    promised = float(found.mend.label.split("then ")[1].split(" dB")[0].replace("−", "-"))
    assert after.verdict == "pass" and after.value == pytest.approx(promised, abs=15)


@pytest.mark.parametrize("wrapper, said", [(Filter(TAPS, 40), {}), (Strided(), {"min_block": 64, "multiple": 8})])
def test_a_filter_that_hears_ahead_is_mended_by_both(ask, wrapper, said):
    found = ask(check_parity, wrapper, **said)
    assert found.mend.call["look_behind"] > 0 and found.mend.call["look_ahead"] > 0
    assert ask(check_parity, wrapper, mend=found.mend.call, **said).verdict == "pass"


def test_frames_inside_a_model_are_kept_where_they_start(ask):
    """A transform of 512 samples every 128: blocks have to be multiples of the hop."""
    found = ask(check_parity, Frames(), min_block=512)
    assert found.verdict == "warn" and found.mend.call["multiple"] == 128
    assert ask(check_parity, Frames(), mend=found.mend.call, min_block=512).verdict == "pass"


def test_what_context_cannot_mend_is_not_offered(ask):
    found = ask(check_parity, Normalising())
    assert found.verdict == "warn" and found.mend is None


@pytest.mark.parametrize("wrapper", [Delay(100), OnePole(0.95)])
def test_state_that_is_kept_passes_at_odd_sizes(ask, wrapper):
    found = ask(check_parity, wrapper)
    assert found.verdict == "pass" and 127 in found.plot.series[0].x and 1000 in found.plot.series[0].x


@pytest.mark.parametrize("said", [{"random": True}, {"block_sizes": (512,)}])
def test_parity_is_skipped_where_it_means_nothing(ask, said):
    assert ask(check_parity, Filter(TAPS), **said).verdict == "skip"
