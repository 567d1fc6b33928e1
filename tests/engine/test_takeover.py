"""A second engine takes over: after a death at once, and for another model without a gap."""

import os
import signal
import time

import cards
import numpy as np
import pytest

from studio.document.performance import Lane
from studio.link.shared import KNOBS, State

pytestmark = [pytest.mark.audio, pytest.mark.timeout(150)]
RATE, BLOCK = 48000, 256


@pytest.fixture
def studio(exchanging):
    return exchanging


def rising(seconds):
    """A sound whose every sample tells its place."""
    return np.tile(np.linspace(0.1, 0.9, round(RATE * seconds)), (2, 1))


def place(level, seconds):
    """The frame at which `rising` has this level."""
    return (level - 0.1) / 0.8 * (RATE * seconds - 1)


def begin(studio, archives, parts, model="half"):
    studio.start()
    studio.open_device(None, RATE, BLOCK)
    studio.load_audio(parts)
    studio.load_model(str(archives[model]), model, quiet=False, knobs=[0.5])
    studio.play()
    studio.wait("loaded")
    cards.wait_for(lambda: studio._keeper.spare_is_ready, 60, "a spare engine")
    studio.wait_status(lambda status: status.playing and status.beat > 100)


def silences(heard, start, level=0.02):
    """Lengths of all silent stretches from frame `start` on that are between two loud ones."""
    loud = np.flatnonzero(np.abs(heard[start:]) > level)
    steps = np.diff(loud)
    return (steps[steps > 1] - 1).tolist()


def test_a_model_is_exchanged_within_a_tenth_of_a_second_of_silence(studio, shared_card, archives, sound):
    begin(studio, archives, [sound(rising(60))])
    before, status, start = studio._keeper.active.pid, studio.status(), len(shared_card.heard)
    asked = time.monotonic()
    studio.load_model(str(archives["gain"]), "gain", quiet=False, knobs=[1.0])
    assert time.monotonic() - asked < 0.05
    studio.wait("loaded")
    loaded = studio.status()
    studio.wait_status(lambda status: status.position > loaded.position + RATE)
    assert studio._keeper.active.pid != before and status.playing and loaded.playing
    old, new = (shared_card.streams[pid]["played"] for pid in (before, studio._keeper.active.pid))
    last, first = np.flatnonzero(old > 0.02)[-1] - 960, np.flatnonzero(new > 0.02)[0] + 960  # outside of all fades
    went_on = place(float(new[first]), 60) - place(2 * float(old[last]), 60)
    assert 960 < went_on < 3 * 960  # where the old one stopped
    silent = silences(shared_card.heard, start)
    assert silent and max(silent) <= 0.1 * RATE


def test_a_jump_that_the_old_engine_never_learnt_of_is_made_by_the_new_one(studio, shared_card, archives, sound):
    begin(studio, archives, [sound(rising(60))])
    before = studio._keeper.active.pid
    studio.load_model(str(archives["gain"]), "gain", quiet=False, knobs=[1.0])
    coming = studio._keeper._coming
    while coming.held.get(0) != "gain":
        time.sleep(0.0005)
    os.kill(before, signal.SIGSTOP)  # the new one has yet to open the device; a machine may stand still at any moment
    studio.seek(40 * RATE)
    studio.wait("loaded")
    status = studio.wait_status(lambda status: status.playing and status.beat > 20)
    assert studio._keeper.active.pid != before
    assert 40 * RATE <= status.position < 50 * RATE


@pytest.mark.slow
def test_a_device_for_one_engine_only_changes_hands(studio, exclusive_card, archives, sound):
    begin(studio, archives, [sound(np.full((2, 60 * RATE), 0.5))])
    before = studio._keeper.active.pid
    studio.load_model(str(archives["gain"]), "gain", quiet=False, knobs=[1.0])
    studio.wait("loaded")
    exclusive_card.wait_for_level(0.5)
    assert studio._keeper.active.pid != before
    calls = exclusive_card.evidence["t_in"][: int(exclusive_card.evidence["calls"])]
    assert np.diff(calls[calls > 0]).max() < 0.5e9  # ns without any engine: closed there, opened here
    assert studio.status().state == State.RUNNING


def test_a_killed_engine_is_heard_again_within_two_seconds(studio, shared_card, archives, sound):
    begin(studio, archives, [sound(np.full((2, 30 * RATE), 0.5))] * 2, "gain")
    studio.load_model(str(archives["half"]), "half", quiet=False, slot=1)
    studio.wait("loaded")
    cards.wait_for(lambda: studio._keeper.spare_is_ready, 60, "a spare engine")
    studio.seek(40 * RATE)
    studio.set_gain(-6.0206)
    studio.automate({0: Lane(points=((0.0, 0.25), (1000.0, 0.25)))})
    victim = studio._keeper.active.pid
    studio.wait_status(lambda status: status.position > 40 * RATE and status.playing)
    before = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    studio.wait("gone")
    status = studio.wait_status(lambda status: status.playing and status.position > 40 * RATE and status.beat > 20)
    assert time.monotonic() - before < 2.0 and status.position < 50 * RATE
    played = lambda: shared_card.streams[studio._keeper.active.pid]["played"]  # noqa: E731
    cards.wait_for(lambda: np.count_nonzero(np.isclose(played(), 0.5 * 0.25 * 0.5, atol=1e-4)) > 2400)
    studio.hear(1)
    cards.wait_for(lambda: np.count_nonzero(np.isclose(played(), 0.5 * 0.5 * 0.5, atol=1e-4)) > 2400)
    assert studio._keeper.board.knobs[0] == 0.5 and len(studio._keeper.board.knobs) == 2 * KNOBS


@pytest.mark.slow
def test_a_sound_server_with_a_clock_of_its_own_sees_both_engines(jack, studio, archives, sound):
    begin(studio, archives, [sound(rising(60))])
    position = studio.status().position
    studio.load_model(str(archives["gain"]), "gain", quiet=False, knobs=[1.0])
    studio.wait("loaded")
    status = studio.wait_status(lambda status: status.playing and status.position > position + RATE)
    assert status.state == State.RUNNING and status.position < position + 10 * RATE
    cards.wait_for(lambda: cards.jack("jack_lsp", "-s", jack).count(":out_") == 2, 10, "one client")


@pytest.mark.slow
def test_a_device_that_comes_back_is_taken_again(studio, shared_card, archives, sound):
    begin(studio, archives, [sound(np.full((2, 60 * RATE), 0.5))])
    name, position = studio._keeper.place[0], studio.status().position
    shared_card.pull_out()
    assert studio.wait("device", 5)["name"] != name
    shared_card.pull_out(False)
    assert studio.wait("device", 20)["name"] == name
    assert studio.wait_status(lambda status: status.playing).position > position


def test_the_place_is_kept_when_the_rate_changes(studio, fake_card, sound):
    studio.start()
    studio.open_device(None, RATE, BLOCK)
    studio.load_audio([sound(rising(60))])
    studio.wait("audio")
    studio.play()
    studio.seek(10 * RATE)
    studio.wait_status(lambda status: status.position > 11 * RATE)
    studio.open_device(None, 44100, BLOCK)
    told = studio.wait("audio")
    while told["fits"]:
        told = studio.wait("audio")
    studio.load_audio([sound(np.tile(np.linspace(0.1, 0.9, 60 * 44100), (2, 1)), 44100)])
    status = studio.wait_status(lambda status: status.playing and status.position > 11.5 * 44100)
    assert status.position < 20 * 44100 and status.sample_rate == 44100
