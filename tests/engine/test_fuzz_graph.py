"""Thousands of commands in any order to the signal path alone: seeded, without a clock."""

import cards
import numpy as np
import pytest

from studio.link.shared import Command, Op

RATE, HERTZ, LEVEL, BLOCK = 48000, 997.0, 0.5, 128
FRAMES = 2 * RATE
CLICK_DB = -50  # a cut through the middle of this sine would be at -6; one fade is at -60
NUMBERS = (0.0, 1.0, -1.0, 0.5, 7.0, 1e9, -1e9, 1e18, 1e300, np.nan, np.inf, -np.inf, FRAMES, FRAMES - 1, FRAMES / 2)


def sound():
    """A sine that begins and ends softly: wherever it starts there is no step of its own."""
    at = np.arange(FRAMES)
    ends = np.minimum(1.0, np.minimum(at, at[::-1]) / 960)
    sine = LEVEL * np.sin(2 * np.pi * HERTZ * at / RATE) * (0.5 - 0.5 * np.cos(np.pi * ends))
    return np.tile(sine, (2, 1)).astype(np.float32)


@pytest.fixture
def made(hands, stream):
    found = hands(stream(77, gain=0.9, knobs=1), BLOCK)
    found.graph.use_samples(sound())
    return found


def test_no_order_of_commands_is_loud_or_clicks(made):
    random = np.random.default_rng(7)
    heard = []
    for _ in range(4000):
        place = random.integers(0, FRAMES, 2).tolist()
        op = Op(random.choice([Op.PLAY] * 3 + [each for each in Op if each != Op.LIMIT]))
        made.graph.obey(Command(op, *([place[0] % 2] * 2 if op in (Op.BYPASS, Op.VOICE) else sorted(place))))
        made.levels.gain_db = random.choice([0.0, -3.0, -200.0])
        made.positions[0] = random.uniform()
        heard.append(made.run(int(random.integers(1, 8)))[0])
    out = np.concatenate(heard)
    assert np.abs(out).max() <= LEVEL * 1.001 and np.count_nonzero(out) > len(out) / 2
    assert cards.steadiness(out) < CLICK_DB
    assert made.graph.guard.muted == 0 and made.graph.fault is None


def test_absurd_numbers_leave_a_graph_that_plays(made):
    random = np.random.default_rng(8)
    for _ in range(4000):
        command = Command(Op(random.choice(list(Op))), *random.choice(NUMBERS, 2).tolist())
        made.graph.obey(command)
        made.levels.gain_db, made.levels.input_db, made.levels.wet = random.choice(NUMBERS, 3)
        made.positions[0] = random.choice(NUMBERS)
        out = made.run(1)
        assert np.isfinite(out).all() and np.abs(out).max() <= 16.0, command
        assert 0 <= made.graph.source.head <= FRAMES, command
    plays_again(made)


@pytest.mark.parametrize("op", [Op.PAUSE, Op.STOP])
def test_the_transport_does_what_was_said_last(made, op):
    random = np.random.default_rng(9)
    for _ in range(300):
        for other in random.choice([Op.PLAY, Op.PAUSE, Op.STOP, Op.SEEK, Op.BYPASS, Op.SCRUB, Op.SCRUB_END], 5):
            made.graph.obey(Command(Op(other), int(random.integers(0, FRAMES))))
        made.run(int(random.integers(1, 12)))
        for last in (Op.SCRUB_END, op):
            made.graph.obey(Command(last))
        made.run(12)
        assert not made.graph.playing and made.graph.is_still and not made.run(1).any()
    plays_again(made)


def plays_again(made):
    made.levels.gain_db = made.levels.input_db = 0.0
    made.levels.wet = made.positions[0] = 1.0
    for op, number in ((Op.SCRUB_END, 0), (Op.NO_LOOP, 0), (Op.BYPASS, 0), (Op.VOICE, 0), (Op.LIMIT, 1), (Op.STOP, 0)):
        made.graph.obey(Command(op, number))
    made.run(20)
    made.graph.obey(Command(Op.SEEK, FRAMES // 4))
    made.graph.obey(Command(Op.PLAY))
    made.run(40)
    assert made.graph.playing and np.abs(made.run(8)).max() == pytest.approx(0.9 * LEVEL, rel=0.01)
