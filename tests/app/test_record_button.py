"""The record button, what it shows, and what is offered of a recording."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton

from studio.app.state import Page
from studio.errors import AudioError, FileError


@pytest.fixture
def studio_with_folder(opened):
    opened.controller.services.settings["recording.folder"] = str(opened.folder / "takes")
    return opened


@pytest.fixture
def record(studio_with_folder, qtbot):
    """Record for a moment and wait for what comes of it."""

    def record():
        studio, button = studio_with_folder, studio_with_folder.page.audio.transport.record
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert button.isChecked()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not studio.controller.recording.name)
        return studio

    return record


def way(studio, text):
    return next(each for each in studio.window.strip.findChildren(QPushButton) if each.text() == text)


def test_a_recording_is_named_after_the_model_and_the_time(record):
    studio = record()
    target, bits, dry = studio.recorded[0]
    assert target.parent == studio.folder / "takes" and target.name.startswith("net 20") and target.suffix == ".wav"
    assert (bits, dry) == (24, False)


def test_while_it_runs_time_and_file_are_seen(studio_with_folder, qtbot):
    studio, transport = studio_with_folder, studio_with_folder.page.audio.transport
    qtbot.mouseClick(transport.record, Qt.MouseButton.LeftButton)
    studio.engine.tape._header.frames += 48000 * 3 // 2
    qtbot.waitUntil(lambda: transport.recording.text().startswith("00:01.5"))
    assert transport.recording.isVisible() and studio.controller.recording.name in transport.recording.text()
    assert "End" in transport.record.accessibleName()
    studio.window.menus.actions["play.record"].trigger()
    qtbot.waitUntil(lambda: not transport.recording.isVisible())
    assert not transport.record.isChecked() and "Record" in transport.record.accessibleName()


def test_a_finished_recording_can_be_shown_and_added(record, monkeypatch):
    shown = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(Path(url.toLocalFile())))
    studio = record()
    strip = studio.window.strip
    assert strip.isVisible() and strip.sentence.text().startswith("Recorded 00:00") and strip.accessibleName() == "News"
    way(studio, "Show in folder").click()
    assert shown == [studio.folder / "takes"] and not strip.isVisible()


def test_it_is_added_behind_the_sounds_as_one_step(record):
    studio = record()
    before = studio.project.audio
    way(studio, "Add to sounds").click()
    assert studio.project.audio == (*before, str(studio.recorded[0][0]))
    studio.controller.editing.undo()
    assert studio.project.audio == before


@pytest.mark.parametrize(
    "flaw, said",
    [
        ({"missed": 0.25}, "0.2 s are silent"),
        ({"seams": 1}, "interrupted once"),
        ({"seams": 3}, "interrupted 3 times"),
        ({"trouble": FileError("The disk is full.", "Free some space.")}, "The disk is full."),
    ],
)
def test_what_is_wrong_with_it_is_said(studio_with_folder, record, flaw, said):
    studio_with_folder.recording = replace(studio_with_folder.recording, **flaw)
    strip = record().window.strip
    assert said in strip.accessibleDescription() and "Recorded 00:00" in strip.accessibleDescription()
    assert strip.accessibleName() == ("News" if "seams" in flaw else "Problem")


def test_a_place_that_cannot_be_written_is_a_sentence_and_one_can_try_again(studio_with_folder, record):
    studio_with_folder.refuse["record"] = FileError("takes cannot be written.", "Choose another folder.")
    assert "takes cannot be written" in record().window.strip.sentence.text()
    assert record().recorded


def test_no_memory_is_a_sentence(studio_with_folder, qtbot, monkeypatch):
    def begin():
        raise AudioError("There is no memory for a recording.", "Close other programs.")

    monkeypatch.setattr(studio_with_folder.engine.tape, "begin", begin)
    qtbot.mouseClick(studio_with_folder.page.audio.transport.record, Qt.MouseButton.LeftButton)
    assert "no memory" in studio_with_folder.window.strip.sentence.text()
    assert not studio_with_folder.page.audio.transport.record.isChecked()


def test_esc_does_not_end_a_recording_and_leaving_finishes_it(studio_with_folder, qtbot):
    studio = studio_with_folder
    studio.window.menus.actions["play.record"].trigger()
    studio.window.menus.actions["edit.cancel"].trigger()
    assert studio.controller.recording.name and not studio.controller.recording.is_ending
    studio.controller.close()
    assert len(studio.recorded) == 1 and studio.recorded[0][0].is_file()


@pytest.mark.parametrize("key, index, value", [("recording.format", 1, "float"), ("recording.dry", 1, True)])
def test_how_it_is_recorded_is_set_on_the_settings_page(studio_with_folder, record, key, index, value):
    studio_with_folder.window.show_page(Page.SETTINGS)
    box = studio_with_folder.window._made[Page.SETTINGS].inputs[key]
    box.setCurrentIndex(index)
    box.activated.emit(index)
    assert studio_with_folder.controller.services.settings[key] == value
    _, bits, dry = record().recorded[0]
    assert (bits, dry) == ((32, False) if value == "float" else (24, True))
