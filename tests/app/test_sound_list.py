"""The list of sounds: test sounds among files, and what a project keeps of it."""

from importlib import import_module

import pytest

from studio.app.sounds import TEST_SOUNDS, file_stem, is_test_sound, sound_name, tone_name
from studio.document.project import TONE, Project, load_project, save_project


@pytest.mark.parametrize(
    "path, name", [("/a/b.wav", "b.wav"), ("tone:sine:440", "Sine 440 Hz"), ("tone:white", "White noise")]
)
def test_every_sound_has_a_name_to_be_read(path, name):
    assert sound_name(path) == name and "/" not in file_stem(path) and ":" not in file_stem(path)


def test_a_project_keeps_test_sounds_by_name(tmp_path):
    audio = (str(tmp_path / "a.wav"), "tone:sine:440", "tone:silence")
    save_project(Project(audio=audio, in_a_row=True), tmp_path / "p.studio")
    assert '"tone:sine:440"' in (tmp_path / "p.studio").read_text()
    found = load_project(tmp_path / "p.studio")
    assert found.audio == audio and found.in_a_row


@pytest.mark.parametrize("each", TEST_SOUNDS, ids=lambda each: each.kind)
def test_every_test_sound_can_be_heard_and_seen(studio, qtbot, each):
    studio.window.menus.actions[f"sounds.{each.kind}"].trigger()
    name = tone_name(each.kind, each.usual_hz)
    qtbot.waitUntil(lambda: studio.project.audio == (name,), timeout=5000)
    now = studio.controller.listening.now
    assert now.raw.sample_rate == 48000 and now.frames >= 48000 and name.startswith(TONE)
    assert studio.page.audio.sounds.currentText() == sound_name(name)
    assert import_module("studio.audio.tones").is_tone(name) and is_test_sound(name)


def test_a_tone_of_any_frequency(opened, qtbot):
    opened.window.menus.actions["sounds.tone"].trigger()
    dialog = opened.window.findChild(import_module("studio.app.dialogs.tone").ToneDialog)
    dialog.frequency.setValue(523.3)
    dialog.accept()
    qtbot.waitUntil(lambda: opened.project.audio[-1] == "tone:sine:523.3", timeout=5000)
    assert opened.page.audio.sounds.currentText() == "Sine 523.3 Hz" and len(opened.project.audio) == 2


def test_a_test_sound_is_rendered_as_any_other(opened, qtbot):
    opened.controller.sounds.add_tone("sine", 440.0)
    qtbot.waitUntil(lambda: opened.controller.listening.now.path.name == "tone:sine:440", timeout=5000)
    before = len(opened.rendered)
    qtbot.waitUntil(lambda: len(opened.rendered) > before and not opened.page.audio.wet._stale, timeout=5000)
    assert opened.page.audio.wet._peaks.frames == opened.controller.listening.now.frames


def test_one_that_is_there_already_is_not_added_again(opened, qtbot):
    for _ in range(2):
        opened.controller.sounds.add_tone("silence")
        qtbot.waitUntil(lambda: opened.project.audio[opened.project.audio_index] == "tone:silence", timeout=5000)
        opened.controller.choose_sound(0)
        qtbot.waitUntil(lambda: opened.project.audio_index == 0)
    assert len(opened.project.audio) == 2


def test_an_unknown_test_sound_of_a_newer_version_says_so(studio, qtbot):
    studio.controller.editing.start(Project(audio=("tone:theremin",)))
    qtbot.waitUntil(lambda: studio.window.strip.isVisible(), timeout=5000)
    assert "Locate" not in [each.text() for each in studio.window.strip.findChildren(type(studio.window.strip._more))]
