"""The whole engine under hands that do anything: it lives, answers, and is never loud."""

import numpy as np
import pytest
from fuzzing import Fuzz, check_card

pytestmark = [pytest.mark.audio, pytest.mark.timeout(150)]


def fumbled(studio, card, archives, sound, tmp_path, seed, seconds):
    sounds = [sound(np.full((2, frames), 0.5)) for frames in (480000, 4800)]
    studio.start()
    studio.wait("ready")
    fuzz = Fuzz(studio, sounds, [str(path) for path in archives.values()], tmp_path)
    fuzz.run(seed, seconds)
    fuzz.recover()
    fuzz.wait_until_it_plays()
    assert fuzz.problems + check_card(card.played) == []
    assert fuzz.done > 100
    assert not [each for each in studio.told if each["event"] == "gone"]  # nothing broke the engine
    start = len(card.played)
    card.wait_for_frames(9600)
    assert np.abs(card.played[start + 4800 :]).max() == 0.5


def test_five_seconds_of_fumbling(studio, fake_card, archives, sound, tmp_path):
    fumbled(studio, fake_card, archives, sound, tmp_path, seed=1, seconds=5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_half_a_minute_of_fumbling(studio, fake_card, archives, sound, tmp_path, seed):
    fumbled(studio, fake_card, archives, sound, tmp_path, seed, seconds=30)
