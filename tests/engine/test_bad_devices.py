"""Devices that offer little, or go while they are let go of."""

import cards
import numpy as np
import pytest

pytestmark = [pytest.mark.audio, pytest.mark.timeout(120)]


@pytest.fixture
def limited(card_library, tmp_path, monkeypatch):
    return lambda **limits: cards.FakeCard(card_library, tmp_path, monkeypatch, **limits)


def start(studio, sound, **device):
    studio.start()
    studio.load_audio([sound(np.full((2, 480000), 0.5))])
    studio.open_device(**{"name": None, "sample_rate": 48000, "block": 256, **device})
    studio.play()


def test_a_rate_that_is_not_offered_is_replaced_by_the_devices_own(studio, limited, sound):
    limited(rates=(32000,))
    start(studio, sound)
    assert studio.wait("device")["sample_rate"] == 32000
    misfit = cards.wait_for(
        lambda: [each for each in studio.told if each.get("fits") is False], 20, "a word of the rate"
    )
    assert misfit[0]["sample_rate"] == 32000  # to be decoded again


@pytest.mark.parametrize("limits", [{"rates": (1,)}, {"channels": (5,), "rates": (1,)}])
def test_a_device_that_offers_nothing_usable_is_named_with_the_reason(studio, limited, sound, limits):
    limited(**limits)
    start(studio, sound)
    failed = studio.wait_failure("device")
    assert "fake card" in failed["message"] and "cannot be opened" in failed["message"]
    studio.seek(100)
    studio.wait_status(lambda status: status.position == 100)  # the transport is not stuck


def test_a_device_with_another_number_of_channels_plays_or_says_why(studio, limited, sound):
    card = limited(channels=(8,))
    start(studio, sound)
    said = cards.wait_for(lambda: [each for each in studio.told if each["event"] in ("device", "failed")], 20, "a word")
    if said[0]["event"] == "failed":
        assert "hannel" in said[0]["message"]
    else:
        card.wait_for_level(0.5)


@pytest.mark.parametrize("how", ["vanishes", "blocks"])
def test_a_device_that_goes_while_it_is_stopped_is_replaced(studio, fake_card, sound, how):
    start(studio, sound)
    studio.wait("device")
    fake_card.wait_for_level(0.5)
    fake_card.when_stopped(how)
    studio.open_device(None, 48000, 512)
    cards.wait_for(lambda: "fake card B" in last_device(studio), 30, "the other device")
    fake_card.when_stopped("ends")
    before = int(fake_card.evidence["recn"])
    cards.wait_for(lambda: (cards.last_samples(fake_card.evidence, "played", before) == 0.5).sum() > 4800, 20, "sound")
    assert np.abs(fake_card.played).max() <= 0.5
    studio.pause()
    studio.wait_status(lambda status: not status.playing)


def test_a_device_that_opens_and_does_not_start_is_let_go_of_and_another_plays(studio, exclusive_card, sound):
    exclusive_card.refuse_to_start(0)
    start(studio, sound, name="fake card (fakepa)")
    said = studio.wait("device")
    assert said["name"] == "fake card B (fakepa)" and "fake card (fakepa) cannot be opened" in said["note"]
    exclusive_card.wait_for_level(0.5)
    exclusive_card.refuse_to_start()
    studio.open_device("fake card (fakepa)", 48000, 256)  # which nobody holds
    assert studio.wait("device")["note"] == ""


def test_where_no_device_starts_that_is_said_and_the_next_try_counts(studio, exclusive_card, sound):
    exclusive_card.refuse_to_start(0, 1)
    start(studio, sound)
    assert "cannot be opened" in studio.wait_failure("device")["message"]
    exclusive_card.refuse_to_start()
    studio.open_device(None, 48000, 256)
    studio.play()
    exclusive_card.wait_for_level(0.5)


def last_device(studio):
    return ([""] + [each["name"] for each in studio.told if each["event"] == "device"])[-1]
