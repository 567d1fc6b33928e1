"""Every action is somewhere, does something, and says when it cannot."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit

from studio.app.actions.palette import CommandPalette, match
from studio.app.actions.table import ACTIONS, MENUS
from studio.app.state import Situation
from studio.storage import resources


@pytest.mark.parametrize("row", ACTIONS, ids=lambda row: row.id)
def test_a_row_is_whole(row):
    assert row.menu in MENUS and row.text and row.help.endswith(".")
    assert all(not QKeySequence(key).isEmpty() for key in row.keys)
    assert not row.glyph or (resources() / "icons" / f"{row.glyph}.svg").is_file()
    assert row.when(Situation()) in (True, False)


def test_no_two_actions_share_an_id_or_a_key():
    assert max(Counter(row.id for row in ACTIONS).values()) == 1
    assert max(Counter(key for row in ACTIONS for key in row.keys).values()) == 1


def test_before_anything_is_open_only_what_can_be_done_is_enabled(studio):
    enabled = {name for name, action in studio.window.menus.actions.items() if action.isEnabled()}
    assert {"file.open", "file.example", "edit.palette", "help.manual", "view.settings"} <= enabled
    assert not {"edit.undo", "file.export", "play.toggle", "model.reload", "file.save-sound"} & enabled


def test_with_a_model_and_a_sound_everything_can_be_done_that_needs_no_more(opened):
    disabled = {name for name, action in opened.window.menus.actions.items() if not action.isEnabled()}
    not_yet = {f"sounds.{each}" for each in ("next", "previous", "in-a-row", "earlier", "later")}
    not_yet |= {f"snapshot.{do}-{slot}" for do in ("recall", "clear") for slot in "abcd"}
    not_yet |= {"second.hear", "second.swap", "second.close", "moves.play", "moves.clear"}
    assert disabled - not_yet == {"edit.redo", "file.save-labels", "file.save-card", "file.publish"}
    assert not_yet <= disabled


@pytest.mark.parametrize("row", [row for row in ACTIONS if row.id != "file.quit"], ids=lambda row: row.id)
def test_every_action_can_be_done(opened, qtbot, monkeypatch, row):
    for name, found in (
        ("getOpenFileNames", ([], "")),
        ("getOpenFileName", ("", "")),
        ("getSaveFileName", ("", "")),
        ("getExistingDirectory", ""),
    ):
        monkeypatch.setattr(QFileDialog, name, lambda *_, found=found: found)
    opened.controller.editing.set_card("name", "A")
    opened.controller.editing.undo()
    opened.window.menus.actions[row.id].trigger()
    for dialog in opened.window.findChildren(QDialog):
        dialog.reject()
    assert opened.window.isVisible()


def press(studio, qtbot, key, keys=Qt.KeyboardModifier.NoModifier):
    studio.window.activateWindow()
    studio.window.setFocus()
    qtbot.keyClick(studio.window, key, keys)


def test_space_plays_and_pauses(opened, qtbot):
    press(opened, qtbot, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: opened.controller.playing.playing)
    assert opened.page.audio.transport.play.accessibleName().startswith("Pause")
    press(opened, qtbot, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not opened.controller.playing.playing)


def test_space_and_letters_typed_into_a_field_are_text(opened, qtbot):
    line = opened.page.card.fields["name"].input
    line.setFocus()
    line.clear()
    qtbot.keyClicks(line, "b l +")
    assert line.text() == "b l +" and not opened.controller.playing.bypassed


@pytest.mark.parametrize("key, switch", [(Qt.Key.Key_L, "looping"), (Qt.Key.Key_B, "bypassed")])
def test_a_letter_switches(opened, qtbot, key, switch):
    press(opened, qtbot, key)
    assert getattr(opened.controller.playing, switch)
    press(opened, qtbot, key)
    assert not getattr(opened.controller.playing, switch)


def test_a_selection_becomes_the_loop(opened):
    opened.page.audio.selected.emit(1000, 9000)
    assert opened.engine.told("loop")[-1] == (1000, 9000)
    assert opened.page.audio.transport.loop.isChecked()
    opened.page.audio.transport.loop.click()
    assert opened.engine.said[-1] == ("no_loop",)


def test_undo_is_named_after_the_edit(opened):
    opened.controller.editing.set_card("name", "A")
    assert opened.window.menus.actions["edit.undo"].text() == "Undo edit name"


def test_the_palette_finds_by_a_few_letters_and_does_it(opened, qtbot):
    opened.window.menus.actions["edit.palette"].trigger()
    palette = opened.window.findChild(CommandPalette)
    qtbot.keyClicks(palette.findChild(QLineEdit), "byp")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert opened.controller.playing.bypassed


@pytest.mark.parametrize(
    "typed, text, found",
    [("", "Save", True), ("sv", "Save", True), ("S S", "Save sound…", True), ("vs", "Save", False)],
)
def test_letters_match_in_order(typed, text, found):
    assert (match(typed, text) >= 0) == found


def test_escape_cancels_the_running_job_before_it_closes_the_message(opened, qtbot):
    opened.controller.tasks.run("Long", lambda report, cancel: cancel.wait(10), lambda it: None, lambda error: None)
    opened.window.strip.show_problem("Something.")
    opened.window.menus.actions["edit.cancel"].trigger()
    qtbot.waitUntil(lambda: not opened.window.cancel_job())
    assert opened.window.strip.isVisible()
    opened.window.menus.actions["edit.cancel"].trigger()
    assert not opened.window.strip.isVisible()
