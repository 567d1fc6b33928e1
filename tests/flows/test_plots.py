"""Plots as a reader of a report sees them."""

import math
import re
from xml.etree import ElementTree

import pytest

from studio.document.check import Plot, Series
from studio.flows.plots import steps, svg


def plot(y, x=(1.0, 2.0, 4.0), **more):
    return Plot(x_label="block (samples)", y_label="<level> (dB)", series=(Series(x=x, y=y),), **more)


def points(drawn):
    return [tuple(map(float, pair.split(","))) for pair in re.search(r'points="([^"]+)"', drawn)[1].split()]


def test_a_line_goes_up_where_the_values_do():
    drawn = svg(plot((-60.0, -30.0, 0.0)))
    ElementTree.fromstring(drawn)
    heights = [y for _, y in points(drawn)]
    assert heights == sorted(heights, reverse=True)
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.2)


def test_octaves_are_equally_wide_on_a_logarithmic_axis():
    across = [x for x, _ in points(svg(plot((1.0, 1.0, 1.0), log_x=True)))]
    assert across[1] - across[0] == pytest.approx(across[2] - across[1], abs=0.2)


def test_what_is_not_finite_is_left_out_and_nothing_gives_nothing():
    assert len(points(svg(plot((0.0, math.nan, 1.0))))) == 2
    assert svg(plot((math.nan, math.inf, math.nan))) == "" and svg(plot((), x=())) == ""


def test_bars_stand_on_zero():
    rects = re.findall(r'y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', svg(plot((2.0, 1.0, -1.0), bars=True)))
    (top2, high2), (top1, high1), (below, _) = [(float(y), float(h)) for y, h in rects]
    assert top2 + high2 == pytest.approx(top1 + high1, abs=0.2) == pytest.approx(below, abs=0.2)
    assert high2 == pytest.approx(2 * high1, rel=0.02)


@pytest.mark.parametrize("low, high", [(0, 1), (-132, -3), (0, 4093), (1e-6, 3e-6), (-1, 1)])
def test_steps_are_round_and_few(low, high):
    found = steps(low, high)
    assert 3 <= len(found) <= 11 and all(low - 1e-9 <= each <= high + 1e-9 for each in found)
    unit = 10 ** math.floor(math.log10(found[1] - found[0]))
    assert round((found[1] - found[0]) / unit) in (1, 2, 5, 10)


def test_powers_of_ten_mark_a_logarithmic_axis():
    assert steps(20, 20000, log=True) == pytest.approx([100, 1000, 10000])
