"""Channels and inputs that are chosen, and the sentences where they cannot be had."""

import numpy as np
import pytest

from studio.engine.channels import choose
from studio.engine.device import REASONS, DeviceInfo, _refused, _source, _unique
from studio.errors import AudioError
from studio.link.shared import State
from studio.link.wanted import Route


@pytest.mark.parametrize(
    ("said", "most", "first", "count"),
    [("", 2, 0, 2), ("", 1, 0, 1), ("", 8, 0, 2), ("1-2", 2, 0, 2), ("3-4", 4, 2, 2), ("7-8", 8, 6, 2), ("5", 8, 4, 1)],
)
def test_channels_are_counted_from_one(said, most, first, count):
    found, note = choose(said, most)
    assert (found.first, found.count, note) == (first, count, "")
    np.testing.assert_array_equal(found.of(np.arange(most)[None]), [range(first, first + count)])


@pytest.mark.parametrize("said", ["3-4", "9", "2-1", "0-1", "1-3", "left", "-1", "99999999999"])
def test_channels_that_are_not_there_become_the_first_ones_and_it_is_said(said):
    found, note = choose(said, 2)
    assert str(found) == "1-2" and said in note and "1-2" in note


def device(name, system, outs, ins, usual_in=False):
    return DeviceInfo(f"{name} ({system})", system, outs, ins, 48000, False, usual_in)


CARD, BOX, MIC = device("card", "ALSA", 2, 0), device("box", "ALSA", 2, 4), device("mic", "ALSA", 0, 1, True)
OTHER = device("system", "JACK", 2, 2)


@pytest.mark.parametrize(
    ("output", "wanted", "found"),
    [(BOX, None, BOX), (CARD, None, MIC), (CARD, BOX, BOX), (BOX, MIC, MIC), (OTHER, None, OTHER)],
)
def test_the_input_is_the_one_wanted_else_the_outputs_own_else_the_usual_one(output, wanted, found):
    there = list(enumerate([CARD, BOX, MIC, OTHER]))
    assert _source(output, there, wanted.name if wanted else None)[1] == found


@pytest.mark.parametrize(
    ("output", "there", "wanted", "words"),
    [
        (CARD, [CARD, OTHER], OTHER, "different sound systems"),
        (CARD, [CARD, OTHER], None, "has no input"),
        (CARD, [CARD], None, "No sound input"),
    ],
)
def test_inputs_that_cannot_be_had_are_refused_kindly(output, there, wanted, words):
    with pytest.raises(AudioError, match=words) as refused:
        _source(output, list(enumerate(there)), wanted.name if wanted else None)
    assert refused.value.hint


@pytest.mark.parametrize("code", REASONS)
def test_every_failure_of_portaudio_is_a_sentence(code):
    more = [(0, -111, "Connection refused")] if code == -9999 else []
    said = _refused("pulse (ALSA)", Exception("Error opening OutputStream: [PaErrorCode]", code, *more))
    assert said.sentence.startswith("pulse (ALSA) cannot be opened: ") and "PaErrorCode" not in said.sentence
    assert ("Connection refused" in said.sentence) == (code == -9999) and said.hint


def test_devices_of_one_name_get_numbers():
    assert _unique(iter(["a", "b", "a", "a"])) == ["a", "b", "a #2", "a #3"]


@pytest.mark.audio
def test_live_input_comes_from_the_channel_chosen(studio, fake_card):
    fake_card.listen("sine")
    studio.start()
    studio.open_device(None, 48000, 256, live=True, route=Route(input="fake card (fakepa)", inputs="2", outputs="1"))
    said = studio.wait("device")
    assert (said["source"], said["inputs"], said["outputs"], said["live"]) == ("fake card (fakepa)", "2", "1", True)
    studio.play()
    fake_card.wait_for_frames(9600)
    assert 0.4 < np.abs(fake_card.played[-4800:]).max() < 0.6 and studio.status().state == State.RUNNING


@pytest.mark.audio
def test_what_was_measured_is_used_instead_of_what_is_claimed(studio, fake_card):
    name = "fake card (fakepa)"
    route = Route(measured=((name, 48000, 512, 700), (name, 48000, 256, 600), ("other", 48000, 256, 9)))
    studio.start()
    for block, latency in ((256, 600), (512, 700), (128, 128)):
        studio.open_device(None, 48000, block, route=route)
        said = studio.wait("device")
        assert said["device_latency"] == studio.status().device_latency == latency
        assert said["is_measured"] == (block != 128)
