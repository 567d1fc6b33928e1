"""Knobs: what is typed, shown, stored and refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from studio.document.parameter import Parameter

CUTOFF = Parameter("cutoff", min=20.0, max=20000.0, default=1000.0, curve="logarithmic", unit="Hz")
SHAPE = Parameter("shape", kind="choice", choices=("soft", "hard", "fuzz"), default="hard")


@pytest.mark.parametrize("knob", [CUTOFF, SHAPE, Parameter("on", kind="toggle"), Parameter("mix", min=-3.0, max=5.0)])
@pytest.mark.parametrize("position", [0.0, 0.5, 1.0])
def test_position_and_value_are_each_others_reverse(knob, position):
    assert knob.position(knob.value_at(position)) == pytest.approx(position, abs=1e-9) or knob.kind == "toggle"


def test_a_logarithmic_knob_moves_in_equal_ratios():
    values = [CUTOFF.value_at(step / 3) for step in range(4)]
    assert values == pytest.approx([20.0, 200.0, 2000.0, 20000.0])


def test_the_sdks_name_of_the_default_is_taken():
    assert Parameter(name="gain", description="g", default_value=0.25).default == 0.25


@pytest.mark.parametrize(("text", "part"), [("loud", "number"), ("5", "outside"), ("30000", "outside")])
def test_what_cannot_be_typed_is_said(text, part):
    with pytest.raises(ValueError, match=part):
        CUTOFF.parse(text)


def test_a_choice_is_typed_by_name_or_number():
    assert SHAPE.parse("fuzz") == SHAPE.parse("2") == "fuzz"
    with pytest.raises(ValueError, match="soft, hard, fuzz"):
        SHAPE.parse("loud")


@pytest.mark.parametrize(
    "wrong",
    [
        {"min": 1.0, "max": 1.0, "default": 1.0},
        {"curve": "logarithmic"},
        {"default": 3.0},
        {"kind": "choice", "choices": ("one",)},
        {"drives": "gain"},
    ],
)
def test_a_knob_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError, match="x"):
        Parameter("x", **wrong)
