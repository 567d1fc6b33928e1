"""Models as somebody else writes them: each fault is found, said in a sentence, and mended where it can be."""

import pytest
import torch
from torch import Tensor

from studio.checks.blocks import check_blocks
from studio.checks.every import run_checks
from studio.checks.finite import check_finite
from studio.checks.memory import check_memory
from studio.checks.quiet import check_silence
from studio.checks.recovery import check_recovery
from studio.checks.repeat import check_determinism, check_reset
from studio.checks.shape import check_shape
from studio.errors import ModelError
from studio.flows.exporting import refuse_failed
from studio.wrappers.base import WaveformToWaveform
from tests.checks.conftest import Delay


class Counting(WaveformToWaveform):
    """Does as told once it was called often enough, or heard something loud."""

    def __init__(self, fault: str, after: int = 3) -> None:
        super().__init__()
        self.fault, self.after, self.calls = fault, after, 0

    def do_forward_pass(self, x: Tensor) -> Tensor:
        loudest = float(x.abs().max())  # a number of Python's cannot be traced: it is compiled
        self.calls += 1
        late = self.calls > self.after
        if late and self.fault == "nan":
            return x / torch.zeros(1)
        if late and self.fault == "quieter":
            return x * 0.5
        if self.fault == "rows" and loudest > 2.0:
            return torch.cat([x, x])
        if self.fault == "length" and loudest == 0.0:
            return x[:, :10]
        if self.fault == "double":
            return x.double()
        if self.fault == "raises" and late:
            raise ValueError("enough is enough")
        return x * 1.0


class Short(WaveformToWaveform):
    """An unpadded convolution: it loses what its kernel is longer than one sample."""

    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x[:, 40:] + 0.5 * x[:, :-40]


class OneLength(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x.reshape(1, 2048) * 0.5


class Frames(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x.reshape(-1, 64).flip(1).reshape(1, -1)


class Stubborn(WaveformToWaveform):
    """Keeps a state that begins later than anybody looks for it, and so is not reset."""

    def __init__(self) -> None:
        super().__init__()
        self.level = 1.0
        self.calls = 0

    def do_forward_pass(self, x: Tensor) -> Tensor:
        if float(x.abs().max()) > 3.5:
            self.level = 0.25
        return x * self.level


class Leaking(WaveformToWaveform):
    def __init__(self) -> None:
        super().__init__()
        self.kept = [torch.zeros(1)]

    def do_forward_pass(self, x: Tensor) -> Tensor:
        if float(x.abs().max()) >= 0.0:
            self.kept.append(torch.cat([x, x, x, x], 1))
        return x * 0.5


class Random(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x + 0.01 * torch.randn_like(x)


class Ringing(WaveformToWaveform):
    """Silent until it heard something, then never again."""

    def __init__(self) -> None:
        super().__init__()
        self.rang = 0.0

    def do_forward_pass(self, x: Tensor) -> Tensor:
        self.rang = max(self.rang, float(x.abs().max()))
        return x + self.rang * torch.sin(torch.arange(x.size(1), dtype=torch.float32)).unsqueeze(0)


class Averaging(WaveformToWaveform):
    def __init__(self) -> None:
        super().__init__()
        self.mean = 0.0

    def do_forward_pass(self, x: Tensor) -> Tensor:
        self.mean = 0.9 * self.mean + 0.1 * float(x.mean())
        return x - self.mean


@pytest.mark.parametrize(
    ("check", "fault", "said"),
    [
        (check_shape, "rows", "2 rows come out, not 1"),
        (check_shape, "length", "10 samples come out"),
        (check_shape, "double", "float64"),
        (check_finite, "nan", "in call 4"),
    ],
)
def test_a_fault_is_a_failed_check_with_its_place(ask, check, fault, said):
    found = ask(check, Counting(fault))
    assert found.verdict == "fail" and said in found.advice


def test_nan_that_comes_late_is_waited_for(ask):
    assert "only in call 301" in ask(check_finite, Counting("nan", after=300)).advice


def test_lost_samples_are_brought_back_by_look_behind(ask):
    found = ask(check_shape, Short(), min_block=64)
    assert found.verdict == "fail" and found.mend.call == {"look_behind": 40}
    assert ask(check_shape, Short(), mend=found.mend.call, min_block=64).verdict == "pass"


def test_a_model_of_one_length_is_told_so(ask, captured):
    found = ask(check_blocks, OneLength())
    assert found.verdict == "fail" and found.mend.call["block_sizes"] == [2048]
    asked = run_checks(captured(OneLength(), mend=found.mend.call), 48000, lambda *_: None)
    assert all(check.verdict != "fail" for check in asked)


def test_a_model_of_whole_frames_is_told_their_length(ask):
    found = ask(check_blocks, Frames())
    assert found.verdict == "fail" and (found.mend.call["min_block"], found.mend.call["multiple"]) == (64, 64)
    assert ask(check_blocks, Frames(), mend=found.mend.call).verdict == "pass"


def test_state_that_survives_reset_fails(ask):
    assert ask(check_reset, Stubborn()).verdict == "fail"
    assert ask(check_reset, Delay(900)).verdict == "pass"


@pytest.mark.parametrize("wrapper, verdict", [(Leaking, "warn"), (lambda: Delay(64), "pass")])
def test_a_leak_is_weighed(ask, wrapper, verdict):
    assert ask(check_memory, wrapper()).verdict == verdict


def test_randomness_is_declared_by_a_mend(ask):
    found = ask(check_determinism, Random())
    assert found.verdict == "warn" and found.mend.call == {"random": True}
    assert ask(check_determinism, Random(), mend=found.mend.call).verdict == "pass"


def test_a_model_that_never_falls_silent_again(ask):
    found = ask(check_silence, Ringing())
    assert found.verdict == "warn" and "oscillates" in found.advice


@pytest.mark.parametrize("wrapper, value", [(Averaging, "by reset"), (lambda: Delay(600), "by itself")])
def test_recovery_from_nan(ask, wrapper, value):
    assert ask(check_recovery, wrapper()).value == value


def test_a_model_that_raises_fails_its_checks_and_stops_nobody(captured):
    found = run_checks(captured(Counting("raises", after=20)), 48000, lambda *_: None)
    failed = {check.id: check.advice for check in found if check.verdict == "fail"}
    assert "finite" in failed or "shape" in failed
    assert any("enough is enough" in advice for advice in failed.values())


@pytest.mark.parametrize("fault", ["rows", "length", "double", "nan"])
def test_what_no_host_survives_is_refused_before_writing(captured, fault):
    found = run_checks(captured(Counting(fault)), None, lambda *_: None)
    with pytest.raises(ModelError):
        refuse_failed(found, anyway=True)


def test_a_false_delay_is_no_reason_to_refuse(captured):
    found = run_checks(captured(Delay(50)), None, lambda *_: None)
    assert next(each.verdict for each in found if each.id == "latency") == "warn"
    refuse_failed(found)
