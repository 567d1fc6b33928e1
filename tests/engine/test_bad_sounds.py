"""Sounds whose samples go away while they play."""

import os

import cards
import numpy as np
import pytest

pytestmark = [pytest.mark.audio, pytest.mark.timeout(120)]


@pytest.fixture
def playing(studio, fake_card, archives, sound):
    """A player, and the samples it plays: constant, so that everything else is heard at once."""
    raw = sound(np.full((2, 48000 * 30), 0.5))
    studio.start()
    studio.load_audio([raw])
    studio.load_model(str(archives["half"]), "half", quiet=False)
    studio.open_device(None, 48000, 256)
    studio.play()
    studio.wait("loaded")
    fake_card.wait_for_level(0.25)
    return studio, raw


def test_a_removed_file_plays_on_to_its_end(playing, fake_card):
    studio, raw = playing
    raw.path.unlink()
    studio.seek(raw.frames - 48000)
    studio.wait_status(lambda status: status.position == raw.frames and not status.playing)
    assert set(np.unique(fake_card.played[-30000:-10000])) == {np.float32(0.25)} or fake_card.played[-1] == 0.0


def test_a_removed_file_is_missed_with_a_sentence_when_it_is_needed_again(playing, sound):
    studio, raw = playing
    raw.path.unlink()
    os.kill(studio._keeper.active.pid, 9)
    studio.wait("gone")
    assert "no longer there" in studio.wait_failure("audio", 60)["message"]
    plays_another(studio, sound)


def test_a_truncated_file_ends_in_a_sentence_and_another_plays(playing, fake_card, sound):
    studio, raw = playing
    os.truncate(raw.path, 4096)
    said = cards.wait_for(
        lambda: [each for each in studio.told if each["event"] == "failed" and each["about"] == "audio"], 60, "a word"
    )
    assert said[0]["message"] and said[0]["hint"]
    assert not [each for each in studio.told if each.get("about") == "model"]  # which is innocent
    plays_another(studio, sound)
    assert np.abs(fake_card.played).max() <= 0.5


def plays_another(studio, sound):
    studio.load_audio([sound(np.full((2, 480000), 0.125))])
    studio.play()
    studio.wait_status(lambda status: status.playing and status.position > 4800, 30)
