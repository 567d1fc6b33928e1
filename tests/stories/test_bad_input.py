"""Bad models, bad sounds, bad places: one sentence each, nothing lost, and the window goes on."""

import time

import numpy as np
import pytest
from desk import until

from studio.audio.files import read_audio

pytestmark = [pytest.mark.gui, pytest.mark.audio]


@pytest.fixture(autouse=True)
def still_usable(desk):
    """Whatever was dropped, the example is still there and the engine goes on."""
    desk.window.strip.hide()
    yield
    assert desk.model == "clipper.py" and desk.dialog_open is None
    beat = desk.status.beat
    until(lambda: desk.status.beat > beat, what="the engine")
    desk.window.strip.hide()


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("notes.txt", b"hello", ["notes.txt"]),
        ("empty.pt", b"", ["empty.pt"]),
        ("photo.pt", b"\x89PNG\r\n\x1a\n" + bytes(100), ["photo.pt", "picture"]),
        ("cut.wav", b"RIFF\xff\xff\x00\x00WAVEfmt ", ["cut.wav"]),
        ("empty.wav", b"", ["empty.wav"]),
        ("picture.wav", b"\x89PNG\r\n\x1a\n" + bytes(100), ["picture.wav", "picture"]),
        ("torn.studio", b'{"studio": 1, "model": {', ["torn.studio"]),
    ],
)
def test_files_that_are_something_else(desk, home, name, content, words):
    (home / name).write_bytes(content)
    desk.drop(home / name)
    desk.wait_problem(*words)


@pytest.mark.parametrize("name, words", [("broken.py", ["the cable"]), ("not_numbers.py", ["NaN"])])
def test_models_that_cannot_be_played(desk, dropped, name, words):
    desk.drop(dropped / name)
    desk.answer(desk.wait_dialog(name))
    desk.wait_problem(*words)


def test_a_model_that_never_returns_is_given_up_at_a_click(desk, dropped):
    desk.drop(dropped / "endless.py")
    desk.answer(desk.wait_dialog("endless.py"))
    until(lambda: "Trying" in desk.page.header.step.text(), what="the experiments")
    started = time.monotonic()
    desk.click(desk.page.header.cancel)
    until(lambda: not desk.controller.tasks.is_running("model"))
    assert time.monotonic() - started < 1.0
    until(desk.page.header.reload.isVisible)


@pytest.mark.parametrize("channels, frames, rate", [(24, 4800, 48000), (1, 1, 48000), (2, 19200, 192000)])
def test_odd_sounds_are_heard_or_refused_in_a_sentence(desk, write, channels, frames, rate):
    audio = np.random.default_rng(1).uniform(-0.3, 0.3, (channels, frames))
    desk.drop(write(f"odd-{channels}-{frames}.wav", audio, rate))
    desk.wait_sound(f"odd-{channels}-{frames}.wav")
    until(lambda: not desk.controller.tasks._tasks, what="the drawing")
    assert not desk.problem


def test_a_sound_of_no_length_is_refused(desk, write):
    desk.drop(write("nothing.wav", np.zeros((2, 0))))
    desk.wait_problem("nothing.wav")


def test_a_mislabelled_sound_opens_as_what_it_is(desk, write, home):
    write("truth.flac", np.full((1, 4800), 0.25)).rename(home / "lie.wav")
    desk.drop(home / "lie.wav")
    desk.wait_sound("lie.wav")


def test_a_place_where_nothing_can_be_written(desk, home):
    assert desk.save_sound("/proc/wet.wav") is None
    assert "cannot be written" in desk.problem
    ended = desk.export("/proc/packages")
    assert "cannot be written" in ended.failed and not ended.written
    assert desk.save_sound(home / "after.wav") and read_audio(home / "after.wav")[0].size
