"""Two models resident at once, of which one is heard."""

import cards
import numpy as np
import pytest
from graph_sounds import noise, playing, sine

from studio.link.shared import KNOBS, Command, Op


def two(hands, audio, first, second, block=128):
    made = playing(hands, audio, first, block)
    made.use(second, 1)
    return made


def calls(stream):
    return len(stream.seen)


@pytest.mark.parametrize("lates", [(0, 0), (0, 300), (300, 0), (200, 1981)])  # 37 waves apart
@pytest.mark.parametrize("block", [64, 100, 1000])
def test_two_that_only_delay_differ_in_nothing_but_latency(hands, stream, lates, block):
    """From one to the other and back: no gap, no click, each in time."""
    made = two(hands, sine(2.0), stream(lates[0]), stream(lates[1]), block)
    made.run(2400 // block)
    for slot in (1, 0, 1):
        made.graph.obey(Command(Op.VOICE, slot))
        assert made.graph.voice_heard == slot and made.graph.latency == lates[slot]
        heard = made.run(4800 // block)
        late, start = lates[slot], (sum(each.shape[1] for each in made.heard[:-1]))
        settled = 480 + 480 + lates[slot] + block  # until it answers, and the fades of its input and output
        end = start + heard.shape[1] - late
        np.testing.assert_allclose(heard[:, settled:], sine(2.0)[:, start + settled - late : end], atol=1e-6)
    whole = np.concatenate(made.heard, axis=1)[0]
    assert cards.steadiness(whole[max(lates) :]) < -60 and np.abs(whole[3000:]).max() <= 0.5001
    waves = whole[3000 : 3000 + len(whole[3000:]) // 50 * 50].reshape(-1, 50)
    assert np.abs(waves).max(axis=1).min() > 0.2, "a gap"


def test_only_the_one_that_is_heard_is_called(hands, stream):
    first, second = stream(), stream(gain=0.5)
    made = two(hands, noise(48000), first, second)
    before = calls(first), calls(second)
    made.run(10)
    assert (calls(first), calls(second)) == (before[0] + 10, before[1])
    made.graph.obey(Command(Op.VOICE, 1))
    made.run(10)
    assert calls(first) == before[0] + 10 + 4 and calls(second) == before[1] + 10  # 480 samples: four blocks


def test_the_new_one_begins_within_the_next_block(hands, stream):
    made = two(hands, np.full((2, 48000), 0.5, np.float32), stream(), stream(gain=0.0))
    made.run(4)
    made.graph.obey(Command(Op.VOICE, 1))
    heard = made.run(8)[0]
    assert heard[0] < 0.5 and heard[127] < 0.45 and not heard[480:].any()


def test_the_new_one_starts_from_its_reset_state(hands, stream):
    second = stream(50)
    made = two(hands, noise(48000), stream(gain=0.0), second)
    made.graph.obey(Command(Op.VOICE, 1))
    made.run(20)
    made.graph.obey(Command(Op.VOICE, 0))
    made.run(20)
    second.past.fill_(9.0)
    made.graph.obey(Command(Op.VOICE, 1))
    assert np.abs(made.run(20)).max() <= 0.5


def test_back_and_forth_in_a_hurry_is_soft_and_ends_at_the_last(hands, stream):
    made = two(hands, sine(2.0), stream(), stream(gain=0.5))
    random = np.random.default_rng(2)
    made.run(4)
    for _ in range(60):
        made.graph.obey(Command(Op.VOICE, int(random.integers(0, 2))))
        made.run(int(random.integers(1, 6)))
    made.graph.obey(Command(Op.VOICE, 1))
    made.run(10)
    whole = np.concatenate(made.heard, axis=1)[0]
    assert cards.steadiness(whole) < -55
    np.testing.assert_allclose(whole[-128:], 0.5 * sine(2.0)[0, len(whole) - 128 : len(whole)], atol=1e-6)


def test_each_has_its_own_knobs(hands, stream):
    made = two(hands, noise(), stream(knobs=1), stream(knobs=1))
    made.positions[0], made.positions[KNOBS] = 0.25, 0.75
    np.testing.assert_allclose(made.run(4), 0.25 * noise()[:, :512], atol=1e-7)
    assert made.graph.positions[0] == 0.25
    made.graph.obey(Command(Op.VOICE, 1))
    made.run(10)
    np.testing.assert_allclose(made.run(4), 0.75 * noise()[:, 14 * 128 : 18 * 128], atol=1e-7)
    assert made.graph.positions[0] == 0.75 and made.graph.positions.shape == (KNOBS,)


@pytest.mark.parametrize("slot", [1, -1, 2, 99, float("nan"), float("inf")])
def test_an_empty_seat_cannot_be_heard(hands, stream, slot):
    made = playing(hands, noise(), stream(gain=0.5))
    made.run(2)
    made.graph.obey(Command(Op.VOICE, slot))
    np.testing.assert_array_equal(made.run(4), 0.5 * noise()[:, 256:768])
    assert made.graph.voice_heard == 0


def test_while_nothing_flows_the_other_is_there_at_once(hands, stream):
    made = two(hands, noise(), stream(), stream(gain=0.5))
    made.graph.obey(Command(Op.PAUSE))
    made.graph.obey(Command(Op.VOICE, 1))
    made.graph.obey(Command(Op.PLAY))
    np.testing.assert_array_equal(made.run(4), 0.5 * noise()[:, :512])


def test_a_fault_of_one_leaves_the_other_alone(hands, stream):
    first, second = stream(gain=0.5), stream(gain=0.25)
    made = two(hands, noise(48000), first, second)
    made.run(4)
    first.misbehave = lambda out: 1 / 0
    np.testing.assert_array_equal(made.run(8)[:, 480:], noise(48000)[:, 4 * 128 + 480 : 12 * 128])
    assert made.graph.fault is not None and not made.graph.calls_model
    made.graph.obey(Command(Op.VOICE, 1))
    assert made.graph.fault is None and made.graph.calls_model
    made.run(10)
    np.testing.assert_array_equal(made.run(2), 0.25 * noise(48000)[:, 22 * 128 : 24 * 128])
    made.graph.obey(Command(Op.VOICE, 0))
    assert isinstance(made.graph.fault, ZeroDivisionError)
    made.run(10)
    np.testing.assert_array_equal(made.run(2), noise(48000)[:, 34 * 128 : 36 * 128])


@pytest.mark.parametrize("which", [0, 1])
def test_one_that_fails_while_they_cross_makes_no_click(hands, stream, which):
    both = stream(), stream()
    made = two(hands, sine(), *both)
    made.run(10)
    made.graph.obey(Command(Op.VOICE, 1))
    made.run(1)
    both[which].misbehave = lambda out: 1 / 0
    made.run(20)
    assert cards.steadiness(np.concatenate(made.heard, axis=1)[0]) < -40
    assert (made.graph.fault is not None) == (which == 1)


def test_when_the_one_that_is_heard_goes_the_other_stays(hands, stream):
    made = two(hands, noise(), stream(), stream(gain=0.5))
    made.graph.use_voice(None, 0)
    assert made.graph.voice_heard == 1
    made.graph.use_voice(None, 1)
    assert made.graph.voice is None and made.graph.voices == [None, None]
    np.testing.assert_array_equal(made.run(4), noise()[:, :512])


def test_a_graph_of_another_block_hears_the_same_one(hands, stream):
    made = two(hands, noise(), stream(), stream(gain=0.5))
    made.graph.obey(Command(Op.VOICE, 1))
    made.graph.obey(Command(Op.LIMIT, -3.0))
    other = hands(block=256)
    other.graph.take_over(made.graph)
    for slot, voice in enumerate(made.graph.voices):
        other.graph.use_voice(voice.at(48000, 256), slot)
    assert other.graph.voice_heard == 1 and other.graph.latency == 72 and other.graph.playing


def test_bypassed_there_is_nothing_to_hear_of_either(hands, stream):
    made = two(hands, noise(), stream(64), stream(64, gain=9.0))
    made.graph.obey(Command(Op.BYPASS, 1.0))
    made.run(5)
    made.graph.obey(Command(Op.VOICE, 1))
    heard = made.run(10)
    np.testing.assert_allclose(heard, noise()[:, 640 - 64 : 640 - 64 + 1280], atol=1e-7)
