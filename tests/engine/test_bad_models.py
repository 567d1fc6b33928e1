"""Models that stop behaving while they play: nothing loud, a sentence where there is something to say, and sound."""

import resource
from pathlib import Path

import cards
import evil_models
import numpy as np
import pytest

from studio.link.shared import State

pytestmark = [pytest.mark.audio, pytest.mark.timeout(120)]
LEVEL = 0.25


@pytest.fixture(scope="session")
def evil(tmp_path_factory):
    """Archives by deed, made when asked for."""
    folder, made = tmp_path_factory.mktemp("evil"), {}

    def find(deed):
        made.setdefault(deed, str(evil_models.save_evil(deed, folder)))
        return made[deed]

    return find


@pytest.fixture
def tempted(studio, fake_card, evil, sound):
    """A player on which a model plays that has not done its deed yet."""

    def start(deed):
        at = np.arange(48000 * 60)
        studio.start()
        studio.load_audio([sound(np.tile(LEVEL * np.sin(2 * np.pi * 997 * at / 48000), (2, 1)))])
        studio.load_model(evil(deed), deed, quiet=False)
        studio.open_device(None, 48000, 256, depth=0)
        studio.play()
        studio.wait("loaded")
        cards.wait_for(lambda: peak(fake_card) == pytest.approx(LEVEL / 2, rel=0.01), 20, "the model to be heard")
        return studio

    return start


def peak(card, frames=4800):
    """Of the last tenth of a second."""
    return float(np.abs(card.played[-frames:]).max(initial=0.0))


def wait_for_peak(card, level):
    cards.wait_for(lambda: peak(card) == pytest.approx(level, rel=0.01), 20, f"sound at {level}")


def nothing_was_loud(card):
    return np.isfinite(card.played).all() and np.abs(card.played).max() <= LEVEL * 1.01


@pytest.mark.parametrize("deed", ["shorter", "longer", "fewer channels", "raise"])
def test_what_breaks_its_word_is_left_out_with_a_sentence(tempted, fake_card, deed):
    studio = tempted(deed)
    studio.set_knob(0, 1.0)
    assert "failed while it played" in studio.wait_failure("model")["message"]
    wait_for_peak(fake_card, LEVEL)
    status = studio.status()
    assert status.state == State.FAILING and status.playing and nothing_was_loud(fake_card)


@pytest.mark.slow
@pytest.mark.parametrize("deed", ["nan", "infinity", "million", "minus a million", "huge"])
def test_what_is_no_sound_is_muted_for_as_long_as_it_lasts(tempted, fake_card, deed):
    studio = tempted(deed)
    studio.set_knob(0, 1.0)
    studio.wait_status(lambda status: status.muted_blocks > 100)
    assert peak(fake_card) == 0.0 and studio.status().playing
    studio.set_knob(0, 0.0)
    wait_for_peak(fake_card, LEVEL / 2)
    assert nothing_was_loud(fake_card)


def test_two_seconds_of_standing_still_end_in_a_sentence_and_in_sound(tempted, fake_card):
    studio = tempted("block")
    studio.set_knob(0, 1.0)
    said = cards.wait_for(lambda: [each for each in studio.told if each["event"] in ("gone", "overload")], 20, "a word")
    studio.set_knob(0, 0.0)
    assert said[0]["message"] and said[0]["hint"]
    cards.wait_for(lambda: peak(fake_card) > LEVEL * 0.4, 40, "sound")
    assert nothing_was_loud(fake_card)
    position = studio.status().position
    studio.wait_status(lambda status: status.playing and status.position > position)


@pytest.mark.slow
def test_a_model_out_of_memory_is_left_out_and_the_engine_lives(tempted, fake_card):
    studio = tempted("leak")
    pid = engine_of(studio)
    give_memory(pid, 200 << 20)
    studio.set_knob(0, 1.0)
    # a slow system takes so long to find the memory that the model is left out for that
    ends = ("failed", "overload")
    said = cards.wait_for(lambda: [each for each in studio.told if each["event"] in ends], 30, "a word")
    assert said[0]["message"] and said[0]["hint"]
    wait_for_peak(fake_card, LEVEL)
    assert studio.status().playing and engine_of(studio) == pid and nothing_was_loud(fake_card)


@pytest.mark.slow
def test_a_model_that_talks_disturbs_neither_the_sound_nor_the_line(tempted, fake_card, archives):
    studio = tempted("print")
    studio.set_knob(0, 1.0)
    fake_card.wait_for_frames(48000)
    wait_for_peak(fake_card, LEVEL / 2)
    studio.load_model(str(archives["half"]), "half", quiet=False)
    assert studio.wait("loaded")["key"] == "half"
    wait_for_peak(fake_card, LEVEL / 2)


def engine_of(studio):
    return studio._keeper.active.pid


def give_memory(pid, more):
    """Let a process have only so many bytes more than it has."""
    now = int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()
    resource.prlimit(pid, resource.RLIMIT_AS, (now + more, now + more))
