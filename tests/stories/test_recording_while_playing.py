"""What was heard is in the file, to the last bit, whatever was done meanwhile."""

import os
import signal

import numpy as np
import pytest
import soundfile
from desk import RATE, until

pytestmark = [pytest.mark.gui, pytest.mark.audio]


@pytest.fixture
def folder(desk, tmp_path):
    settings = desk.controller.services.settings
    settings["recording.folder"], settings["recording.format"] = str(tmp_path), "float"
    settings["recording.dry"] = False
    return tmp_path


def record(desk, on=True):
    """Press the button; the file, once it is finished."""
    recording = desk.controller.recording
    done = []
    recording.finished.connect(done.append)
    desk.click(desk.page.audio.transport.record)
    if on:
        until(lambda: recording._tape.frames > recording._take.start, what="the first frames")
        return None
    until(lambda: done, what="the recording")
    return done[0]


def delivered(card, block=256):
    """All that the engine gave the card `[samples]`, without the silence of blocks for which it came too late."""
    calls, frames = int(card.evidence["calls"]), int(card.evidence["recn"])
    ends = np.append(card.evidence["at"][1:calls], frames)
    return card.played[(ends[:, None] - block + np.arange(block)).ravel()]


def was_heard(card, found):
    """Whether the card got this, bit for bit and in one piece."""
    played = delivered(card)
    loud = int(np.argmax(np.abs(found) > 0.01))
    starts = np.flatnonzero(played == found[loud]) - loud
    return any(np.array_equal(played[at : at + len(found)], found) for at in starts if at >= 0)


def test_what_the_card_got_is_in_the_file(desk, folder):
    desk.play()
    record(desk)
    desk.listen(1.0)
    done = record(desk, on=False)
    found, rate = soundfile.read(done.files[0], dtype="float32")
    assert rate == RATE and len(found) > 0.9 * RATE and done.missed == done.seams == 0
    assert was_heard(desk.card, found[:, 0])
    assert "Recorded 00:0" in desk.window.strip.sentence.text() and done.files[0].parent == folder


def test_it_goes_on_while_one_seeks_pauses_turns_and_bypasses(desk, folder):
    desk.play()
    record(desk)
    for act in (
        lambda: desk.page.audio.sought.emit(100_000),
        lambda: desk.turn("gain", 0.3),
        lambda: desk.do("play.bypass"),
        lambda: desk.play(False),
        lambda: desk.play(True),
        lambda: desk.do("play.bypass"),
    ):
        act()
        desk.listen(0.2)
    done = record(desk, on=False)
    found = soundfile.read(done.files[0], dtype="float32")[0][:, 0]
    assert was_heard(desk.card, found)
    quiet = np.flatnonzero(found[:-4800] == 0)
    assert len(quiet) > RATE / 10  # the pause is in it


@pytest.mark.slow
def test_another_model_while_it_records(desk, folder, dropped):
    desk.play()
    record(desk)
    desk.drop(dropped / "level.py")
    desk.answer(desk.wait_dialog("level.py"))
    desk.wait_model("level.py")
    desk.listen(0.5)
    done = record(desk, on=False)
    assert len(done.files) == 1 and done.missed == 0
    assert done.seconds > 0.5


def test_the_dry_sound_is_what_went_into_the_model(desk, folder):
    desk.controller.services.settings["recording.dry"] = True
    desk.play()
    desk.do("play.bypass")
    desk.listen(0.3)
    record(desk)
    desk.listen(0.5)
    done = record(desk, on=False)
    desk.do("play.bypass")
    heard, dry = (soundfile.read(path, dtype="float32")[0] for path in (done.files[0], done.dry[0]))
    gain = 10 ** (desk.controller.playing.gain_db / 20)
    assert len(heard) == len(dry) and np.abs(dry).max() > 0.1
    np.testing.assert_allclose(heard, dry * gain, atol=2e-4)


def test_a_crashed_engine_interrupts_it_and_that_is_said(desk, folder):
    desk.play()
    record(desk)
    desk.listen(0.2)
    os.kill(desk.controller.playing.player._keeper.active.pid, signal.SIGKILL)
    before = desk.controller.recording._tape.frames
    until(lambda: desk.controller.recording._tape.frames > before + RATE // 2, what="sound again")
    done = record(desk, on=False)
    assert len(done.files) == 1 and done.seams >= 1 and done.seconds > 0.5
    assert "interrupted" in desk.window.strip.hint.text()


@pytest.mark.slow
def test_leaving_finishes_the_file(sit_down, tmp_path):
    with sit_down() as desk:
        desk.wait_model("clipper.py")
        desk.wait_sound("eight-bars.flac")
        desk.controller.services.settings["recording.folder"] = str(tmp_path)
        desk.play()
        desk.do("play.record")
        recording = desk.controller.recording
        name, start = recording.name, recording._take.start
        until(lambda: recording._tape.frames > start + 0.7 * RATE, what="sound")
    assert soundfile.info(tmp_path / name).frames > 0.7 * RATE
