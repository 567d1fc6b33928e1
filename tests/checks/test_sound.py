"""Level, channels, knobs, near-silence: facts that follow from a formula."""

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.checks.channels import check_channels
from studio.checks.knobs import check_knobs, check_zipper
from studio.checks.level import check_clipping, check_dc, check_gain
from studio.checks.linearity import check_linearity
from studio.checks.quiet import check_denormals, check_silence
from studio.checks.speed import check_speed
from studio.document.call import Output
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.wrappers.base import WaveformToWaveform

STEREO = {"channels_in": 2, "outputs": (Output(name="output", channels=2),)}
QUIETER, HALVED, TURNED = (torch.tensor([[1.0], [gain]]) for gain in (0.1, 0.5, -0.98))
KNOBS = ModelCard(parameters=(Parameter("drive", default=0.5), Parameter("ghost"), Parameter("edge", default=0.5)))


class Formula(WaveformToWaveform):
    """One line of arithmetic."""

    def __init__(self, formula) -> None:
        super().__init__()
        self.formula = formula

    def do_forward_pass(self, x: Tensor) -> Tensor:
        return self.formula(x)


class Knobs(WaveformToWaveform):
    """`drive` works, `ghost` does nothing, `edge` breaks at its end where `broken`."""

    def __init__(self, broken: bool) -> None:
        super().__init__()
        self.broken = broken

    def get_parameters(self):
        return list(KNOBS.parameters)

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        made = x * params["drive"]
        return (
            made / (1.0 - params["edge"])
            if self.broken
            else made + params["edge"] * 0.0 * params["ghost"] + x * params["edge"]
        )


class Tiring(WaveformToWaveform):
    """Works a hundred times as hard for numbers that a processor without flushing finds hard."""

    def do_forward_pass(self, x: Tensor) -> Tensor:
        made = x * 1.0
        for _ in range(300 if 0.0 < float(x.abs().max()) < 1e-30 else 3):
            made = made * 0.99
        return made


def test_gain_is_that_of_the_formula(ask):
    found = ask(check_gain, Formula(lambda x: x * 0.5))
    assert (found.verdict, found.value) == ("pass", pytest.approx(20 * np.log10(0.5), abs=0.05))


def test_channels_of_unlike_gain_are_told_apart(ask):
    found = ask(check_gain, Formula(lambda x: x * QUIETER), **STEREO)
    assert "0.0, −20.0 dB" in found.advice


@pytest.mark.parametrize(
    ("check", "formula"),
    [
        (check_gain, lambda x: x * 9),
        (check_gain, lambda x: x * 1e-4),
        (check_clipping, lambda x: x * 3),
        (check_dc, lambda x: x + 0.4),
        (check_silence, lambda x: x + 0.01),
        (check_silence, lambda x: x + 0.01 * torch.sin(torch.arange(x.size(1)) * 1.0)),
    ],
)
def test_levels_that_disturb_are_warned_of(ask, check, formula):
    found = ask(check, Formula(formula))
    assert found.verdict == "warn" and found.advice


def test_a_constant_is_taken_out_by_a_high_pass(ask):
    found = ask(check_dc, Formula(lambda x: x * 0.5 + 0.1))
    assert found.mend.call["filters_after"][0]["kind"] == "high"
    after = ask(check_dc, Formula(lambda x: x * 0.5 + 0.1), mend=found.mend.call)
    assert after.verdict == "pass" and after.value < -40


@pytest.mark.parametrize(
    ("formula", "change", "word"),
    [
        (lambda x: x * 0.3 + 0.01, 0.0, "Linear"),
        (lambda x: torch.tanh(x * 4), 20 * np.log10(np.sqrt(1 - np.tanh(4) / 4) * np.sqrt(3) / 4), "compresses"),
        (lambda x: x * x.abs(), 60.0, "expands"),
    ],
)
def test_linearity_follows_from_the_formula(ask, formula, change, word):
    """For uniform noise: mean of tanh² over −4…4 is 1 − tanh(4)/4, of x² it is 1/3; x|x| gains as it is loud."""
    found = ask(check_linearity, Formula(formula))
    assert found.value == pytest.approx(change, abs=0.15) and word in found.advice
    assert found.plot.series[0].x[0] == pytest.approx(-64.8, abs=0.2)


@pytest.mark.parametrize(
    ("formula", "value", "said"),
    [
        (lambda x: x * 0.5, -240.0, "do not touch"),
        (lambda x: x + 0.1 * x.flip(0), -20.0, "cross-talk −20 db"),
        (lambda x: x * HALVED, -240.0, "treated"),
    ],
)
def test_cross_talk_is_measured(ask, formula, value, said):
    found = ask(check_channels, Formula(formula), **STEREO)
    assert found.value == pytest.approx(value, abs=0.2) and said in found.advice.lower()


def test_channels_that_cancel_in_mono_are_warned_of(ask):
    found = ask(check_channels, Formula(lambda x: x * TURNED), **STEREO)
    assert found.verdict == "warn" and "mono" in found.advice


def test_a_knob_without_effect_is_named(ask):
    found = ask(check_knobs, Knobs(broken=False), KNOBS)
    assert (found.verdict, found.value) == ("warn", 2) and found.advice.startswith("ghost ")


def test_a_knob_that_breaks_at_its_end_is_named(ask):
    found = ask(check_knobs, Knobs(broken=True), KNOBS)
    assert (found.verdict, found.value) == ("fail", "edge") and "edge at 1" in found.advice


def test_a_jumping_knob_clicks(ask):
    found = ask(check_zipper, Knobs(broken=False), KNOBS)
    assert found.verdict == "warn" and found.value > 20


def test_denormals_that_cost_time_are_warned_of(ask):
    assert ask(check_denormals, Tiring()).verdict == "warn"
    assert ask(check_denormals, Formula(lambda x: x * 0.5)).verdict == "pass"


def test_speed_is_drawn_for_each_size_and_rate(ask):
    found = ask(check_speed, Formula(lambda x: x * 0.5))
    assert [line.name for line in found.plot.series] == ["48 kHz", "44.1 kHz", "96 kHz"]
    assert all(line.x == (32, 64, 128, 256, 512, 1024, 2048) and min(line.y) > 0 for line in found.plot.series)
