"""Smoothed knobs follow the hand as an RC circuit does."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.signal
import torch

from studio.document.parameter import Parameter
from studio.wrappers.smoothing import Smoother

RATE = 48000


@pytest.mark.parametrize("block", [1, 50, 64, 1000])
@pytest.mark.parametrize("milliseconds", [1.0, 20.0, 400.0])
def test_every_sample_is_that_of_a_one_pole(block, milliseconds):
    smoother = Smoother([Parameter("a", smoothing_ms=milliseconds), Parameter("b")], RATE)
    positions = torch.rand(2, 3000, generator=torch.Generator().manual_seed(1)).round(decimals=1)
    made = torch.cat([smoother(part) for part in positions.split(block, 1)], 1).numpy()
    a = math.exp(-1000 / (milliseconds * RATE))
    start = [a * float(positions[0, 0])]
    reference, _ = scipy.signal.lfilter([1 - a], [1, -a], positions[0].numpy().astype(float), zi=start)
    assert np.abs(made[0] - reference).max() < 1e-4 and np.array_equal(made[1], positions[1].numpy())


def test_it_starts_where_the_knob_stands_and_arrives():
    smoother = Smoother([Parameter("a", smoothing_ms=5.0)], RATE)
    assert torch.equal(smoother(torch.full((1, 128), 0.7)), torch.full((1, 128), 0.7))
    for _ in range(60):
        last = smoother(torch.full((1, 128), 0.2))
    assert torch.equal(last, torch.full((1, 128), 0.2))


def test_what_has_nothing_in_between_jumps():
    choice = Parameter("c", kind="choice", choices=("x", "y", "z"), default="x", smoothing_ms=50.0)
    smoother = Smoother([choice], RATE)
    smoother(torch.zeros(1, 64))
    assert torch.equal(smoother(torch.ones(1, 64)), torch.ones(1, 64))
