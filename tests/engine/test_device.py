"""Devices: what is listed, what opens, and what is said where nothing does."""

import cards
import numpy as np
import pytest

from studio.link.shared import State

pytestmark = [pytest.mark.audio, pytest.mark.timeout(90)]


def test_devices_have_names_of_their_own(studio, fake_card):
    studio.list_devices()
    studio.start()
    found = studio.wait("devices")["devices"]
    assert [each["name"] for each in found] == ["fake card (fakepa)", "fake card B (fakepa)"]
    assert [each["is_default"] for each in found] == [True, False]
    assert [each["sample_rate"] for each in found] == [48000, 44100]


def test_the_device_is_the_one_that_was_chosen_at_its_own_rate(studio, fake_card, sound):
    studio.start()
    studio.load_audio([sound(np.ones((1, 4800)) * 0.5)])
    studio.open_device("fake card B (fakepa)", None, 128)
    said = studio.wait("device")
    assert (said["name"], said["sample_rate"], said["block"]) == ("fake card B (fakepa)", 44100, 128)
    assert said["device_latency"] > 0
    told = [each for each in studio.told if each["event"] == "audio"] or [studio.wait("audio")]
    assert (told[-1]["fits"], told[-1]["sample_rate"]) == (False, 44100)  # to be decoded again


def test_an_unknown_name_opens_the_usual_device_and_says_so(studio, fake_card):
    studio.start()
    studio.open_device("Old Headphones", 96000, 64)
    said = studio.wait("device")
    assert said["name"] == "fake card (fakepa)" and "Old Headphones is not there" in said["note"]
    assert studio.status().sample_rate == 96000 and studio.status().state == State.RUNNING


def test_rate_and_block_change_while_it_plays(studio, fake_card, archives, sound):
    studio.start()
    studio.open_device(None, 48000, 256)
    studio.load_audio([sound(np.ones((1, 480000)) * 0.5)])
    studio.load_model(str(archives["half"]), "half", quiet=False)
    studio.play()
    studio.wait_status(lambda status: status.position > 9600)
    studio.open_device(None, 48000, 512)
    status = studio.wait_status(lambda status: status.block == 512 and status.playing and status.position > 30000)
    fake_card.wait_for_frames(4800)
    assert fake_card.played[-1] == 0.25 and status.state == State.RUNNING


def test_commands_before_there_is_a_device_are_kept(studio, fake_card, sound):
    studio.start()
    studio.load_audio([sound(np.linspace(0, 0.5, 48000)[None])])
    studio.wait("audio")
    studio.seek(24000)
    studio.wait_status(lambda status: status.position == 24000)
    studio.play()
    studio.open_device(None, 48000, 256)
    studio.wait_status(lambda status: status.position > 30000)
    assert fake_card.played.max() > 0.25


def test_no_sound_system_at_all(studio, archives, tmp_path, monkeypatch):
    (tmp_path / "libportaudio.so.2").write_bytes(b"broken")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    studio.start()
    studio.open_device(None, None, 256)
    assert "PortAudio" in studio.wait_failure("device")["message"]
    studio.load_model(str(archives["half"]), "half", quiet=False)
    studio.wait("loaded")
    assert studio.status().state == State.NO_DEVICE


def test_a_real_sound_server_is_kept_supplied(jack, studio, archives):
    """JACK's own clock: nearly all of four hundred blocks on time, and the client is there for others to connect to."""
    studio.start()
    studio.open_device("system (JACK Audio Connection Kit)", 48000, 256, live=True)
    studio.load_model(str(archives["half"]), "half", quiet=False)
    studio.play()
    assert "JACK" in studio.wait("device")["name"]
    studio.wait("loaded")
    clients = cards.jack("jack_lsp", "-s", jack)
    assert clients.count("PortAudio:") >= 4
    before = studio.status()
    status = studio.wait_status(lambda status: status.beat > before.beat + 400)
    # a shared machine stands still now and then; a model in the window's own process would lose every third block
    assert status.xruns - before.xruns <= 20 and status.state == State.RUNNING
