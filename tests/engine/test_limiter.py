"""The limiter against peaks found by another interpolation: scipy's polyphase filter at sixteen times the rate."""

import cards
import numpy as np
import pytest
from graph_sounds import noise, playing, sine
from scipy.signal import butter, resample_poly, sosfilt

from studio.engine.limiter import Limiter
from studio.link.shared import Command, Op

RATE, FRAMES = 48000, 24000
AT = np.arange(FRAMES)


def true_peak_db(audio):
    """Of silence, the sound, and silence."""
    padded = np.pad(np.asarray(audio, np.float64), ((0, 0), (400, 400)))
    return 20 * np.log10(np.abs(resample_poly(padded, 16, 1, axis=1)).max())


def music():
    """Coloured noise that swells and falls, up to 20 dB over full scale."""
    random = np.random.default_rng(1)
    sound = sosfilt(butter(2, [100, 5000], "band", fs=RATE, output="sos"), random.standard_normal((2, FRAMES)))
    return 8 * sound * np.repeat(random.uniform(0, 1, 200) ** 3, FRAMES // 200)


def impulses():
    made = np.zeros((2, FRAMES))
    made[0, ::1777], made[1, 500::3001] = 10.0, -7.0
    return made


SOUNDS = {
    "music": music(),
    "white noise": 3 * np.random.default_rng(2).standard_normal((2, FRAMES)),
    "a quarter of the rate, 45 degrees": np.tile(10 * np.sin(np.pi * AT / 2 + np.pi / 4), (2, 1)),
    "near it": np.tile(10 * np.sin(2 * np.pi * 0.2501 * AT), (2, 1)),
    "bursts of it": np.tile(10 * np.sin(np.pi * AT / 2 + np.pi / 4) * (AT // 2000 % 2), (2, 1)),
    "almost half the rate": np.tile(10 * np.sin(2 * np.pi * 0.43 * AT), (2, 1)),
    "impulses": impulses(),
    "impulses on a sine": impulses() + 0.9 * np.sin(2 * np.pi * 440 * AT / RATE),
    "steps": np.repeat(np.random.default_rng(3).uniform(-10, 10, (2, FRAMES // 50)), 50, axis=1),
    "a square wave": np.tile(3 * np.sign(np.sin(2 * np.pi * 3001 * AT / RATE + 0.1)), (2, 1)),
    "barely over": np.tile(0.92 * np.sin(np.pi * AT / 2 + np.pi / 4), (2, 1)),
}


def limited(audio, ceiling_db=-1.0, block=128, rate=RATE):
    """The sound through a limiter, silence before and after it, and the limiter."""
    made = Limiter(audio.shape[0], rate, block)
    made.switch(ceiling_db)
    made.reset()
    sound = np.pad(audio, ((0, 0), (960, 960 + made.delay))).astype(np.float32)
    sound = np.pad(sound, ((0, 0), (0, -sound.shape[1] % block)))
    for start in range(0, sound.shape[1], block):
        piece = np.ascontiguousarray(sound[:, start : start + block])
        made.process(piece)
        sound[:, start : start + block] = piece
    return sound, made


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("ceiling_db", [0.0, -1.0, -20.0])
def test_no_true_peak_is_over_the_ceiling_by_more_than_a_tenth(name, ceiling_db):
    made, _ = limited(SOUNDS[name], ceiling_db)
    assert true_peak_db(made) < ceiling_db + 0.1
    assert true_peak_db(made) > min(ceiling_db, true_peak_db(SOUNDS[name])) - 0.5, "lower than it has to be"


@pytest.mark.parametrize("block", [1, 31, 64, 100, 4096])
def test_the_block_size_is_not_heard(block):
    whole, _ = limited(SOUNDS["music"], block=128)
    made, _ = limited(SOUNDS["music"], block=block)
    count = min(whole.shape[1], made.shape[1])
    np.testing.assert_allclose(made[:, :count], whole[:, :count], atol=1e-5)


@pytest.mark.parametrize("rate", [8000, 44100, 96000, 192000])
def test_every_rate(rate):
    made, limiter = limited(SOUNDS["music"], rate=rate)
    assert true_peak_db(made) < -0.9
    assert limiter.delay == max(24, round(0.0015 * rate))


def test_what_is_below_the_ceiling_is_only_late():
    audio = np.random.default_rng(4).uniform(-0.3, 0.3, (2, FRAMES))
    made, limiter = limited(audio)
    expected = np.pad(audio.astype(np.float32), ((0, 0), (960 + limiter.delay, 0)))
    np.testing.assert_array_equal(made[:, : expected.shape[1]], expected)
    assert limiter.reduction_db == 0.0


def test_both_channels_are_lowered_alike():
    made, _ = limited(np.stack([8 * np.sin(AT / 20), 0.01 * np.cos(AT / 20)]))
    assert np.abs(made[1, 2000:-2000]).max() == pytest.approx(0.01 / 8 * 10 ** (-1 / 20), rel=0.02)


def test_a_steady_tone_is_lowered_by_what_it_is_over_and_recovers():
    """20 dB over: said while it lasts; a third of it left 80 ms later, nothing after a second."""
    limiter = Limiter(2, RATE, 96)
    limiter.switch(-6.0)
    limiter.reset()
    loud = np.tile(10 * np.sin(2 * np.pi * 500 * np.arange(96) / RATE), (2, 1)).astype(np.float32)
    said = []
    for block in range(700):
        limiter.process(loud.copy() if block < 100 else np.zeros((2, 96), np.float32))
        said.append(limiter.reduction_db)
    assert said[99] == pytest.approx(-26.0, abs=0.1) and said[699] == 0.0
    assert said[99 + 40 + 1] == pytest.approx(-26.0 / np.e, rel=0.08)


def test_its_look_ahead_counts_in_the_latency_while_it_is_on(hands, stream):
    made = playing(hands, noise() * 0.5, stream(100))
    made.graph.obey(Command(Op.LIMIT, -1.0))
    assert made.graph.latency == 100 + 72
    np.testing.assert_array_equal(made.run(10), np.pad(noise() * 0.5, ((0, 0), (172, 0)))[:, :1280])
    made.graph.obey(Command(Op.LIMIT, 1.0))
    assert made.graph.latency == 100 and made.graph.reduction_db == 0.0


@pytest.mark.parametrize("block", [32, 64, 128, 1000])
def test_switching_is_free_of_clicks_and_over_in_ten_milliseconds(hands, stream, block):
    made = playing(hands, sine(2.0), stream(), block)
    made.run(2000 // block)
    for ceiling, late in ((0.0, 72), (1.0, 0), (-1.0, 72), (1.0, 0)):
        start = sum(each.shape[1] for each in made.heard)
        made.graph.obey(Command(Op.LIMIT, ceiling))
        heard = made.run(4000 // block)[0]
        settled = 480 + late + (block if late else 0)  # when the late sound is whole, and the fade
        expected = sine(2.0)[0, start + settled - late : start + len(heard) - late]
        np.testing.assert_allclose(heard[settled:], expected, atol=1e-6)
    assert cards.steadiness(np.concatenate(made.heard, axis=1)[0]) < -60


@pytest.mark.parametrize("hurry", [1, 2, 5])
def test_switching_in_a_hurry_pausing_and_seeking_stay_free_of_clicks(hands, stream, hurry):
    made = playing(hands, sine(4.0), stream())
    random = np.random.default_rng(hurry)
    made.run(10)
    for _ in range(80):
        made.graph.obey(Command(Op.LIMIT, float(random.choice([0.0, -0.5, 1.0]))))
        made.graph.obey(Command(Op(int(random.choice([Op.PLAY, Op.PAUSE])))))
        made.run(hurry)
    assert cards.steadiness(np.concatenate(made.heard, axis=1)[0]) < -44  # fades that turn round half-way have a kink


def test_the_graph_tells_the_reduction_and_shows_the_limited_peak(hands, stream):
    made = playing(hands, sine(level=0.5), stream())
    made.levels.gain_db = 20.0
    made.graph.obey(Command(Op.LIMIT, -3.0))
    heard = made.run(60)
    assert made.graph.reduction_db == pytest.approx(20 * np.log10(10 ** (-3 / 20) / 5.0), abs=0.2)
    assert max(made.graph.meter_out.levels) <= 10 ** (-3 / 20) and true_peak_db(heard[:, 960:-960]) < -2.4
    made.graph.obey(Command(Op.STOP))
    made.run(10)
    assert made.graph.reduction_db == 0.0
