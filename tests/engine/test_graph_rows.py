"""Several sounds in a row, and a hand that scrubs over them."""

import cards
import numpy as np
import pytest
from graph_sounds import noise, playing, sine

from studio.link.shared import Command, Op


def parts(*frames, mono=()):
    """Pieces of one noise; those whose place is in `mono` have one channel, and the whole as it is heard."""
    made, whole = [], noise(sum(frames))
    start = 0
    for place, count in enumerate(frames):
        if place in mono:
            whole[1, start : start + count] = whole[0, start : start + count]
        piece = whole[:, start : start + count]
        made.append(piece[:1] if place in mono else piece)
        start += count
    return made, whole


@pytest.mark.parametrize("frames", [(1000, 1000), (1, 1, 1, 4000), (300, 0, 2000), (128, 128, 128, 1000)])
@pytest.mark.parametrize("mono", [(), (0,), (1, 2)])
def test_a_row_is_one_sound(hands, stream, frames, mono):
    row, whole = parts(*frames, mono=mono)
    made = playing(hands, row, stream())
    heard = made.run(-(-whole.shape[1] // 128))
    np.testing.assert_array_equal(heard[:, : whole.shape[1]], whole)
    assert made.graph.source.frames == whole.shape[1] and not made.graph.playing


@pytest.mark.parametrize("where", [0, 999, 1000, 1001, 2500])
def test_seeks_count_over_the_whole_row(hands, stream, where):
    row, whole = parts(1000, 1000, 1000)
    made = playing(hands, row, stream())
    made.run(1)
    made.graph.obey(Command(Op.SEEK, where))
    np.testing.assert_array_equal(made.run(5)[:, 480:], np.pad(whole, ((0, 0), (0, 999)))[:, where + 480 : where + 640])


def test_a_loop_goes_across_the_seam(hands, stream):
    row, whole = parts(5000, 5000)
    made = playing(hands, row, stream())
    made.graph.obey(Command(Op.LOOP, 4000, 6500))
    heard = made.run(100)
    np.testing.assert_array_equal(heard[:, :6020], whole[:, :6020])
    np.testing.assert_array_equal(heard[:, 6500 : 6500 + 2020], whole[:, 4000:6020])
    assert made.graph.playing


def test_what_is_appended_while_it_plays_follows_without_a_gap(hands, stream):
    row, whole = parts(1000, 700, 900)
    made = playing(hands, row[:1], stream())
    made.run(5)
    made.graph.source.append(row[1])
    made.run(5)
    made.graph.source.append(row[2])
    made.run(11)
    np.testing.assert_array_equal(np.concatenate(made.heard, axis=1)[:, :2600], whole)
    assert not made.graph.playing


def scrub(made, frame, blocks):
    made.graph.obey(Command(Op.SCRUB, frame))
    return made.run(blocks)


@pytest.mark.parametrize("plays", [True, False])
def test_a_hand_hears_what_is_around_it_at_once_and_without_a_click(hands, stream, plays):
    swelling = sine(2.0) * np.linspace(0, 1, 96000, dtype=np.float32)
    made = playing(hands, swelling, stream())
    made.run(20)
    if not plays:
        made.graph.obey(Command(Op.PAUSE))
        made.run(10)
    for frame in (40000, 40500, 60000, 20000):
        heard = scrub(made, frame, 30)
        around = np.abs(swelling[:, frame - 1500 : frame + 1500])
        assert np.abs(heard[:, 1000:]).max() <= around.max() + 1e-6
        assert np.abs(heard[:, 1000:]).max() >= around.min(), "nothing is heard"
        assert np.abs(heard[:, :256]).max() > 0 and made.graph.source.head == frame
    assert cards.steadiness(np.concatenate(made.heard, axis=1)[0]) < -60


def test_the_sound_lasts_as_long_as_the_hand_holds(hands, stream):
    made = playing(hands, sine(), stream())
    made.graph.obey(Command(Op.PAUSE))
    held = scrub(made, 20000, 400)[0]
    assert np.abs(held[1200:]).reshape(-1, 50).max(axis=1).min() > 0.1
    assert np.sqrt(np.mean(held[2000:] ** 2)) > 0.2 and not made.graph.playing


def test_paused_it_falls_silent_where_the_hand_was(hands, stream):
    made, audio = playing(hands, noise(48000), stream()), noise(48000)
    made.run(4)
    made.graph.obey(Command(Op.PAUSE))
    made.run(10)
    scrub(made, 30000, 37)
    made.graph.obey(Command(Op.SCRUB_END))
    assert not made.run(10)[:, 480:].any() and made.graph.is_still
    assert made.graph.source.head == made.graph.source.position == 30000
    made.graph.obey(Command(Op.PLAY))
    np.testing.assert_array_equal(made.run(10)[:, 480:], audio[:, 30480 : 30000 + 1280])


def test_playing_it_goes_on_from_where_the_hand_was(hands, stream):
    made, audio = playing(hands, noise(48000), stream()), noise(48000)
    made.run(4)
    scrub(made, 30000, 50)
    made.graph.obey(Command(Op.SCRUB_END))
    made.run(20)
    position = made.graph.source.position
    assert 30000 + 20 * 128 - 480 <= position <= 30000 + 20 * 128 and made.graph.playing
    np.testing.assert_array_equal(made.heard[-1][:, -128:], audio[:, position - 128 : position])


def test_before_the_first_play_a_hand_comes_in_softly(hands, stream):
    made = hands(stream())
    made.graph.use_samples(np.full((2, 48000), 0.5, np.float32))
    heard = scrub(made, 20000, 20)[0]
    assert np.abs(np.diff(heard, prepend=0.0)).max() < 0.005 and heard[2000] == pytest.approx(0.5)
    made.graph.obey(Command(Op.SCRUB_END))
    made.run(10)
    made.graph.obey(Command(Op.PLAY))
    assert np.abs(np.diff(made.run(10)[0], prepend=0.0)).max() < 0.005


@pytest.mark.parametrize("frames", [1, 100, 700, 2000])
@pytest.mark.parametrize("where", [0, 50, 10**9, -5])
def test_a_hand_on_the_shortest_sound_finds_an_end(hands, stream, frames, where):
    made = playing(hands, noise(frames), stream())
    scrub(made, where, 50)
    made.graph.obey(Command(Op.SCRUB_END))
    made.run(20)
    assert 0 <= made.graph.source.head <= frames and np.abs(np.concatenate(made.heard, axis=1)).max() <= 0.51


@pytest.mark.parametrize("op", [Op.STOP, Op.PAUSE, Op.PLAY, Op.SEEK])
def test_other_commands_during_a_scrub_take_effect(hands, stream, op):
    made = playing(hands, noise(48000), stream())
    scrub(made, 20000, 10)
    made.graph.obey(Command(op, 1000))
    made.run(10)
    made.graph.obey(Command(Op.SCRUB_END))
    made.run(20)
    assert made.graph.playing == (op in (Op.PLAY, Op.SEEK))
    expected = {Op.STOP: 0, Op.PAUSE: 20000, Op.PLAY: 20000 + 20 * 128, Op.SEEK: 1000 + 20 * 128}[op]
    assert made.graph.source.head == pytest.approx(expected, abs=600)


def test_a_live_source_has_no_place_for_a_hand(hands, stream):
    made = playing(hands, noise(), stream())
    made.graph.is_live = True
    incoming = noise(128, seed=9)
    made.graph.obey(Command(Op.SCRUB, 100))
    np.testing.assert_array_equal(made.graph.process(made.positions, made.levels, incoming), incoming)
