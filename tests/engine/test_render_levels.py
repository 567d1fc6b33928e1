"""What the offline renderer does with levels, the limiter and automation: what the card would get, sample by sample."""

import numpy as np
import pytest
from scipy.signal import resample_poly

from studio.engine.automation import Automation
from studio.engine.graph import Graph
from studio.engine.render import render
from studio.engine.voice import Voice
from studio.link.shared import KNOBS, VOICES, Command, Op, StillLevels


def noise(frames=9000, seed=3):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (2, frames)).astype(np.float32)


def voice(stream, block, outputs=(2,)):
    return Voice(stream, stream.knobs, outputs, channels=2, sample_rate=48000, block=block)


LANE = Automation({0: ([0, 4000, 9000], [0.0, 1.0, 0.3])})


@pytest.mark.parametrize("block", [64, 100, 512])
@pytest.mark.parametrize("ceiling_db", [None, -9.0])
def test_offline_is_bit_for_bit_what_the_card_receives(stream, block, ceiling_db):
    levels = StillLevels(input_db=3.0, gain_db=4.5, wet=0.6)
    made = render(voice(stream(77, knobs=1), block), noise(), 48000, block, [0.5], levels=levels,
                  ceiling_db=ceiling_db, automation=LANE)  # fmt: skip
    graph = Graph(48000, block)  # as the callback drives it: another instance, positions of both models
    graph.use_voice(voice(stream(77, knobs=1), block))
    graph.use_samples([noise()[:, :4000], noise()[:, 4000:]])
    graph.automation = LANE
    for op, a in ((Op.LIMIT, 1.0 if ceiling_db is None else ceiling_db), (Op.BYPASS, 0.0), (Op.PLAY, 0.0)):
        graph.obey(Command(op, a))
    positions = np.full(KNOBS * VOICES, 0.5)
    played = [graph.process(positions, levels).copy() for _ in range(-(-(9000 + graph.latency) // block))]
    np.testing.assert_array_equal(made.heard, np.concatenate(played, axis=1)[:, graph.latency : graph.latency + 9000])


def test_levels_are_arithmetic(stream):
    levels = StillLevels(input_db=6.0, gain_db=-3.0, wet=0.25)
    made = render(voice(stream(300, gain=0.5), 128), noise(), 48000, 128, levels=levels)
    expected = 10 ** (3 / 20) * (0.75 + 0.25 * 0.5) * noise().astype(np.float64)
    np.testing.assert_allclose(made.heard, expected, atol=1e-6)


def test_the_ceiling_holds_and_the_sound_stays_in_time(stream):
    made = render(voice(stream(50), 128), noise(), 48000, 128, levels=StillLevels(gain_db=20.0), ceiling_db=-1.0).heard
    peak = np.abs(resample_poly(made.astype(np.float64), 16, 1, axis=1))[:, 300:-300].max()
    assert 20 * np.log10(peak) < -0.9
    lags = [np.vdot(made[0, 100:-100], np.roll(noise()[0], lag)[100:-100]) for lag in range(-3, 4)]
    assert int(np.argmax(lags)) == 3


def test_outputs_come_apart_and_mixed(stream):
    model = voice(stream(10, rows=4), 128, outputs=(2, 2))
    made = render(model, noise(), 48000, 128, levels=StillLevels(stem_db=(-6.0, -90.0)), ceiling_db=0.0)
    np.testing.assert_array_equal(made.outputs, np.tile(noise(), (2, 1)))
    np.testing.assert_allclose(made.heard, 10 ** (-6 / 20) * noise(), atol=1e-6)
    assert render(voice(stream(), 64), noise(), 48000, 64).outputs is None


def test_automation_begins_with_the_first_block(stream):
    """A constant lane is a knob that stood there from the start: not a sample is ramped."""
    made = render(voice(stream(knobs=1), 128), noise(), 48000, 128, [1.0], automation=Automation({0: ([7], [0.25])}))
    np.testing.assert_array_equal(made.heard, 0.25 * noise())
