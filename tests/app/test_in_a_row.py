"""Several sounds one after the other: what the engine is told, and what the window shows while the play head moves."""

import pytest
from PySide6.QtCore import Qt

from studio.app.row import Row
from studio.app.state import Sound
from studio.audio.raw import RawAudio

FRAMES = 24000  # of each sound


def sound(path, frames):
    return Sound(path, RawAudio(path, frames, 2, 48000, path.name), None, 48000, 2)


def test_a_frame_of_the_row_lies_in_one_sound(tmp_path):
    row = Row((sound(tmp_path / "a", 10), sound(tmp_path / "b", 5), sound(tmp_path / "c", 20)), (0, 2, 3))
    assert [row.place_of(frame) for frame in (0, 9, 10, 14, 15, 34, 35, 99, -1)] == [0, 0, 1, 1, 2, 2, 2, 2, 0]
    assert (row.start(2), row.frames, row.place(2), row.place(1)) == (15, 35, 1, None)


@pytest.fixture
def three(studio, qtbot):
    """Three sounds of half a second, the first heard."""
    studio.wiring.commands.open_paths([studio.sound(name) for name in ("a.wav", "b.wav", "c.wav")])
    qtbot.waitUntil(lambda: heard(studio) == "a.wav")
    return studio


@pytest.fixture
def row(three, qtbot):
    three.page.audio.row.click()
    qtbot.waitUntil(lambda: len(three.controller.in_a_row.row.sounds) == 3)
    return three


def heard(studio):
    now = studio.controller.listening.now
    return now.path.name if now else ""


def play_to(studio, qtbot, frame, name):
    studio.engine.now.playing, studio.engine.now.position = True, frame
    qtbot.waitUntil(lambda: heard(studio) == name)


def test_the_next_sounds_are_put_behind_the_one_that_plays(row):
    assert [part.name for (part,) in row.engine.told("add_audio")] == ["b.wav", "c.wav"]
    assert len(row.engine.told("load_audio")) == 1, "what is heard was not touched"


def test_the_window_follows_the_play_head_into_the_next_sound(row, qtbot):
    play_to(row, qtbot, FRAMES + 480, "b.wav")
    qtbot.waitUntil(lambda: row.page.audio.transport.time.text() == "00:00.010 / 00:00.500")
    assert row.page.audio.sounds.currentText() == "b.wav"
    assert not row.controller.editing.history.undo_text.startswith("Hear"), "the play head makes no edits"


def test_another_sound_is_only_a_jump_away(row, qtbot):
    row.page.audio.sounds.activated.emit(2)
    assert row.engine.told("seek")[-1] == (2 * FRAMES,) and heard(row) == "c.wav"
    assert len(row.engine.told("load_audio")) == 1


def test_frames_of_the_window_are_those_of_the_sound(row, qtbot):
    play_to(row, qtbot, FRAMES, "b.wav")
    row.page.audio.sought.emit(100)
    row.page.audio.selected.emit(1000, 2000)
    assert row.engine.told("seek")[-1] == (FRAMES + 100,)
    assert row.engine.told("loop")[-1] == (FRAMES + 1000, FRAMES + 2000)
    row.page.audio.selected.emit(0, 0)
    assert row.engine.told("loop")[-1] == (0, 3 * FRAMES)


def test_a_file_that_cannot_be_read_is_skipped_and_said(studio, qtbot):
    broken = studio.folder / "b.wav"
    broken.write_bytes(b"RIFF0000WAVEnothing")
    paths = [studio.sound("a.wav"), broken, studio.sound("c.wav")]
    studio.controller.open_sounds(paths)
    qtbot.waitUntil(lambda: heard(studio) == "a.wav")
    studio.controller.in_a_row.switch(True)
    qtbot.waitUntil(lambda: studio.controller.in_a_row.row.numbers == (0, 2))
    assert "b.wav is skipped" in studio.window.status.message.text()
    play_to(studio, qtbot, FRAMES + 1, "c.wav")


def test_those_before_the_first_are_put_in_front_when_nobody_hears_it(three, qtbot):
    three.controller.choose_sound(2)
    qtbot.waitUntil(lambda: heard(three) == "c.wav")
    three.engine.now.playing, three.engine.now.position = True, 700
    qtbot.waitUntil(lambda: three.controller.playing.playing)
    three.controller.in_a_row.switch(True)
    qtbot.waitUntil(lambda: not three.controller.tasks.is_running("row"))
    assert three.controller.in_a_row.row.numbers == (2,)
    three.engine.now.playing = False
    qtbot.waitUntil(lambda: three.controller.in_a_row.row.numbers == (0, 1, 2))
    parts, position = three.engine.told("load_audio")[-1]
    assert [part.name for part in parts] == ["a.wav", "b.wav", "c.wav"] and position == 2 * FRAMES + 700


def test_switched_off_the_sound_that_is_heard_stays(row, qtbot):
    play_to(row, qtbot, FRAMES + 300, "b.wav")
    row.window.menus.actions["sounds.in-a-row"].trigger()
    parts, position = row.engine.told("load_audio")[-1]
    assert ([part.name for part in parts], position) == (["b.wav"], 300)
    assert not row.project.in_a_row and row.project.audio_index == 1 and heard(row) == "b.wav"


def test_next_and_previous_by_keys(three, qtbot):
    three.window.activateWindow()
    three.window.setFocus()
    for key, name in ((Qt.Key.Key_PageDown, "b.wav"), (Qt.Key.Key_PageUp, "a.wav")):
        qtbot.keyClick(three.window, key, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda name=name: heard(three) == name)


def test_a_moved_sound_is_heard_on(row, qtbot):
    play_to(row, qtbot, FRAMES + 300, "b.wav")
    row.window.menus.actions["sounds.earlier"].trigger()
    assert [path.rpartition("/")[2] for path in row.project.audio] == ["b.wav", "a.wav", "c.wav"]
    parts, position = row.engine.told("load_audio")[-1]
    assert [part.name for part in parts] == ["b.wav", "a.wav", "c.wav"] and position == 300
    row.engine.now.position = 300
    row.window.menus.actions["edit.undo"].trigger()
    assert heard(row) == "b.wav" and row.engine.told("load_audio")[-1][1] == FRAMES + 300


def test_a_removed_sound_makes_room_for_the_next(three, qtbot):
    three.window.menus.actions["sounds.remove"].trigger()
    qtbot.waitUntil(lambda: heard(three) == "b.wav")
    assert len(three.project.audio) == 2


def test_an_added_sound_does_not_disturb(row, qtbot):
    row.controller.sounds.add([row.sound("d.wav")])
    qtbot.waitUntil(lambda: len(row.controller.in_a_row.row.sounds) == 4)
    assert len(row.engine.told("load_audio")) == 1 and heard(row) == "a.wav"


def test_the_same_sounds_opened_again_are_a_row_again(row, qtbot):
    play_to(row, qtbot, FRAMES + 300, "b.wav")
    row.controller.open_sounds([row.folder / name for name in ("a.wav", "b.wav", "c.wav")])
    row.engine.now.position = 0
    qtbot.waitUntil(lambda: row.controller.in_a_row.row.numbers == (0, 1, 2))
    assert heard(row) == "a.wav"
