"""What labellers return is held against the card and the clock."""

import pytest
import torch
from torch import Tensor

from studio.checks.labels import check_labels
from studio.document.card import ModelCard
from studio.wrappers.base import WaveformToLabels

CARD = ModelCard(labels=("silence", "sound"))


class Labels(WaveformToLabels):
    def __init__(self, classes, times) -> None:
        super().__init__()
        self.classes, self.times = torch.tensor(classes), torch.tensor(times)

    def do_forward_pass(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.classes.clone(), self.times.clone()


class Fixed(WaveformToLabels):
    """Labels of two seconds, whatever the sound's length."""

    def do_forward_pass(self, x: Tensor) -> tuple[Tensor, Tensor]:
        end = 2.0 if float(x.abs().max()) > 0 else 0.1
        return torch.tensor([0]), torch.tensor([[0.0, end]])


@pytest.mark.parametrize(
    ("classes", "times", "said"),
    [
        ([0, 1], [[0.0, 0.1], [0.1, 0.2]], ""),
        ([0, 5], [[0.0, 0.1], [0.1, 0.2]], "Class 5 is not among the 2"),
        ([-1], [[0.0, 0.1]], "Class -1"),
        ([0, 1], [[0.0, 0.1], [0.1, 99.0]], "outside the sound"),
        ([0, 1], [[-0.1, 0.1], [0.1, 0.2]], "outside the sound"),
        ([0, 1], [[0.0, float("nan")], [0.1, 0.2]], "outside the sound"),
        ([0, 1], [[0.0, 0.1], [0.2, 0.15]], "ends before it starts"),
        ([0, 1], [[0.1, 0.2], [0.0, 0.2]], "not in order"),
        ([0, 1], [0.0, 0.1], "not [2] and [2]"),
        ([0.0, 1.0], [[0.0, 0.1], [0.1, 0.2]], "float32 indexes"),
    ],
)
def test_labels_are_held_against_card_and_clock(ask, classes, times, said):
    found = ask(check_labels, Labels(classes, times), CARD, rate=16000)
    assert said.lower() in found.advice.lower() and (found.verdict == "fail") == bool(said)


def test_a_short_sound_has_no_late_labels(ask):
    found = ask(check_labels, Fixed(), CARD, rate=16000)
    assert found.verdict == "fail" and found.advice.startswith("For a short sound")
