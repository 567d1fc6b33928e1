"""Knobs that move by themselves, and who wins."""

import numpy as np
import pytest
import torch
from graph_sounds import noise, playing

from studio.engine.automation import Automation
from studio.link.shared import KNOBS, Command, Op


def knob_rows(made, blocks):
    """What the model heard of its knobs in the last blocks `[knobs, samples]`."""
    return torch.cat(made.graph.voice._stream.seen[-blocks:], dim=1).numpy()


def test_a_lane_moves_its_knob_and_leaves_the_others_to_the_hand(hands, stream):
    """Straight from 0 to 1 in half a second: at the end of each block as far as the play head, less the ramp."""
    made = playing(hands, noise(48000), stream(knobs=3))
    made.graph.automation = Automation({1: ([0, 24000], [0.0, 1.0])})
    made.positions[:3] = (0.25, 0.9, 0.75)
    for block in range(1, 180):
        made.run(1)
        assert made.graph.positions[1] == pytest.approx(block * 128 / 24000)
    rows = knob_rows(made, 179)
    expected = np.arange(1, rows.shape[1] + 1) / 24000
    assert np.abs(rows[1] - expected)[128:].max() < 0.025 * 2, "late by at most 16 ms and a block"
    assert (rows[0] == 0.25).all() and (rows[2] == 0.75).all() and np.diff(rows[1]).min() >= 0


def test_a_seek_takes_the_lane_along(hands, stream):
    made = playing(hands, noise(48000), stream(knobs=1))
    made.graph.automation = Automation({0: ([0, 20000, 20001], [0.1, 0.1, 0.9])})
    made.run(5)
    assert made.graph.positions[0] == 0.1
    made.graph.obey(Command(Op.SEEK, 30000))
    made.run(1)
    assert made.graph.positions[0] == 0.9
    made.run(12)
    assert knob_rows(made, 1)[0, -1] == pytest.approx(0.9)


def test_a_loop_takes_the_lane_round(hands, stream):
    made = playing(hands, noise(48000), stream(knobs=1))
    made.graph.automation = Automation({0: ([0, 48000], [0.0, 1.0])})
    made.graph.obey(Command(Op.LOOP, 4800, 9600))
    seen = []
    for _ in range(150):
        made.run(1)
        seen.append(made.graph.positions[0])
    assert max(seen) == pytest.approx(9120 / 48000, abs=0.003)  # there it fades to the start
    assert np.count_nonzero(np.diff(seen) < -0.05) == 3


@pytest.mark.parametrize(("frame", "value"), [(0, 0.2), (500, 0.2), (1000, 0.2), (1500, 0.5), (2000, 0.8), (9000, 0.8)])
def test_before_the_first_point_and_after_the_last_it_is_held(frame, value):
    positions = np.zeros(KNOBS)
    Automation({3: ([1000, 2000], [0.2, 0.8]), 4: ([], []), 200: ([0], [1.0])}).move(positions, frame)
    assert positions[3] == pytest.approx(value) and np.count_nonzero(positions) == 1


def test_without_lanes_and_with_a_live_source_the_hand_moves_all(hands, stream):
    made = playing(hands, noise(), stream(knobs=1))
    made.graph.automation = Automation({0: ([0], [0.5])})
    made.run(1)
    made.graph.automation = None
    made.run(1)
    assert made.graph.positions[0] == 1.0
    made.graph.automation, made.graph.is_live = Automation({0: ([0], [0.5])}), True
    made.run(1)
    assert made.graph.positions[0] == 1.0


def test_the_second_models_lanes_stand_behind_the_firsts(hands, stream):
    made = playing(hands, noise(), stream(knobs=1))
    made.use(stream(knobs=1), 1)
    made.graph.automation = Automation({KNOBS: ([0], [0.125])})
    made.run(1)
    assert made.graph.positions[0] == 1.0
    made.graph.obey(Command(Op.VOICE, 1))
    made.run(1)
    assert made.graph.positions[0] == 0.125
