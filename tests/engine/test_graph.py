"""The transport of the signal path: no clock, no device, no process."""

import cards
import numpy as np
import pytest
import torch
from graph_sounds import noise, playing, sine

from studio.link.shared import Command, Op


def test_nothing_flows_before_play(hands, stream):
    made = hands(stream())
    made.graph.use_samples(noise())
    assert not made.run(3).any() and made.graph.source.position == 0


@pytest.mark.parametrize("block", [64, 100, 128, 1000])
@pytest.mark.parametrize("late", [0, 1, 127, 128, 300])
def test_wet_and_dry_are_the_same_sound_at_the_same_time(hands, stream, block, late):
    """A model that only delays: with the dry sound as late as the wet, no bypass can be heard at all."""
    made, audio = playing(hands, noise(20000), stream(late), block), noise(20000)
    for on in (1.0, 0.0, 1.0):
        made.run(3)
        made.graph.obey(Command(Op.BYPASS, on))
    made.run(4)
    heard = np.concatenate(made.heard, axis=1)
    expected = np.pad(audio, ((0, 0), (late, 0)))[:, : heard.shape[1]]
    np.testing.assert_allclose(heard, expected[:, : heard.shape[1]], atol=1e-7)
    assert made.graph.latency == late


def test_bypass_is_complete_within_ten_milliseconds_and_makes_no_click(hands, stream):
    made = playing(hands, sine(), stream(gain=0.25))
    made.run(20)
    made.graph.obey(Command(Op.BYPASS, 1.0))
    heard = made.run(20)[0]
    assert cards.steadiness(heard) < -60
    np.testing.assert_array_equal(heard[480:], sine()[0, 20 * 128 + 480 : 40 * 128])


@pytest.mark.parametrize("what", ["gain", "knob"])
def test_gain_and_knobs_glide_without_a_click(hands, stream, what):
    made = playing(hands, sine(level=0.25), stream(knobs=1))
    made.run(20)
    if what == "gain":
        made.levels.gain_db = -12.0
    else:
        made.positions[0] = 0.25
    heard = made.run(40)[0]
    assert cards.steadiness(heard) < -70
    assert np.abs(heard[960:1920]).max() == pytest.approx(0.25 * 0.25, rel=0.01)
    assert np.abs(heard[:128]).max() > 0.2


def test_a_knob_is_heard_sample_by_sample_and_held_within_its_range(hands, stream):
    made = playing(hands, noise(), stream(knobs=3))
    made.positions[:3] = (0.0, np.nan, 7.0)
    made.run(1)
    made.positions[:3] = (1.0, 0.5, -7.0)
    made.run(9)
    rows = torch.cat(made.graph.voice._stream.seen[-10:], dim=1)
    steps = rows[0].diff()
    assert rows[:, -1].tolist() == [1.0, 0.5, 0.0] and rows[:, 0].tolist() == [0.0, 0.0, 1.0]
    assert float(steps.max()) == pytest.approx(1 / 768, rel=0.01) and float(steps.min()) >= 0


@pytest.mark.parametrize("where", [24000, 100, 30003])
def test_a_seek_fades_across_in_ten_milliseconds(hands, stream, where):
    made, audio = playing(hands, sine(2.0), stream(), 64), sine(2.0)
    made.run(10)
    made.graph.obey(Command(Op.SEEK, where))
    heard = made.run(20)[0]
    assert cards.steadiness(heard) < -60
    np.testing.assert_array_equal(heard[480:], audio[0, where + 480 : where + 20 * 64])


def test_many_seeks_in_a_hurry_end_at_the_last(hands, stream):
    made, audio = playing(hands, noise(48000), stream()), noise(48000)
    made.run(2)
    for frame in (9000, -5, 1 << 60, 20000, 12345):
        made.graph.obey(Command(Op.SEEK, frame))
    made.run(20)
    position = made.graph.source.position
    np.testing.assert_array_equal(made.heard[-1][:, -128:], audio[:, position - 128 : position])
    assert 12345 < position <= 12345 + 20 * 128


@pytest.mark.parametrize("block", [64, 96, 160, 256])
def test_whatever_hands_did_before_the_last_seek_counts(hands, stream, block):
    """Jumps, loops and scrubbing at any moment of the fades of others."""
    made, random = playing(hands, np.zeros((2, 480000), np.float32), stream(), block), np.random.default_rng(block)
    moves = (Op.SEEK, Op.SEEK, Op.SEEK, Op.SCRUB, Op.SCRUB_END, Op.LOOP, Op.NO_LOOP)
    for _ in range(400):
        for op in random.choice(moves, random.integers(1, 6)):
            start = int(random.integers(0, 400000))
            made.graph.obey(Command(Op(op), start, start + int(random.integers(0, 5000))))
            made.run(int(random.integers(1, 7)))
        target = int(random.integers(0, 400000))
        for command in (Command(Op.SCRUB_END), Command(Op.NO_LOOP), Command(Op.SEEK, target)):
            made.graph.obey(command)
        made.run(16)
        assert target <= made.graph.source.head <= target + 16 * block
        made.heard.clear()


def test_a_loop_is_exact_to_the_sample_and_goes_on_for_ever(hands, stream):
    made, audio = playing(hands, noise(), stream()), noise()
    made.graph.obey(Command(Op.LOOP, 1000, 3001))
    made.run(100)
    heard = np.concatenate(made.heard, axis=1)
    np.testing.assert_array_equal(heard[:, : 3001 - 480], audio[:, : 3001 - 480])
    for turn in range(4):  # all but the last 10 ms, where it fades to what comes before the start
        start = 3001 + turn * 2001
        np.testing.assert_array_equal(heard[:, start : start + 1521], audio[:, 1000:2521])
        np.testing.assert_allclose(heard[:, start - 1], audio[:, 999], atol=1e-5)
    assert made.graph.playing


@pytest.mark.parametrize("region", [(0, 48000), (7000, 7003), (40000, 90000), (500, 100), (-9, 1 << 50)])
def test_any_loop_over_a_sine_is_free_of_clicks(hands, stream, region):
    swelling = sine() * np.hanning(48000).astype(np.float32)  # a file that broke off would be its own click
    made = playing(hands, swelling, stream())
    made.graph.obey(Command(Op.LOOP, *region))
    made.graph.obey(Command(Op.SEEK, region[0] - 100))
    assert cards.steadiness(made.run(400)[0]) < -60 and made.graph.playing


def test_the_end_stops_and_play_begins_again(hands, stream):
    made, audio = playing(hands, noise(1000), stream(late := 200)), noise(1000)
    heard = made.run(20)
    np.testing.assert_array_equal(heard[:, late : late + 1000], audio)
    assert not heard[:, late + 1000 :].any() and not made.graph.playing
    made.run(400)
    made.graph.obey(Command(Op.PLAY))
    np.testing.assert_array_equal(made.run(20), heard)


def test_pause_is_quick_and_soft_and_goes_on_where_it_was(hands, stream):
    made = playing(hands, sine(), stream(64))
    made.run(20)
    made.graph.obey(Command(Op.PAUSE))
    paused = made.run(10)[0]
    assert cards.steadiness(paused) < -60 and not paused[480:].any()
    position = made.graph.source.position
    made.graph.obey(Command(Op.PLAY))
    resumed = made.run(10)[0]
    assert cards.steadiness(np.concatenate([paused, resumed])) < -60
    assert made.graph.source.position == position + 10 * 128


def test_stop_forgets_everything(hands, stream):
    made = playing(hands, noise(), stream(300))
    first = made.run(8)
    made.graph.obey(Command(Op.STOP))
    made.run(10)
    assert made.graph.source.position == 0
    made.graph.obey(Command(Op.PLAY))
    np.testing.assert_array_equal(made.run(8), first)


def test_another_model_comes_in_softly_and_at_the_same_place(hands, stream):
    made = playing(hands, sine(), stream())
    made.run(20)
    made.graph.hush()
    heard = [made.run(6)]
    assert made.graph.is_still
    position = made.graph.source.position
    made.graph.use_voice(hands(stream(500, gain=0.5)).graph.voice)
    made.graph.unhush()
    heard.append(made.run(40))
    assert cards.steadiness(np.concatenate(heard, axis=1)[0]) < -60
    expected = 0.5 * sine()[:, position + 480 : position + 40 * 128 - 500]
    np.testing.assert_allclose(heard[1][:, 980:], expected, atol=1e-6)


def test_meters_show_the_peaks_and_fall(hands, stream):
    audio = np.zeros((2, 48000), np.float32)
    audio[0, 10], audio[1, 20] = 0.5, -0.25
    made = playing(hands, audio, stream(gain=0.5))
    made.run(1)
    assert made.graph.meter_in.levels == [0.5, 0.25]
    assert made.graph.meter_out.levels == [0.25, 0.125]
    made.run(375)
    assert made.graph.meter_out.levels[0] == pytest.approx(0.25 * 10 ** (-24 / 20), rel=0.01)


def test_hands_in_any_order_make_no_burst_and_no_dead_end(hands, stream):
    """Seeded fuzz: 3000 commands at random between blocks."""
    random = np.random.default_rng(5)
    made = playing(hands, sine(), stream(77, gain=0.9), 64)
    made.use(stream(300, gain=0.5), 1)
    heard = [np.zeros((2, 1))]
    for _ in range(3000):
        command = Command(Op(random.integers(1, len(Op) + 1)), *random.integers(-50, 60000, 2).tolist())
        made.graph.obey(command)
        heard.append(made.run(int(random.integers(0, 3)) + 1)[:, -64:])
    assert all(np.abs(each).max() <= 0.501 for each in heard)
    for op in (Op.NO_LOOP, Op.SEEK, Op.PLAY):
        made.graph.obey(Command(op))
    assert made.run(30)[:, -128:].any() and made.graph.guard.muted == 0
