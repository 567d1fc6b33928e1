"""Moves of a knob become lanes: few points, and no more is overwritten than was touched."""

import numpy as np
import pytest

from studio.document.performance import Lane
from studio.document.take import CLOSE, STEP_S, Take, thinned


def took(*moves, stepped=False, back=None):
    take = Take(stepped)
    for seconds, position in moves:
        take.move(seconds, position, back)
    return take


def test_a_straight_line_is_two_points():
    points = [(t / 30, t / 300) for t in range(301)]
    assert thinned(points) == [points[0], points[-1]]


@pytest.mark.parametrize("seed", range(5))
def test_a_wild_hand_is_followed_within_half_a_percent(seed):
    """Reference: numpy's own interpolation between the points that were kept."""
    rng = np.random.default_rng(seed)
    times = np.sort(rng.uniform(0, 20, 800))
    moves = np.clip(np.cumsum(rng.normal(0, 0.02, 800)), 0, 1)
    kept = np.array(thinned(list(zip(times, moves, strict=True))))
    assert np.abs(np.interp(times, *kept.T) - moves).max() <= CLOSE + 1e-12
    assert len(kept) < 800


def test_slow_curves_need_few_points():
    times = np.linspace(0, 10, 3000)
    assert len(thinned([(t, 0.5 + 0.5 * np.sin(t)) for t in times])) < 60


@pytest.mark.parametrize("points", [[(1.0, 0.5)], [(1.0, 0.5), (1.0, 0.7)], [(0.0, 0.0), (0.0, 1.0), (0.0, 0.0)]])
def test_moves_at_one_moment_are_no_trouble(points):
    assert thinned(points)[0] == points[0] and thinned(points)[-1] == points[-1]


def test_a_first_take_begins_where_the_knob_stood_and_stays_where_it_was_left():
    lane = took((1.0, 0.3), (2.0, 0.8)).over(None, 0.2)
    assert [lane.at(t) for t in (0.0, 0.99, 1.0, 1.5, 2.0, 9.0)] == pytest.approx([0.2, 0.2, 0.3, 0.55, 0.8, 0.8])


def test_only_what_was_touched_is_overwritten():
    old = Lane(points=((0.0, 0.0), (10.0, 1.0)))
    new = took((4.0, 0.9), (6.0, 0.9)).over(old, 0.2)
    for seconds in (0.0, 1.0, 3.99, 6.01, 8.0, 10.0):
        assert new.at(seconds) == pytest.approx(old.at(seconds))
    for seconds in (4.0, 5.0, 6.0):
        assert new.at(seconds) == 0.9


@pytest.mark.parametrize("start, end", [(0.0, 2.0), (0.001, 0.5), (9.0, 30.0), (20.0, 21.0)])
def test_touching_at_the_ends_of_a_lane_keeps_the_rest(start, end):
    old = Lane(points=((0.0, 0.25), (10.0, 0.75)))
    new = took((start, 0.5), (end, 1.0)).over(old, 0.2)
    assert new.at(start) == 0.5 and new.at(end) == 1.0
    assert [new.at(t) for t in (end + 0.1, 50.0)] == pytest.approx([old.at(end + 0.1), old.at(50.0)])
    if start > STEP_S:
        assert new.at(start - STEP_S) == pytest.approx(old.at(start - STEP_S))


def test_a_loop_while_the_knob_is_held_overwrites_both_ends():
    old = Lane(points=((0.0, 0.0), (10.0, 0.0)))
    new = took((7.0, 0.5), (7.9, 0.6), (2.0, 0.7), (3.0, 0.8), back=8.0).over(old, 0.2)
    assert [new.at(t) for t in (1.9, 2.0, 3.0, 5.0, 7.0, 8.0, 8.1)] == pytest.approx([0, 0.7, 0.8, 0, 0.5, 0.6, 0])


def test_a_switch_jumps():
    lane = took((0.0, 0.0), (5.0, 1.0), (6.0, 1.0), (8.0, 0.5), stepped=True).over(None, 0.2)
    assert [lane.at(t) for t in (4.9, 5.0, 7.9, 8.0)] == [0.0, 1.0, 1.0, 0.5]


def test_a_choice_stays_until_the_next_one_that_was_recorded():
    lane = took((2.0, 0.0), (6.0, 1.0), stepped=True).over(None, 0.5)
    lane = took((4.0, 0.5), (4.0, 0.5), stepped=True).over(lane, 0.5)
    assert [lane.at(t) for t in (0, 1.9, 2, 3.9, 4, 5.9, 6, 9)] == [0.5, 0.5, 0, 0, 0.5, 0.5, 1, 1]


def test_a_take_without_moves_is_none():
    with pytest.raises(ValueError, match="without moves"):
        Take().over(None, 0.2)


def test_a_knob_that_rests_in_a_hand_stays_there_and_a_sweep_has_no_stairs():
    take = Take()
    for step in range(100):
        take.move(step / 30, step / 100)
        take.rest(step / 30 + 0.02)
    for step in range(60):
        take.rest(4 + step / 30)
    take.move(6.0, 0.0)
    lane = take.over(None, 0.0)
    assert len(lane.points) < 8
    assert [lane.at(t) for t in (1.0, 3.0, 4.0, 5.9)] == pytest.approx([0.3, 0.9, 0.99, 0.99], abs=0.01)
