"""Dropping other models: what is asked, what is heard, what stays when it goes wrong."""

import pytest
from desk import until
from PySide6.QtWidgets import QComboBox, QLineEdit

pytestmark = [pytest.mark.gui, pytest.mark.audio, pytest.mark.slow]
QUIET = 10 ** (-12 / 20)
SINE = 0.5


@pytest.fixture(scope="module", autouse=True)
def steady(desk, write, sine):
    """The sine is heard through the clipper, which lets it through; over and over."""
    desk.drop(write("sine.wav", sine(20)))
    desk.wait_sound("sine.wav")
    desk.click(desk.page.audio.transport.loop)
    desk.play()
    desk.wait_level(SINE * 0.99, SINE * 1.01)


def test_without_consent_the_old_model_keeps_playing(desk, dropped):
    desk.drop(dropped / "halved.py")
    desk.answer(desk.wait_dialog("halved.py can run code"), yes=False)
    assert desk.model == "clipper.py" and not desk.problem
    desk.wait_level(SINE * 0.99, SINE * 1.01)


def test_with_consent_it_opens_and_begins_quietly(desk, dropped):
    desk.open(dropped / "halved.py")
    desk.wait_level(SINE * 0.5 * QUIET * 0.97, SINE * 0.5 * QUIET * 1.03)
    assert desk.page.audio.transport.gain_text.text() == "-12 dB"
    assert desk.page.header.name.text() == "Halved"
    assert "44.1" in desk.page.header.sentence.text() or desk.project.card.sample_rate == 44100


def test_a_model_that_was_heard_before_is_as_loud_as_it_is(desk, dropped):
    desk.drop(dropped.parent / dropped.name / "level.py")
    desk.answer(desk.wait_dialog("level.py"))
    desk.wait_model("level.py")
    desk.wait_level(SINE * 0.5 * QUIET * 0.97, SINE * 0.5 * QUIET * 1.03)
    desk.drop(dropped / "halved.py")
    desk.wait_model("halved.py")
    desk.wait_level(SINE * 0.5 * 0.97, SINE * 0.5 * 1.03)


def test_a_class_is_picked_where_there_are_several(desk, dropped):
    desk.drop(dropped / "several.py")
    desk.answer(desk.wait_dialog("several.py"))
    dialog = desk.wait_dialog("several")
    box = dialog.findChild(QComboBox)
    box.setCurrentText("Eighth")
    desk.answer(dialog)
    desk.wait_model("several.py")
    desk.wait_level(SINE / 8 * QUIET * 0.97, SINE / 8 * QUIET * 1.03)
    assert desk.project.model.class_name == "Eighth"


def test_constructor_arguments_are_asked_for(desk, dropped):
    desk.drop(dropped / "arguments.py")
    desk.answer(desk.wait_dialog("arguments.py"))
    dialog = desk.wait_dialog("factor")
    next(each for each in dialog.findChildren(QLineEdit) if each.accessibleName() == "Argument factor").setText("0.2")
    desk.answer(dialog)
    desk.wait_model("arguments.py")
    desk.wait_level(SINE * 0.2 * QUIET * 0.97, SINE * 0.2 * QUIET * 1.03)


@pytest.mark.parametrize("name, asked, factor", [("scaled.pt", "scaled.py", 0.3), ("tenth.ts", "", 0.1)])
def test_other_kinds_of_files_open_too(desk, dropped, name, asked, factor):
    desk.drop(dropped / name)
    if asked:  # TorchScript that only calculates opens inside the lock without a question
        desk.answer(desk.wait_dialog(asked))
    desk.wait_model(name)
    desk.wait_level(SINE * factor * QUIET * 0.97, SINE * factor * QUIET * 1.03)


def test_a_broken_one_leaves_the_last_good_one(desk, dropped):
    desk.drop(dropped / "broken.py")
    desk.answer(desk.wait_dialog("broken.py"))
    desk.wait_problem("the cable is not plugged in")
    assert desk.model == "tenth.ts" and desk.page.header.name.text() != "Broken"
    desk.wait_level(SINE * 0.1 * QUIET * 0.97, SINE * 0.1 * QUIET * 1.03)


def test_undo_goes_back_to_the_model_before(desk):
    desk.do("edit.undo")
    desk.wait_model("scaled.pt")
    desk.wait_level(SINE * 0.3 * 0.97, SINE * 0.3 * 1.03)


def test_a_file_that_changes_on_disk_offers_to_be_read_again(desk, dropped, home):
    path = home / "mine.py"
    path.write_text((dropped / "halved.py").read_text().replace("0.5", "0.6"))
    desk.open(path)
    until(lambda: not desk.page.header.changed.isVisible())
    path.write_text(path.read_text().replace("0.6", "0.75"))
    until(desk.page.header.changed.isVisible, what="the changed state")
    desk.click(desk.page.header.reload)
    desk.answer(desk.wait_dialog("mine.py"))
    until(lambda: not desk.page.header.changed.isVisible(), what="the model to be read again")
    desk.wait_level(SINE * 0.75 * QUIET * 0.97, SINE * 0.75 * QUIET * 1.03)
