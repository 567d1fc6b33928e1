"""Snapshots, and hearing everything that is compared equally loud."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.app.state import Match
from studio.app.widgets.snapshots import words_of
from studio.audio.files import read_audio, write_audio
from studio.document.project import load_project, save_project


@pytest.fixture
def bar(opened):
    return opened.page.knobs.snapshots


def turn(studio, position, name="drive"):
    studio.page.knobs.moved.emit(name, position)
    studio.page.knobs.let_go.emit()


def slot(bar, name):
    return bar.slots[name].accessibleDescription()


def test_a_click_stores_in_an_empty_slot_and_recalls_from_a_filled_one(opened, bar, qtbot):
    turn(opened, 0.8)
    qtbot.mouseClick(bar.slots["A"], Qt.MouseButton.LeftButton)
    turn(opened, 0.1)
    qtbot.mouseClick(bar.slots["B"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.slots["A"], Qt.MouseButton.LeftButton)
    assert opened.project.knob("drive") == 0.8 and (slot(bar, "A"), slot(bar, "B")) == ("in force", "stored")
    assert opened.engine.told("set_knob")[-2:][0] == (0, 0.8)
    assert opened.page.knobs.views["drive"].knob.position == pytest.approx(0.8)


def test_shift_and_a_click_store_over_what_is_there(opened, bar, qtbot):
    opened.controller.comparing.store("A")
    turn(opened, 0.9)
    assert slot(bar, "A").startswith("in force, but") and bar.slots["A"].moved
    qtbot.mouseClick(bar.slots["A"], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    assert opened.project.snapshots["A"].knobs["drive"] == 0.9 and slot(bar, "A") == "in force"


def test_keys_store_and_recall(opened, qtbot):
    turn(opened, 0.7)
    opened.window.setFocus()
    qtbot.keyClick(opened.window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    turn(opened, 0.2)
    qtbot.keyClick(opened.window, Qt.Key.Key_3)
    assert opened.project.knob("drive") == 0.7
    assert not opened.window.menus.actions["snapshot.recall-a"].isEnabled()


def test_every_step_can_be_undone(opened, bar):
    turn(opened, 0.7)
    opened.controller.comparing.store("A")
    turn(opened, 0.2)
    opened.controller.comparing.recall("A")
    assert opened.window.menus.actions["edit.undo"].text() == "Undo recall snapshot A"
    opened.controller.editing.undo()
    assert opened.project.knob("drive") == 0.2
    opened.controller.editing.undo()
    opened.controller.editing.undo()
    assert slot(bar, "A") == "empty" and opened.project.snapshots == {}


def test_the_menu_of_a_slot_copies_and_clears(opened, bar):
    turn(opened, 0.7)
    opened.controller.comparing.store("A")
    entries = {each.text(): each for each in bar.slots["A"].menu_of().actions()}
    entries["Copy A to D"].trigger()
    assert opened.project.snapshots["D"] == opened.project.snapshots["A"]
    entries["Clear A"].trigger()
    assert set(opened.project.snapshots) == {"D"}
    assert not any(each.isEnabled() for each in bar.slots["B"].menu_of().actions() if each.text().startswith("Copy"))


def test_snapshots_are_saved_and_forget_knobs_that_are_gone(opened, tmp_path):
    turn(opened, 0.7)
    opened.controller.comparing.store("A")
    save_project(opened.project, tmp_path / "mine.studio")
    assert load_project(tmp_path / "mine.studio").snapshots == opened.project.snapshots
    opened.controller.editing.remove_parameter(0)
    opened.controller.comparing.recall("A")
    assert "drive" not in opened.project.knobs


# level match


@pytest.fixture
def louder(opened, monkeypatch):
    """The model makes the sound louder by 12 dB at the right end of `drive`; a sound of -20 LUFS or so."""

    def render_file(model, source, target, *, knobs, **told):
        audio, rate = read_audio(source)
        write_audio(target, audio * np.float32(10 ** (12 * knobs["drive"] / 20)), rate)
        return {"output": str(target)}

    services = opened.controller.services
    object.__setattr__(services, "render_file", render_file)
    return opened


def matched(studio, qtbot, gain_db):
    said = studio.page.knobs.snapshots.said
    qtbot.waitUntil(lambda: "measuring" not in said.text() and said.text() != "", timeout=10_000)
    assert studio.controller.playing._matched_db == pytest.approx(gain_db, abs=0.11), said.text()


def test_level_match_lowers_the_louder_snapshot_and_leaves_the_slider_alone(louder, qtbot):
    for name, position in (("A", 0.0), ("B", 1.0)):
        turn(louder, position)
        louder.controller.comparing.store(name)
    louder.controller.playing.set_gain(-3.0)
    louder.engine.now.gain_db = -3.0
    louder.window.menus.actions["snapshot.match"].trigger()
    matched(louder, qtbot, -12.0)
    assert louder.engine.told("set_gain")[-1][0] == pytest.approx(-15.0, abs=0.11)
    louder.engine.now.gain_db = -15.0
    assert louder.controller.playing.gain_db == pytest.approx(-3.0, abs=0.11)
    louder.controller.comparing.recall("A")
    matched(louder, qtbot, 0.0)
    assert louder.page.knobs.snapshots.said.text() == "matched 0 dB"


def test_bypass_is_matched_too_and_switching_off_gives_the_level_back(louder, qtbot):
    turn(louder, 1.0)
    louder.controller.matching.switch(True)
    matched(louder, qtbot, -12.0)
    louder.controller.playing.set_bypass(True)
    matched(louder, qtbot, 0.0)
    louder.controller.playing.set_bypass(False)
    matched(louder, qtbot, -12.0)
    louder.controller.matching.switch(False)
    assert louder.controller.playing._matched_db == 0.0 and louder.page.knobs.snapshots.said.text() == ""


def test_another_sound_is_measured_anew(louder, qtbot):
    turn(louder, 0.5)
    louder.controller.matching.switch(True)
    matched(louder, qtbot, -6.0)
    known = len(louder.controller.matching._known)
    louder.controller.open_sounds([louder.sound("other.wav", 0.8)])
    qtbot.waitUntil(lambda: len(louder.controller.matching._known) >= known + 2, timeout=10_000)
    matched(louder, qtbot, -6.0)


def test_what_cannot_be_measured_is_said_and_not_matched(louder, qtbot):
    def render_file(*args, **told):
        raise RuntimeError("out of memory")

    object.__setattr__(louder.controller.services, "render_file", render_file)
    louder.controller.matching.switch(True)
    qtbot.waitUntil(lambda: louder.controller.matching._said.failed == "out of memory", timeout=10_000)
    assert louder.controller.playing._matched_db == 0.0


@pytest.mark.parametrize(
    "match, words",
    [
        (Match(), ""),
        (Match(True, "A", None), "measuring A…"),
        (Match(True, "", -3.2), "matched -3.2 dB"),
        (Match(True, "B", -0.0), "matched 0 dB · measuring B…"),
        (Match(True, "", None, "why"), "not matched: cannot be measured"),
        (Match(True), "nothing to match"),
    ],
)
def test_level_match_says_what_it_does(match, words):
    assert words_of(match) == words
