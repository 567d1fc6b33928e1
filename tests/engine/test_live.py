"""The engine process on a card with a clock, from outside."""

import cards
import numpy as np
import pytest

from studio.engine.render import render
from studio.engine.voice import load_voice
from studio.link.shared import State

pytestmark = [pytest.mark.audio, pytest.mark.timeout(120)]


def noise(seconds=1.0, seed=1):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (2, round(48000 * seconds))).astype(np.float32)


def test_what_the_card_gets_is_bit_for_bit_what_a_render_gives(studio, fake_card, archives, sound):
    audio = noise()
    raw = sound(audio)
    studio.start()
    studio.open_device(None, 48000, 256, depth=0)
    studio.load_audio([raw])
    studio.load_model(str(archives["half"]), "half", quiet=False)
    studio.play()
    studio.wait("loaded")
    studio.wait_status(lambda status: status.position == raw.frames and not status.playing)
    fake_card.wait_for_frames(4800)
    played = fake_card.played
    first = int(np.flatnonzero(played)[0])
    rendered = render(load_voice(archives["half"], 2, 48000, 256), audio, 48000, 256).sounds[0]
    assert rendered[0] != 0.0
    np.testing.assert_array_equal(played[first : first + len(rendered)], rendered)
    assert studio.status().state == State.RUNNING


@pytest.mark.parametrize("block", [256])
def test_nothing_is_lost_while_the_window_is_busy(studio, fake_card, archives, block):
    play_under_load(studio, fake_card, archives, block, seconds=8)


@pytest.mark.slow
def test_nothing_is_lost_in_a_minute(studio, fake_card, archives):
    play_under_load(studio, fake_card, archives, 256, seconds=60)


def play_under_load(studio, fake_card, archives, block, seconds):
    """The microphone's ramp through the engine, while this process computes, paints and holds the interpreter."""
    fake_card.listen("ramp")
    studio.start()
    studio.open_device(None, 48000, block, live=True, depth=0)
    studio.load_model(str(archives["half"]), "half", quiet=False)
    studio.play()
    studio.wait("loaded")
    cards.bench.Gui("gui").run(seconds / 2)
    cards.bench.Gui("hog").run(seconds / 2)
    status = studio.status()
    studio.close()
    verdict = fake_card.judge("through", block, skip_seconds=2.5)
    assert verdict["clean_s"] > seconds / 3, verdict
    assert (verdict["dropouts"], verdict["engine_latency_frames"], verdict["latency_const"]) == (0, 0, True), verdict
    assert status.state == State.RUNNING and status.latency == 0


def test_knobs_of_another_model_come_with_it(studio, fake_card, archives, sound):
    studio.start()
    studio.open_device(None, 48000, 256, depth=0)
    studio.load_audio([sound(np.full((1, 960000), 0.5))])
    studio.load_model(str(archives["gain"]), "first", quiet=False, knobs=[1.0])
    studio.play()
    studio.wait("loaded")
    fake_card.wait_for_level(0.5)
    studio.load_model(str(archives["gain"]), "second", quiet=False, knobs=[0.5])
    studio.wait("loaded")
    fake_card.wait_for_level(0.25)
    studio.set_knob(0, 0.25)
    fake_card.wait_for_level(0.125)
    levels, counts = np.unique(fake_card.played, return_counts=True)
    assert levels[counts > 2000].tolist() == [0.0, 0.125, 0.25, 0.5]  # and no other level between them


def test_the_status_shows_what_the_card_hears(studio, fake_card, archives, sound):
    studio.start()
    studio.open_device(None, 48000, 256, depth=0)
    studio.load_audio([sound([[0.5] * 480000, [0.25] * 480000])])
    studio.load_model(str(archives["half"]), "half", quiet=False)
    studio.play()
    status = studio.wait_status(lambda status: status.playing and status.beat > 400)
    assert status.peaks == pytest.approx((0.5, 0.25, 0.1875, 0.1875))  # a mono model hears the mean
    assert (status.sample_rate, status.block, status.depth, status.latency) == (48000, 256, 0, 0)
    assert 0 < status.load < 1 and status.worst_us > 0 and status.muted_blocks == 0
    studio.seek(240000)
    assert studio.wait_status(lambda status: status.position > 240000).position < 300000
    studio.loop(96000, 98000)
    studio.seek(97000)
    studio.wait_status(lambda status: 96000 <= status.position < 97000)
    studio.stop()
    studio.wait_status(lambda status: not status.playing and status.position == 0)
