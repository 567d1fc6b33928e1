"""What goes to the card while somebody records is in the file, to the last bit, whatever happens meanwhile."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.errors import FileError, JobError
from studio.flows.recording import record
from studio.link.tape import LENGTH, OwnTape, Tape

RATE = 48000


def wait_for(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
    return found


class Studio:
    """A tape, an engine that plays noise, and a recording under way in another process."""

    def __init__(self, target):
        self.target = target
        self.tape = OwnTape()
        self.engine = Tape(self.tape._file.fileno())
        self.engine.use_rate(RATE)
        self.played = np.zeros((4, 0), np.float32)
        self.cancel = threading.Event()
        self._noise = np.random.default_rng(7)

    def start(self, **more):
        self.take = self.tape.begin()
        self.thread = threading.Thread(target=self._record, kwargs=more)
        self.thread.start()

    def _record(self, **more):
        try:
            self.done = record(self.tape, self.take, self.target, cancel=self.cancel, **more)
        except (FileError, JobError) as error:
            self.done = error

    def play(self, frames, block=256):
        """As fast as it goes, unlike a card."""
        sound = self._noise.uniform(-1, 1, (4, frames)).astype(np.float32)
        for at in range(0, frames, block):
            part = sound[:, at : at + block]
            self.engine.write(part[:2], part[2:])
        self.played = np.concatenate([self.played, sound], axis=1)

    def wait_written(self, frames, path=None):
        """Until the file says that it has as many."""

        def frames_now():
            with contextlib.suppress(soundfile.LibsndfileError, OSError):
                return soundfile.info(path or self.target).frames >= frames
            return False

        wait_for(frames_now)

    def finish(self):
        self.tape.end()
        self.thread.join(20)
        assert not self.thread.is_alive()
        return self.done


@pytest.fixture
def studio(tmp_path):
    made = Studio(tmp_path / "new folder" / "take.wav")
    yield made
    made.cancel.set()
    made.tape.end()
    made.tape.close()


def read(path):
    return soundfile.read(path, dtype="float32")[0].T


def recorder():
    """The process that records."""
    found = subprocess.run(["pgrep", "-f", "studio.link.child record"], capture_output=True, text=True, check=False)
    mine = [int(each) for each in found.stdout.split() if parent_of(int(each)) == os.getpid()]
    return mine[0] if mine else None


def parent_of(pid):
    with contextlib.suppress(FileNotFoundError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def test_the_file_is_bit_for_bit_what_was_played_and_so_is_the_dry_one(studio):
    studio.start(bits=32, dry=True)
    for frames in (1000, 48000, 12345):
        studio.play(frames)
        time.sleep(0.05)
    done = studio.finish()
    np.testing.assert_array_equal(read(done.files[0]), studio.played[:2])
    np.testing.assert_array_equal(read(done.dry[0]), studio.played[2:])
    assert done.files[0] == studio.target and done.dry[0].name == "take_dry.wav"
    assert (done.seconds, done.missed, done.seams, done.trouble) == (61345 / RATE, 0, 0, None)


def test_24_bits_are_as_near_as_24_bits_can_be(studio):
    studio.start()
    studio.play(5000)
    done = studio.finish()
    assert soundfile.info(done.files[0]).subtype == "PCM_24" and not done.dry
    assert np.abs(read(done.files[0]) - studio.played[:2]).max() <= 2**-24


def test_to_cancel_is_to_end_and_keeps_the_file(studio):
    studio.start(bits=32)
    studio.play(9000)
    studio.cancel.set()
    studio.thread.join(10)
    np.testing.assert_array_equal(read(studio.done.files[0]), studio.played[:2])
    assert studio.tape.take == 0


def test_a_recording_that_begins_and_ends_without_sound_leaves_no_file(studio):
    studio.start()
    assert studio.finish().files == () and not studio.target.exists()


def test_another_rate_is_another_file(studio):
    studio.start(bits=32)
    studio.play(3000)
    studio.engine.use_rate(96000)
    studio.play(4000)
    studio.engine.use_rate(96000)  # another engine at the same rate: the same file
    studio.play(500)
    done = studio.finish()
    rates = [(each.name, soundfile.info(each).samplerate) for each in done.files]
    assert rates == [("take.wav", 48000), ("take-2.wav", 96000)]
    np.testing.assert_array_equal(read(done.files[1]), studio.played[:2, 3000:])
    assert done.seams == 2


def test_an_older_recording_keeps_its_name(studio):
    studio.target.parent.mkdir()
    studio.target.write_text("dear")
    studio.start()
    studio.play(100)
    assert studio.finish().files[0].name == "take-2.wav" and studio.target.read_text() == "dear"


def test_a_disk_that_slept_too_long_is_told_and_nothing_is_shifted(studio):
    studio.start(bits=32)
    studio.play(RATE)
    studio.wait_written(1000)
    pid = recorder()
    os.kill(pid, signal.SIGSTOP)
    studio.play(LENGTH + RATE, 4096)
    os.kill(pid, signal.SIGCONT)
    studio.wait_written(LENGTH)
    studio.play(1000)
    done = studio.finish()
    found, missed = read(done.files[0]), round(done.missed * RATE)
    assert missed > RATE / 2 and found.shape == studio.played[:2].shape
    wrong = np.flatnonzero((found != studio.played[:2]).any(axis=0))
    assert len(wrong) == missed == wrong[-1] - wrong[0] + 1 and not found[:, wrong].any()


def test_a_killed_recorder_leaves_a_file_that_can_be_played(studio):
    studio.start(bits=32)
    studio.play(30000)
    studio.wait_written(30000)
    os.kill(recorder(), signal.SIGKILL)
    studio.thread.join(10)
    np.testing.assert_array_equal(read(studio.target), studio.played[:2])
    assert isinstance(studio.done, JobError) and str(studio.target) in studio.done.hint
    assert studio.tape.take == 0


def test_a_full_disk_keeps_what_was_recorded(studio, tmp_path, monkeypatch):
    limit = 200_000  # bytes
    (tmp_path / "sitecustomize.py").write_text(
        f"import resource as r\nr.setrlimit(r.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    studio.start(bits=32, dry=True)
    for _ in range(6):
        studio.play(5000)
        time.sleep(0.15)
    studio.thread.join(10)
    kept = read(studio.target)
    assert limit // 8 > kept.shape[1] > limit // 8 - 100
    np.testing.assert_array_equal(kept, studio.played[:2, : kept.shape[1]])
    assert "cannot be written" in studio.done.trouble.sentence and studio.done.trouble.hint
    assert studio.tape.take == 0 and read(studio.done.dry[0]).shape[1] > 0


def test_a_place_that_takes_no_files_is_a_sentence(studio):
    studio.target.parent.write_text("a file, not a folder")
    studio.start()
    studio.play(1000)
    studio.thread.join(10)
    assert isinstance(studio.done, FileError) and str(studio.target) in str(studio.done)
    assert studio.tape.take == 0


def test_a_deleted_folder_comes_back_with_what_was_recorded(studio):
    studio.start(bits=32)
    studio.play(20000)
    studio.wait_written(20000)
    studio.target.unlink()
    studio.target.parent.rmdir()
    studio.play(1000)
    studio.thread.join(10)
    np.testing.assert_array_equal(read(studio.target)[:, :20000], studio.played[:2, :20000])
    assert "deleted" in studio.done.trouble.sentence
