"""Decoded sound in a file: what window and engine map is what the sound file holds."""

import threading

import numpy as np
import pytest

from studio.audio.files import convert_rate, write_audio
from studio.audio.raw import decode, store
from studio.errors import Cancelled, FileError

RATE = 48000


def ramp(channels, frames=300_000):
    return (np.arange(channels)[:, None] + np.linspace(0, 0.5, frames)).astype(np.float32) / channels


@pytest.mark.parametrize("channels, rows, word", [(1, [0, 0], ""), (2, [0, 1], ""), (24, [0, 1], "24 channels")])
def test_always_stereo(tmp_path, channels, rows, word):
    audio = ramp(channels)
    write_audio(tmp_path / "a.wav", audio, RATE)
    raw = decode(tmp_path / "a.wav", None, tmp_path)
    np.testing.assert_array_equal(raw.samples(), audio[rows])
    assert (raw.name, raw.channels, raw.sample_rate, raw.frames) == ("a.wav", 2, RATE, 300_000)
    assert word in raw.note and bool(raw.note) == bool(word)


@pytest.mark.parametrize("wanted", [44100, 96000, 48000])
@pytest.mark.parametrize("frames", [1, 100, 300_000])
def test_block_by_block_conversion_equals_the_whole(tmp_path, wanted, frames):
    tone = 0.5 * np.sin(np.arange(frames) / 9)[None].astype(np.float32)
    write_audio(tmp_path / "a.wav", tone, RATE)
    raw = decode(tmp_path / "a.wav", wanted, tmp_path)
    assert raw.frames == round(frames * wanted / RATE) and raw.sample_rate == wanted
    np.testing.assert_allclose(raw.samples()[0], convert_rate(tone, RATE, wanted)[0], atol=1e-5)


def test_a_damaged_file_is_heard_and_said(tmp_path):
    write_audio(tmp_path / "a.wav", ramp(2), RATE)
    data = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(data[: len(data) // 2])
    raw = decode(tmp_path / "cut.wav", RATE, tmp_path)
    assert 140_000 < raw.frames < 160_000 and "cut short" in raw.note


def test_strange_samples_are_silent_and_said(tmp_path):
    audio = ramp(2)
    audio[0, 5] = np.nan
    write_audio(tmp_path / "a.wav", audio, RATE)
    raw = decode(tmp_path / "a.wav", RATE, tmp_path)
    assert raw.samples()[0, 5] == 0 and "1 samples that are not numbers" in raw.note


def test_progress_ends_at_the_whole(tmp_path):
    write_audio(tmp_path / "a.flac", ramp(2), RATE)
    told = []
    decode(tmp_path / "a.flac", 44100, tmp_path, report=lambda part, said: told.append((part, said)))
    parts = [part for part, _ in told]
    assert parts == sorted(parts) and parts[-1] == pytest.approx(1.0) and told[0][1] == "Reading a.flac"


def test_cancelling_and_failing_leave_nothing(tmp_path):
    write_audio(tmp_path / "a.wav", ramp(2), RATE)
    cancel, folder = threading.Event(), tmp_path / "raw"
    folder.mkdir()
    cancel.set()
    with pytest.raises(Cancelled):
        decode(tmp_path / "a.wav", RATE, folder, cancel=cancel)
    with pytest.raises(FileError, match="No such file"):
        decode(tmp_path / "a.wav", RATE, tmp_path / "missing")
    assert not any(folder.iterdir())


@pytest.mark.parametrize("channels", [1, 2])
def test_sound_in_memory_is_stored(tmp_path, channels):
    raw = store(ramp(channels), RATE, tmp_path, "heard")
    np.testing.assert_array_equal(raw.samples(), np.broadcast_to(ramp(channels), (2, 300_000)))
