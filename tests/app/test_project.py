"""Saving, reopening, leaving."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QFileDialog

from studio.document.migrations import FORMAT
from studio.document.project import load_project


def edit(studio):
    studio.controller.editing.set_card("name", "Tape")
    studio.controller.editing.set_knob("drive", 0.8)
    studio.controller.editing.tick_host("audacity", False)


def test_a_saved_project_opens_as_it_was(opened, qtbot, monkeypatch):
    edit(opened)
    path = opened.folder / "song.studio"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(opened.controller.projects.file_changed):
        opened.wiring.commands.save()
    saved = opened.project
    assert not opened.window.isWindowModified() and "song.studio" in opened.window.windowTitle()
    opened.controller.editing.set_card("name", "Other")
    assert opened.window.isWindowModified()
    opened.answers.way = "Go on without saving"
    with qtbot.waitSignal(opened.controller.projects.file_changed):
        opened.wiring.commands.open_paths([path])
    assert opened.project == saved and not opened.controller.editing.history.undo_text
    assert opened.page.card.fields["name"].text() == "Tape"
    assert opened.page.knobs.views["drive"].knob.position == pytest.approx(0.8)


def saved(studio, qtbot):
    path = studio.folder / "song.studio"
    with qtbot.waitSignal(studio.controller.projects.file_changed):
        studio.controller.projects.save(path)
    return path


def test_a_newer_project_leaves_the_last_good_state(opened, qtbot):
    path = saved(opened, qtbot)
    before = opened.project
    path.write_text(path.read_text().replace(f'"studio": {FORMAT}', '"studio": 99'))
    with qtbot.waitSignal(opened.controller.troubled):
        opened.wiring.commands.open_paths([path])
    assert "newer version" in opened.window.strip.sentence.text() and opened.project is before


def test_a_destination_that_cannot_be_written_is_said_and_nothing_is_lost(opened, qtbot):
    target = opened.folder / "net.py" / "x.studio"
    with qtbot.waitSignal(opened.controller.troubled):
        opened.controller.projects.save(target)
    assert "cannot be written" in opened.window.strip.sentence.text()
    assert opened.window.isWindowModified()


def dialogs(studio):
    return [each for each in studio.window.findChildren(QDialog) if each.isVisible()]


def test_closing_with_unsaved_changes_asks_and_cancel_stays(opened, qtbot):
    edit(opened)
    opened.window.close()
    assert opened.window.isVisible() and len(dialogs(opened)) == 1
    dialogs(opened)[0].reject()
    assert opened.window.isVisible()


def test_closing_saves_where_that_is_wanted(opened, qtbot):
    path = saved(opened, qtbot)
    edit(opened)
    opened.window.close()
    dialogs(opened)[0].accept()
    qtbot.waitUntil(lambda: not opened.window.isVisible())
    assert load_project(path).card.name == "Tape"


def test_what_is_opened_remains_among_the_recent_files(opened):
    settings = opened.controller.services.settings
    assert [Path(each).name for each in settings["files.recent_models"]] == ["net.py"]
    opened.window.menus.recent.aboutToShow.emit()
    shown = [action.text() for action in opened.window.menus.recent.actions() if action.text()]
    assert shown == ["net.py", "noise.wav"]


def test_export_writes_what_is_ticked_and_says_so(opened, qtbot):
    said = {"authors": ("Ada",), "short_description": "Tape.", "long_description": "Tape.", "domain_tags": ("music",)}
    for key, value in {**said, "sample_rate": 48000}.items():
        opened.controller.editing.set_card(key, value)
    opened.controller.packages.set_folder(str(opened.folder / "out"))
    opened.page.export.export.click()
    qtbot.waitUntil(lambda: not opened.page.export.result.isHidden())
    assert opened.exported[0][1:] == (["audacity", "neutone"], opened.folder / "out")
    assert opened.page.export.result_text.text() == "2 packages written"


def test_export_with_a_problem_goes_to_it_instead(opened):
    opened.page.export.export.click()
    assert not opened.exported
    assert opened.page.tabs.currentWidget() is opened.page.card


def test_save_sound_renders_what_is_heard_to_a_file(opened, qtbot, monkeypatch):
    target = opened.folder / "wet.flac"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    opened.controller.editing.set_knob("drive", 0.9)
    with qtbot.waitSignal(opened.controller.exporting.saved):
        opened.wiring.commands.save_sound()
    assert ({"drive": 0.9, "shape": 0.0}, target) in opened.rendered


def test_the_wet_sound_is_drawn_once_when_things_have_settled(opened, qtbot):
    for position in (0.2, 0.3, 0.4):
        opened.controller.editing.set_knob("drive", position)
    assert opened.page.audio.wet._stale or opened.page.audio.wet._peaks is None
    qtbot.waitUntil(lambda: opened.page.audio.wet._peaks is not None and not opened.page.audio.wet._stale, timeout=5000)
    assert [knobs["drive"] for knobs, _ in opened.rendered] == [0.4]
