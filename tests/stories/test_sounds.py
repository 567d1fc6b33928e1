"""Dropping sounds, bypass, and saving what is heard."""

import json
import subprocess
import sys

import cards
import numpy as np
import pytest
from desk import RATE, until

from studio.audio.files import read_audio

pytestmark = [pytest.mark.gui, pytest.mark.audio, pytest.mark.slow]


def phase(sound, first):
    """Of 997 Hz in `sound`, whose first sample is number `first`; and its amplitude."""
    turns = np.exp(-2j * np.pi * 997 / RATE * (first + np.arange(len(sound))))
    found = 2 * np.mean(sound * turns)
    return np.angle(found), abs(found)


def switched(desk):
    """What is heard while bypass goes on and off twice; nothing where the machine stood still and blocks were lost."""
    first, lost = (int(desk.card.evidence[key]) for key in ("recn", "lost_blocks"))
    for _ in range(4):
        desk.click(desk.page.audio.transport.bypass)
        desk.listen(0.25)
    heard = desk.card.evidence["played"][first : int(desk.card.evidence["recn"])].copy()
    return [heard] if desk.card.evidence["lost_blocks"] == lost else []


def test_several_sounds_make_a_list_of_any_format(desk, write, sine):
    names = ["a.wav", "b.flac", "c.ogg", "d.aiff", "e.mp3"]
    desk.drop(*[write(name, sine(12 if name == "a.wav" else 1)) for name in names])
    desk.wait_sound("a.wav")
    box = desk.page.audio.sounds
    assert [box.itemText(index) for index in range(box.count())] == names
    for index, name in enumerate(names[1:], 1):
        box.setCurrentIndex(index)
        box.activated.emit(index)
        desk.wait_sound(name)
        assert 0.99 < desk.controller.listening.now.seconds < 1.1
    box.activated.emit(0)
    desk.wait_sound("a.wav")


def test_bypass_is_in_time_and_without_a_click(desk, dropped):
    desk.open(dropped / "halved.py")
    assert desk.status.latency > 0
    desk.raise_level()
    desk.click(desk.page.audio.transport.loop)
    desk.play()
    desk.wait_level(0.245, 0.255)
    [heard] = until(lambda: switched(desk), 30, "a second in which the machine does not stand still")
    pieces = [(start, heard[start : start + 2400]) for start in range(0, len(heard) - 2400, 2400)]
    found = [phase(sound, start) for start, sound in pieces]
    wet, dry = [p for p, a in found if a < 0.26], [p for p, a in found if a > 0.49]
    assert len(wet) > 4 and len(dry) > 4
    assert np.ptp(np.unwrap([*wet, *dry])) < 0.01  # a sample is 0.13 of a radian
    assert cards.steadiness(heard) < -50


def test_what_is_saved_is_what_the_command_line_renders(desk, dropped, home):
    desk.play(False)
    desk.drop(dropped / "level.py")
    desk.answer(desk.wait_dialog("level.py"))
    desk.wait_model("level.py")
    desk.turn("level", 0.25)
    desk.save_sound(home / "window.wav")
    command = [dropped / "level.py", home / "a.wav", home / "line.wav", "--set", "level=0.25", "--block-size", "256"]
    done = subprocess.run(
        [sys.executable, "-m", "studio", "render", *command, "--trust", "--json"], capture_output=True, check=False
    )
    assert done.returncode == 0 and json.loads(done.stdout)["frames"] == 12 * RATE, done.stdout
    ours, theirs = read_audio(home / "window.wav"), read_audio(home / "line.wav")
    assert ours[1] == theirs[1] == RATE
    np.testing.assert_array_equal(ours[0], theirs[0])
    assert abs(np.abs(ours[0]).max() - 0.125) < 1e-4
