"""A project is saved, the app quits, and all is as it was."""

import pytest
from desk import until

pytestmark = [pytest.mark.gui, pytest.mark.audio]
SINE = 0.5


@pytest.fixture(scope="module")
def saved(sit_down, home, dropped, write, sine):
    """A project as somebody left it; its window is closed."""
    model = home / "level.py"
    model.write_text((dropped / "level.py").read_text())
    with sit_down() as desk:
        desk.wait_model("clipper.py")
        desk.wait_sound("eight-bars.flac")
        desk.drop(write("one.wav", sine(8)), write("two.wav", sine(9)))
        desk.wait_sound("one.wav")
        desk.open(model)
        desk.play()
        desk.wait_level(0.01, 1.0)
        desk.page.audio.sounds.activated.emit(1)
        desk.wait_sound("two.wav")
        desk.edit_knob("max", 4)
        desk.turn("level", 1.25)
        desk.page.card.fields["authors"].input.setFocus()
        desk.page.card.fields["name"].input.textEdited.emit("Mine")
        desk.click(desk.page.export.lines["audacity"].box)
        until(lambda: desk.controller.opening.is_current(desk.project), what="the new range")
        desk.choose(home / "mine.studio", desk.window.menus.actions["file.save"].trigger)
        until(lambda: not desk.window.isWindowModified(), what="the project to be saved")
        assert desk.window.close() or not desk.window.isVisible()
        return desk.project


def test_all_is_as_it_was(saved, sit_down, home):
    with sit_down(home / "mine.studio") as desk:
        desk.wait_model("level.py")
        desk.wait_sound("two.wav")
        assert desk.project == saved and desk.dialog_open is None
        assert desk.project.card.name == "Mine" and desk.project.hosts == ("neutone",)
        assert [desk.page.audio.sounds.itemText(index) for index in range(2)] == ["one.wav", "two.wav"]
        assert desk.page.knobs.views["level"].value.text() == "1.25"
        assert not desk.window.isWindowModified() and "mine.studio" in desk.window.windowTitle()
        desk.play()
        desk.wait_level(SINE * 1.24, SINE * 1.26)
        assert desk.status.gain_db == 0.0  # it was heard the day before


def test_a_folder_of_files_can_move_and_a_lost_one_be_found(saved, sit_down, home, tmp_path):
    moved = tmp_path / "level.py"
    (home / "level.py").rename(moved)
    (home / "two.wav").rename(home / "deux.wav")
    with sit_down(home / "mine.studio") as desk:
        desk.wait_problem("level.py does not exist")
        desk.choose(moved, lambda: desk.click(desk.way_out("Locate…")))
        desk.wait_model("level.py")
        desk.wait_problem("two.wav does not exist")
        desk.choose(home / "deux.wav", lambda: desk.click(desk.way_out("Locate…")))
        desk.wait_sound("deux.wav")
        assert desk.project.card.name == "Mine" and desk.project.audio[1].endswith("deux.wav")
