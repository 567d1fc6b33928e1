"""A file that grows can be played at any moment, and is as long as it says."""

import numpy as np
import pytest
import soundfile

from studio.audio.growing import GrowingWav, growing_header


@pytest.fixture
def noise():
    return np.random.default_rng(3).uniform(-1.2, 1.2, (2, 5001)).astype(np.float32)


@pytest.mark.parametrize("bits, error", [(24, 2**-24), (32, 0)])
def test_another_program_reads_it_whenever_it_was_settled(tmp_path, noise, bits, error):
    path = tmp_path / "a.wav"
    file = GrowingWav(path, 2, 44100, bits)
    exact = noise.T if bits == 32 else np.clip(noise.T, -1, 1 - 2**-23)
    for start, end in ((0, 0), (0, 1001), (1001, 5001)):
        file.write(noise[:, start:end])
        file.settle()
        found, rate = soundfile.read(path, dtype="float32", always_2d=True)
        assert (len(found), rate) == (end, 44100)
        assert np.abs(found - exact[:end]).max(initial=0) <= error
    file.close()
    assert soundfile.info(path).subtype == ("PCM_24" if bits == 24 else "FLOAT")


def test_what_was_written_since_then_is_passed_over(tmp_path, noise):
    file = GrowingWav(tmp_path / "a.wav", 2, 48000, 24)
    file.write(noise)
    file.settle()
    file.write(noise)
    assert soundfile.info(tmp_path / "a.wav").frames == 5001
    file.close()
    assert soundfile.info(tmp_path / "a.wav").frames == 10002


@pytest.mark.parametrize("bits", [24, 32])
@pytest.mark.parametrize("frames", [10, (1 << 32) // 8 - 20, (1 << 32) // 6 + 1, 1 << 31])
def test_beyond_four_gigabytes_the_length_is_still_right(tmp_path, bits, frames):
    path, header = tmp_path / "long.wav", growing_header(2, frames, 96000, bits)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + frames * bits // 4)  # a hole: it takes no room
    found = soundfile.info(path)
    assert (found.frames, found.samplerate, found.channels) == (frames, 96000, 2)
    assert len(header) == len(growing_header(2, 0, 96000, bits))


def test_an_older_recording_is_never_written_over(tmp_path):
    (tmp_path / "a.wav").write_text("dear")
    with pytest.raises(FileExistsError):
        GrowingWav(tmp_path / "a.wav", 2, 48000, 24)
    assert (tmp_path / "a.wav").read_text() == "dear"


def test_a_deleted_file_is_rescued_with_its_folder(tmp_path, noise):
    path = tmp_path / "takes" / "a.wav"
    path.parent.mkdir()
    file = GrowingWav(path, 2, 48000, 32)
    file.write(noise)
    file.settle()
    assert not file.is_gone
    path.unlink()
    path.parent.rmdir()
    assert file.is_gone
    file.rescue()
    np.testing.assert_array_equal(soundfile.read(path, dtype="float32")[0], noise.T)
    file.close()
