"""Labels over the waveform: the model's own, those of a dropped file, and saving them."""

import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFileDialog

from studio.app.widgets.regions import Region, draw_regions
from studio.audio.label import Label
from studio.audio.labels import read_labels


@pytest.fixture
def labeller(studio, qtbot):
    """A model that labels sound, and its labels."""
    studio.labels = True
    studio.wiring.commands.open_paths([studio.model(), studio.sound()])
    qtbot.waitUntil(lambda: bool(studio.controller.labelling.now.found))
    return studio


def names(waveform):
    return [region.name for region in waveform._regions]


def test_what_a_labeller_finds_stands_over_the_sound(labeller):
    wet = labeller.page.audio.wet
    assert wet._regions == [Region(4800, 9600, "kick"), Region(12000, 19200, "snare")]
    assert wet.accessibleName() == "Labels waveform" and wet.accessibleDescription() == "kick, snare"
    assert wet._note == "2 labels"


def test_a_labeller_is_not_played_and_the_sound_is_heard_as_it_is(labeller, qtbot):
    assert labeller.engine.told("load_model") == [] and labeller.engine.told("bypass")[-1] == (True,)
    labeller.labels = False
    labeller.wiring.commands.open_paths([labeller.model("effect.py")])
    qtbot.waitUntil(lambda: labeller.engine.told("bypass")[-1] == (False,))
    qtbot.waitUntil(lambda: labeller.controller.labelling.now.found is None)
    assert names(labeller.page.audio.wet) == [] and labeller.page.audio.wet.accessibleName() == "Wet waveform"


def test_a_dropped_file_is_shown_over_the_present_sound(opened, qtbot):
    path = opened.folder / "verse.srt"
    path.write_text("1\n00:00:00,100 --> 00:00:00,300\nverse\n")
    with qtbot.waitSignal(opened.controller.labelling.changed):
        opened.window.dropped.emit([path])
    assert names(opened.page.audio.dry) == ["verse"] and opened.controller.opening.now is not None
    opened.wiring.commands.open_paths([opened.sound("other.wav")])
    qtbot.waitUntil(lambda: names(opened.page.audio.dry) == [])


def test_labels_dropped_with_their_sound_stay(opened, qtbot):
    path = opened.folder / "other.txt"
    path.write_text("0.1\t0.2\ta\n")
    opened.window.dropped.emit([opened.sound("other.wav"), path])
    qtbot.waitUntil(lambda: names(opened.page.audio.dry) == ["a"])
    qtbot.waitUntil(lambda: opened.controller.listening.now.path.name == "other.wav")
    assert names(opened.page.audio.dry) == ["a"]


def test_a_file_that_holds_no_labels_says_so(opened, qtbot):
    path = opened.folder / "notes.txt"
    path.write_text("buy milk\n")
    with qtbot.waitSignal(opened.controller.troubled):
        opened.window.dropped.emit([path])
    assert "notes.txt" in opened.window.strip.sentence.text()


@pytest.mark.parametrize("ending", [".txt", ".csv", ".srt", ".TextGrid"])
def test_labels_are_saved_in_the_format_of_the_ending(labeller, qtbot, monkeypatch, ending):
    target = labeller.folder / f"found{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    with qtbot.waitSignal(labeller.controller.labelling.saved):
        labeller.window.menus.actions["file.save-labels"].trigger()
    found = [(each.start, each.end, each.name) for each in read_labels(target) if each.name]
    assert found == [
        (pytest.approx(0.1), pytest.approx(0.2), "kick"),
        (pytest.approx(0.25), pytest.approx(0.4), "snare"),
    ]


def test_a_region_is_coloured_between_its_ends_only(theme):
    image = QImage(100, 60, QImage.Format.Format_ARGB32)
    image.fill(0)
    with QPainter(image) as painter:
        draw_regions(painter, theme, [Region(25, 50, "x")], (0.0, 100.0), width=100, height=60, scale=1.0)
    lit = [image.pixelColor(x, 5).alpha() > 0 for x in range(100)]
    assert lit == [25 <= x < 50 for x in range(100)]


def test_labels_of_no_sound_are_refused_with_a_way_out(studio, qtbot):
    path = studio.folder / "a.txt"
    path.write_text("0.1\t0.2\ta\n")
    with qtbot.waitSignal(studio.controller.troubled):
        studio.window.dropped.emit([path])
    assert "no sound" in studio.window.strip.sentence.text()
    assert Label(0.1, 0.2, "a") not in studio.controller.labelling.now.dropped


def test_a_labeller_offers_labels_to_be_saved_and_no_sound(labeller, monkeypatch):
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *said: asked.append(said[1]) or ("", ""))
    panel = labeller.page.audio
    assert not panel.save.isVisible() and not labeller.window.menus.actions["file.save-sound"].isEnabled()
    panel.save_labels.click()
    assert asked == ["Save labels"]
