"""Sound files in and out: what is written is read again, and nothing a header says is believed."""

import errno
import os
import resource
import struct
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from scipy.io import wavfile
from scipy.signal import resample_poly

from studio.audio.files import convert_rate, probe_audio, read_audio, write_audio
from studio.audio.wav import wav_header
from studio.errors import FileError

RNG = np.random.default_rng(3)


def noise(channels=2, frames=5000):
    return (RNG.uniform(-0.9, 0.9, (channels, frames))).astype(np.float32)


@pytest.mark.parametrize("channels, rate", [(1, 8000), (2, 44100), (24, 48000), (2, 192000)])
def test_float_wav_comes_back_bit_for_bit(tmp_path, channels, rate):
    """Reference: scipy's own WAV reader."""
    audio, path = noise(channels), tmp_path / "a.wav"
    write_audio(path, audio, rate)
    np.testing.assert_array_equal(read_audio(path)[0], audio)
    found, samples = wavfile.read(path)
    assert found == rate and samples.dtype == np.float32
    np.testing.assert_array_equal(samples.reshape(-1, channels).T, audio)


@pytest.mark.parametrize(
    "name, format_, tolerance",
    [("a.flac", "FLAC PCM_24", 2e-7), ("a.aiff", "AIFF FLOAT", 0), ("a", "WAV FLOAT", 0), ("a.out", "WAV FLOAT", 0)],
)
def test_the_ending_decides_the_format(tmp_path, name, format_, tolerance):
    audio = noise()
    write_audio(tmp_path / name, audio, 48000)
    assert probe_audio(tmp_path / name).format == format_
    np.testing.assert_allclose(read_audio(tmp_path / name)[0], audio, atol=tolerance)


@pytest.mark.parametrize("name", ["a.ogg", "a.mp3"])
def test_lossy_formats_keep_a_tone(tmp_path, name):
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(8 * 48000) / 48000, dtype=np.float32)[None]
    write_audio(tmp_path / name, tone, 48000)
    audio, rate = read_audio(tmp_path / name)
    spectrum = np.abs(np.fft.rfft(audio[0, 48000 : 5 * 48000]))
    assert rate == 48000 and abs(audio.shape[1] - tone.shape[1]) < 4000
    assert spectrum.argmax() == 440 * 4


@pytest.mark.parametrize("frames", [1, 2, 255])
def test_very_short_files(tmp_path, frames):
    write_audio(tmp_path / "a.wav", noise(1, frames), 44100)
    info = probe_audio(tmp_path / "a.wav")
    assert (info.frames, info.channels, info.sample_rate) == (frames, 1, 44100)
    assert read_audio(tmp_path / "a.wav")[0].shape == (1, frames)


def test_equal_sound_gives_equal_bytes(tmp_path):
    """Nothing in the file tells when it was written."""
    audio = noise(1, 8)
    write_audio(tmp_path / "a.wav", audio, 8000)
    data = (tmp_path / "a.wav").read_bytes()
    assert len(data) == 58 + 32 and data.endswith(audio.tobytes())


def test_more_than_4_gb_get_a_header_that_can_hold_it(tmp_path):
    """Reference: libsndfile reads the frames out of it (the file is sparse, so it costs no disk)."""
    frames = 600_000_000
    header = wav_header(2, frames, 48000)
    with (tmp_path / "a.wav").open("wb") as file:
        file.write(header)
        file.truncate(len(header) + frames * 8)
    info = soundfile.info(tmp_path / "a.wav")
    assert (info.format, info.frames, info.channels) == ("RF64", frames, 2)


def test_mislabelled_sound_is_known_by_its_content(tmp_path):
    write_audio(tmp_path / "a.flac", noise(), 44100)
    (tmp_path / "a.flac").rename(tmp_path / "a.wav")
    assert probe_audio(tmp_path / "a.wav").format == "FLAC PCM_24"


def test_values_that_are_not_numbers_become_silence(tmp_path):
    audio = noise()
    audio[0, 10], audio[1, 20], audio[1, 30] = np.nan, np.inf, -np.inf
    wavfile.write(tmp_path / "a.wav", 48000, audio.T)
    read, _ = read_audio(tmp_path / "a.wav")
    np.testing.assert_array_equal(read, np.where(np.isfinite(audio), audio, 0))


@pytest.mark.parametrize(
    "content, word",
    [(b"", "empty")]
    + [(content, "not a sound") for content in (b"hello" * 9, b"RIFF\0\0\0\0WAVE", b"fLaC" + bytes(90))],
)
def test_what_is_no_sound_is_refused_in_one_sentence(tmp_path, content, word):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(FileError, match=word) as caught:
        read_audio(path)
    assert caught.value.sentence.startswith("a.wav ") and caught.value.hint


def test_a_file_without_samples_is_refused(tmp_path):
    wavfile.write(tmp_path / "a.wav", 48000, np.zeros((0, 2), np.float32))
    with pytest.raises(FileError, match="holds no sound"):
        read_audio(tmp_path / "a.wav")


def test_folders_pipes_and_missing_files_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("", "pipe", "missing.wav"):
        with pytest.raises(FileError):
            probe_audio(tmp_path / name)


@pytest.mark.parametrize("suffix", ["wav", "aiff", "flac"])
def test_a_cut_file_gives_what_is_left(tmp_path, suffix):
    whole, cut = tmp_path / f"whole.{suffix}", tmp_path / f"cut.{suffix}"
    write_audio(whole, noise(2, 100_000), 48000)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    audio, _ = read_audio(cut)
    assert 20_000 < audio.shape[1] < 60_000
    np.testing.assert_array_equal(audio, read_audio(whole)[0][:, : audio.shape[1]])


def test_a_lying_header_takes_no_memory(tmp_path):
    """A FLAC header that promises 2**36 - 1 frames: 512 GB if it were believed."""
    path = tmp_path / "a.flac"
    write_audio(path, noise(2, 3000), 48000)
    data = bytearray(path.read_bytes())
    data[21] |= 0x0F
    data[22:26] = struct.pack(">I", 0xFFFFFFFF)
    path.write_bytes(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert probe_audio(path).frames == 3000
    assert read_audio(path)[0].shape == (2, 3000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@pytest.mark.parametrize("name, shape, rate", [("a.flac", (24, 100), 48000), ("a.mp3", (2, 100), 192000)])
def test_a_format_that_cannot_hold_it_says_so(tmp_path, name, shape, rate):
    with pytest.raises(FileError, match="cannot hold"):
        write_audio(tmp_path / name, np.zeros(shape, np.float32), rate)
    assert not any(tmp_path.iterdir())


def test_a_format_we_cannot_write_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"\.m4a"):
        write_audio(tmp_path / "a.m4a", noise(), 48000)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg"])
def test_a_full_disk_leaves_the_old_file(tmp_path, name, monkeypatch):
    """A limit on the file size stands in for the full disk: the kernel refuses the write in the same place."""
    path = tmp_path / name
    write_audio(path, noise(2, 100), 48000)
    old = path.read_bytes()
    code = (
        "import resource, signal, sys, numpy as np, pathlib\n"
        "from studio.audio.files import write_audio\n"
        "from studio.errors import FileError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "noise = np.random.default_rng(1).uniform(-1, 1, (2, 400_000)).astype('f4')\n"
        "try: write_audio(pathlib.Path(sys.argv[1]), noise, 48000)\n"
        "except FileError as error: print(error.sentence)\n"
    )
    said = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert os.strerror(errno.EFBIG) in said.stdout and said.stderr == ""
    assert path.read_bytes() == old and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("rate, wanted", [(44100, 48000), (48000, 44100), (96000, 22050), (8000, 192000)])
@pytest.mark.parametrize("frames", [1, 7, 4801])
def test_conversion_has_the_promised_length(rate, wanted, frames):
    assert convert_rate(noise(2, frames), rate, wanted).shape == (2, round(frames * wanted / rate))


@pytest.mark.parametrize("rate, wanted", [(44100, 48000), (48000, 44100), (48000, 96000)])
def test_a_converted_tone_is_the_tone(rate, wanted):
    """Reference: the closed form, in time to a small part of a sample."""
    tone = [np.sin(2 * np.pi * 1000 * np.arange(r) / r).astype(np.float32)[None] for r in (rate, wanted)]
    made = convert_rate(tone[0], rate, wanted)
    np.testing.assert_allclose(made[0, 2000:-2000], tone[1][0, 2000:-2000], atol=2e-6)


def test_conversion_agrees_with_another_resampler():
    smooth = np.cumsum(noise(1, 9600) - 0.0, axis=1)
    smooth = (smooth / np.abs(smooth).max()).astype(np.float32)
    other = resample_poly(smooth[0].astype(float), 2, 1)
    np.testing.assert_allclose(convert_rate(smooth, 48000, 96000)[0, 500:-500], other[500:-500], atol=5e-3)


def test_soundfile_reads_what_we_wrote(tmp_path):
    write_audio(tmp_path / "a.aif", noise(6, 1000), 96000)
    assert soundfile.info(tmp_path / "a.aif").channels == 6
