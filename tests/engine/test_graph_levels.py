"""Gains, the balance of wet and dry, stems and the dry sound for a recorder."""

import cards
import numpy as np
import pytest
from graph_sounds import noise, playing, sine

from studio.link.shared import SILENT_DB, Command, Op


@pytest.mark.parametrize(("outputs", "share"), [((1, 1), 2.0), ((2, 2), 2.0), ((2, 1, 1), 3.0)])
def test_stems_add_up_to_the_whole(hands, stream, outputs, share):
    mono = np.tile(noise()[:1], (2, 1))
    made = playing(hands, mono, stream(rows=sum(outputs)), outputs=outputs)
    np.testing.assert_allclose(made.run(4), share * mono[:, : 4 * 128], rtol=1e-6)


@pytest.mark.parametrize(("input_db", "gain_db"), [(6.0, 0.0), (-6.0, 3.0), (SILENT_DB, 0.0), (-20.0, 20.0)])
def test_gains_are_what_decibels_say(hands, stream, input_db, gain_db):
    made = playing(hands, noise(), stream(gain=0.5))
    made.levels.input_db, made.levels.gain_db = input_db, gain_db
    gain = 0.0 if input_db == SILENT_DB else 10 ** ((input_db + gain_db) / 20)
    np.testing.assert_allclose(made.run(10), 0.5 * gain * noise()[:, :1280], rtol=1e-5, atol=1e-8)
    assert max(made.graph.meter_in.levels) <= 0.5 * 10 ** (input_db / 20) * 1.001


def test_input_gain_is_heard_by_model_and_dry_sound_alike(hands, stream):
    """A model that squares: twice the input is four times the output, and twice the dry sound."""
    squares = stream()
    squares.misbehave = lambda out: out * out
    made = playing(hands, noise(), squares)
    made.levels.input_db = 20 * np.log10(2.0)
    np.testing.assert_allclose(made.run(4), 4 * noise()[:, :512] ** 2, rtol=1e-5)
    made.graph.obey(Command(Op.BYPASS, 1.0))
    made.run(4)
    np.testing.assert_allclose(made.run(2), 2 * noise()[:, 1024:1280], rtol=1e-5)


@pytest.mark.parametrize("wet", [0.0, 0.25, 0.7, 1.0])
@pytest.mark.parametrize("late", [0, 1, 300])
def test_wet_and_dry_mix_in_time(hands, stream, wet, late):
    made = playing(hands, noise(), stream(late, gain=-0.5))
    made.levels.wet = wet
    expected = np.pad(noise(), ((0, 0), (late, 0)))[:, :1280] * (1 - wet - 0.5 * wet)
    np.testing.assert_allclose(made.run(10), expected, atol=1e-6)


@pytest.mark.parametrize("what", ["input_db", "wet", "stem_db"])
def test_every_level_glides_within_twenty_milliseconds(hands, stream, what):
    made = playing(hands, sine(level=0.25), stream(rows=4), outputs=(2, 2))
    made.levels.stem_db = (0.0, SILENT_DB)
    made.run(20)
    setattr(made.levels, what, {"input_db": -12.0, "wet": 0.25, "stem_db": (-12.0, SILENT_DB)}[what])
    heard = made.run(40)[0]
    wanted = {"input_db": 10 ** (-12 / 20), "wet": 1.0, "stem_db": 10 ** (-12 / 20)}[what]
    assert cards.steadiness(heard) < -70
    np.testing.assert_allclose(heard[960:], wanted * sine(level=0.25)[0, 2560 + 960 : 2560 + 5120], atol=1e-6)


@pytest.mark.parametrize("levels", [(0.0, 0.0), (6.0, SILENT_DB), (SILENT_DB, -3.0), (SILENT_DB, SILENT_DB)])
def test_stems_have_levels_of_their_own(hands, stream, levels):
    parts = stream(rows=4)
    parts.misbehave = lambda out: out * 0.3 + out.new_tensor([[0.0], [0.0], [0.4], [0.4]]) * out
    made = playing(hands, noise(), parts, outputs=(2, 2))
    made.levels.stem_db = levels
    gains = [0.0 if level == SILENT_DB else 10 ** (level / 20) for level in levels]
    np.testing.assert_allclose(made.run(8), (0.3 * gains[0] + 0.7 * gains[1]) * noise()[:, :1024], atol=1e-6)


def test_stems_at_another_level_are_given_as_the_model_made_them(hands, stream):
    made = playing(hands, noise(), stream(rows=4), outputs=(2, 2))
    made.levels.stem_db = (-20.0, 6.0)
    made.run(1)
    np.testing.assert_array_equal(made.graph.voice.rows, np.tile(noise()[:, :128], (2, 1)))


@pytest.mark.parametrize("name", ["input_db", "gain_db", "wet", "stem_db"])
def test_a_level_that_is_no_number_changes_nothing(hands, stream, name):
    made = playing(hands, noise(), stream(rows=4), outputs=(2, 2))
    made.run(2)
    setattr(made.levels, name, (np.nan, np.nan) if name == "stem_db" else np.nan)
    np.testing.assert_array_equal(made.run(8), 2 * noise()[:, 256:1280])


@pytest.mark.parametrize("late", [0, 64, 300])
@pytest.mark.parametrize("ceiling", [1.0, 0.0])
def test_a_recorder_gets_the_dry_sound_in_time_with_what_is_heard(hands, stream, late, ceiling):
    """A model that only delays: heard and dry must then be the same samples, with and without the limiter."""
    made = playing(hands, noise() * 0.5, stream(late))
    made.graph.obey(Command(Op.LIMIT, ceiling))
    made.levels.input_db = -6.0
    for _ in range(60):
        heard = made.run(1)
        np.testing.assert_allclose(made.graph.dry, heard, atol=1e-7)
    made.graph.obey(Command(Op.STOP))
    heard = made.run(1)
    np.testing.assert_allclose(made.graph.dry, heard, atol=1e-7)
    made.run(10)
    assert not made.graph.dry.any()


def test_the_dry_sound_knows_no_bypass_and_no_output_gain(hands, stream):
    made = playing(hands, noise(), stream(100, gain=0.1))
    made.levels.gain_db, made.levels.wet = -20.0, 0.5
    made.graph.obey(Command(Op.BYPASS, 1.0))
    for block in range(10):
        made.run(1)
        expected = np.pad(noise(), ((0, 0), (100, 0)))[:, block * 128 : (block + 1) * 128]
        np.testing.assert_array_equal(made.graph.dry, expected)
