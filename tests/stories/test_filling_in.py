"""The card and the knobs are filled in, with the hosts' limits beside the fields, and everything can be undone."""

import pytest
from desk import type_into, until
from PySide6.QtTest import QTest

pytestmark = [pytest.mark.gui, pytest.mark.audio, pytest.mark.slow]
SINE = 0.5


@pytest.fixture(scope="module", autouse=True)
def playing(desk, dropped, write, sine):
    desk.drop(write("sine.wav", sine(20)))
    desk.wait_sound("sine.wav")
    desk.open(dropped / "level.py")
    desk.raise_level()
    desk.click(desk.page.audio.transport.loop)
    desk.play()
    desk.wait_level(SINE * 0.49, SINE * 0.51)


def test_the_limit_is_beside_the_field_at_every_letter(desk):
    field = desk.page.card.fields["short_description"]
    desk.page.go_to("short_description")
    field.input.selectAll()
    seen = []
    for letter in "Turns it down.":
        QTest.keyClicks(field.input, letter)
        seen.append(field.counter.text())
    assert seen[0] == "1 / 60 Audacity" and seen[-1] == "14 / 60 Audacity"
    field.input.setPlainText("x" * 61)
    assert field.trouble.isVisible() and "60" in field.trouble.text()
    assert not desk.page.export.lines["audacity"].state.isVisible()
    field.input.setPlainText("Turns it down.")
    assert not field.trouble.isVisible()


def test_a_wider_range_is_captured_again_and_sounds_right(desk):
    parameter = desk.project.card.parameters[0]
    assert (parameter.name, parameter.drives) == ("level", "argument:level")
    desk.edit_knob("min", 0)
    desk.edit_knob("max", 0.25)
    desk.turn("level", 0.25)
    desk.wait_level(SINE * 0.245, SINE * 0.255)
    desk.edit_knob("max", 2)
    desk.turn("level", 1.5)
    desk.wait_level(SINE * 1.49, SINE * 1.51)
    assert desk.project.card.parameters[0].max == 2


def test_a_knob_gets_name_unit_and_description(desk):
    desk.edit_knob("name", "Loudness")
    desk.edit_knob("description", "How much of it")
    desk.edit_knob("unit", "x")
    until(lambda: "Loudness" in desk.page.knobs.views)
    until(lambda: desk.controller.opening.is_current(desk.project), what="the new capture")
    desk.turn("Loudness", 0.5)
    desk.wait_level(SINE * 0.49, SINE * 0.51)


def test_a_value_that_makes_no_sense_is_refused_beside_it(desk):
    before = desk.project
    desk.edit_knob("min", 5)
    assert desk.page.editor.trouble.isVisible() and desk.page.editor.trouble.text()
    assert desk.project == before
    type_into(desk.page.editor.lines["min"], "0")


def test_all_of_it_is_undone_and_redone(desk):
    undo, redo = desk.window.menus.actions["edit.undo"], desk.window.menus.actions["edit.redo"]
    last, steps = desk.project, 0
    while undo.isEnabled():
        undo.trigger()
        steps += 1
    assert steps > 6 and desk.project.model.path.endswith("clipper.py")
    desk.wait_model("clipper.py")
    desk.wait_sound("eight-bars.flac")
    while redo.isEnabled():
        redo.trigger()
    assert desk.project == last
    desk.wait_model("level.py")
    desk.wait_sound("sine.wav")
    until(lambda: desk.controller.opening.is_current(desk.project), what="the model as it was")
    desk.play()
    desk.wait_level(SINE * 0.49, SINE * 0.51)
