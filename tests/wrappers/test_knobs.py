"""A knob gives the model what Parameter says it shows."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from studio.document.parameter import Parameter
from studio.wrappers.knobs import KnobMap

KNOBS = [
    Parameter("gain", default=0.5),
    Parameter("cutoff", min=20.0, max=20000.0, default=1000.0, curve="logarithmic", unit="Hz"),
    Parameter("shape", kind="choice", choices=("soft", "hard", "fuzz"), default="soft"),
    Parameter("on", kind="toggle", default=True),
    Parameter("mix", min=-1.0, max=3.0, default=0.0),
]


@pytest.mark.parametrize("position", [0.0, 0.2, 0.5, 0.77, 1.0])
def test_each_kind_is_mapped_as_it_is_shown(position):
    values = KnobMap(KNOBS)(torch.full((len(KNOBS), 1), position)).flatten().tolist()
    shown = [knob.value_at(position) for knob in KNOBS]
    expected = [shown[0], shown[1], KNOBS[2].choices.index(shown[2]), float(shown[3]), shown[4]]
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("position", "gain"), [(0.0, 10 ** (-24 / 20)), (0.5, 10 ** (-6 / 20)), (1.0, 10 ** (12 / 20))]
)
def test_decibels_become_a_linear_gain(position, gain):
    knob = Parameter("level", min=-24.0, max=12.0, default=0.0, curve="dB", unit="dB")
    assert float(KnobMap([knob])(torch.tensor([[position]]))) == pytest.approx(gain, rel=1e-5)
