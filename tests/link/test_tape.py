"""What one process plays another reads: all of it, in order, or it is told what is missing."""

import subprocess
import sys
import time

import numpy as np
import pytest

from studio.errors import AudioError
from studio.link import tape as taping
from studio.link.tape import LENGTH, SLACK, OwnTape, Tape
from studio.link.tape_reader import TapeReader

ENGINE = """
import sys
import numpy as np
from studio.link.handles import take
from studio.link.tape import Tape
tape = Tape(take(int(sys.argv[1])), 1)
tape.use_rate(48000)
for start in range(0, 6400, 128):
    ramp = np.arange(start, start + 128, dtype=np.float32)
    tape.write(np.stack([ramp, -ramp]), np.stack([ramp + 0.5, ramp]))
"""


@pytest.fixture
def tape():
    made = OwnTape()
    made.listen_to(1)
    yield made
    made.close()


@pytest.fixture
def engine(tape):
    """The same tape as an engine at 48 kHz has it."""
    made = Tape(tape._file.fileno(), 1)
    made.use_rate(48000)
    return made


def block(start, frames):
    """Four rows that tell their frame."""
    ramp = np.arange(start, start + frames, dtype=np.float32)
    return np.stack([ramp, -ramp, ramp + 0.5, ramp * 2])


def play(engine, start, frames, size=1000):
    for at in range(start, start + frames, size):
        rows = block(at, min(size, start + frames - at))
        engine.write(rows[:2], rows[2:])


def read(reader):
    return list(reader.pieces())


def joined(pieces):
    return np.concatenate([each.samples for each in pieces], axis=1)


def test_an_engine_in_another_process_is_heard(tape):
    reader = TapeReader(tape, tape.begin())
    subprocess.run([sys.executable, "-c", ENGINE, str(tape.handle)], pass_fds=(tape.handle,), check=True)
    found = joined(read(reader))
    np.testing.assert_array_equal(found[:3], block(0, 6400)[:3])


@pytest.mark.parametrize("size", [1, 64, 997, 8192])
def test_nothing_is_lost_where_the_ring_begins_anew(tape, engine, size):
    reader, found = TapeReader(tape, tape.begin()), []
    start = tape._header.frames = LENGTH - 5000
    reader._at = start
    for at in range(0, 10_000, 2500):
        play(engine, at, 2500, size)
        found += read(reader)
    np.testing.assert_array_equal(joined(found), block(0, 10_000))
    assert not any(each.missed for each in found)


def test_only_what_was_played_during_the_recording_is_kept(tape, engine):
    play(engine, 0, 2000)
    reader = TapeReader(tape, tape.begin())
    play(engine, 5000, 3000)
    tape.end()
    play(engine, 9000, 2000)
    assert reader.is_over
    np.testing.assert_array_equal(joined(read(reader)), block(5000, 3000))


def test_a_second_recording_is_none_of_the_first(tape, engine):
    first = TapeReader(tape, tape.begin())
    tape.end()
    second = TapeReader(tape, tape.begin())
    assert first.is_over and not second.is_over


def test_another_rate_and_another_engine_begin_where_they_begin(tape, engine):
    reader, spare = TapeReader(tape, tape.begin()), Tape(tape._file.fileno(), 2)
    spare.use_rate(96000)
    play(engine, 0, 1500)
    play(spare, 7000, 100)  # it is open as well, and not the one that is heard
    tape.listen_to(2)
    play(spare, 1500, 700)
    play(engine, 8000, 100)
    spare.use_rate(44100)
    play(spare, 2200, 300)
    found = read(reader)
    lengths = [(each.epoch.sample_rate, each.samples.shape[1]) for each in found]
    assert lengths == [(48000, 1500), (96000, 700), (44100, 300)]
    np.testing.assert_array_equal(joined(found), block(0, 2500))


def test_what_was_overwritten_is_silent_and_told(tape, engine):
    reader = TapeReader(tape, tape.begin())
    size = SLACK
    blocks = LENGTH // size + 2
    play(engine, 0, blocks * size, size)
    found = read(reader)
    missed = sum(each.missed for each in found)
    assert missed == 3 * size  # two that are overwritten, one that the engine may be at
    rows = joined(found)
    assert rows.shape[1] == blocks * size and not rows[:, :missed].any()
    np.testing.assert_array_equal(rows[:, missed:], block(missed, rows.shape[1] - missed))


def test_more_engines_than_it_remembers_lose_no_sound(tape, engine):
    reader = TapeReader(tape, tape.begin())
    for turn in range(40):
        engine.use_rate(48000)
        play(engine, turn * 10, 10)
    np.testing.assert_array_equal(joined(read(reader)), block(0, 400))


def test_no_memory_is_a_sentence(tape, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(taping.os, "posix_fallocate", full)
    with pytest.raises(AudioError, match="no memory for a recording"):
        tape.begin()
    assert tape.take == 0


def test_writing_a_block_takes_next_to_no_time(tape, engine):
    tape.begin()
    heard = dry = np.zeros((2, 128), np.float32)
    for _ in range(LENGTH // 128):  # once around: every page has been touched
        engine.write(heard, dry)
    took = []
    for _ in range(20_000):
        began = time.perf_counter()
        engine.write(heard, dry)
        took.append(time.perf_counter() - began)
    assert np.median(took) < 5e-6
