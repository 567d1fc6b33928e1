"""Everything can be undone, gesture by gesture."""

from pathlib import Path

import pytest

from studio.app.controller.editing import Editing
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.document.project import Project


@pytest.fixture
def editing(qapp):
    editing = Editing()
    editing.start(Project(card=ModelCard(parameters=(Parameter("gain"), Parameter("tone")))))
    return editing


def test_a_drag_is_one_step_and_the_next_drag_another(editing):
    for position in (0.1, 0.2, 0.3):
        editing.set_knob("gain", position)
    editing.close_merge()
    for position in (0.4, 0.5):
        editing.set_knob("gain", position)
    editing.undo()
    assert editing.project.knob("gain") == 0.3
    editing.undo()
    assert editing.project.knobs == {} and not editing.history.undo_text


def test_undo_and_redo_walk_through_every_kind_of_edit(editing):
    editing.set_card("name", "Tape")
    editing.set_parameter(0, "max", 4.0)
    editing.tick_host("audacity", False)
    editing.move_parameter(0, 1)
    editing.remove_parameter(0)
    editing.add_parameter()
    last = editing.project
    while editing.history.undo_text:
        editing.undo()
    assert editing.project.card.name == ""
    while editing.history.redo_text:
        editing.redo()
    assert editing.project == last


def test_a_value_that_makes_no_sense_is_refused_and_nothing_changes(editing, qtbot):
    before = editing.project
    with qtbot.waitSignal(editing.refused) as said:
        editing.set_parameter(0, "min", 3.0)
    assert "below max" in said.args[1] and editing.project is before


@pytest.mark.parametrize(
    "field, value, then",
    [
        ("kind", "choice", {"default": "off"}),
        ("kind", "toggle", {"default": False}),
        ("min", 0.5, {"default": 0.5}),
        ("curve", "logarithmic", {"min": 0.001, "default": 0.001}),
    ],
)
def test_an_edit_takes_along_what_would_contradict_it(editing, field, value, then):
    editing.set_parameter(0, field, value)
    parameter = editing.project.card.parameters[0]
    assert getattr(parameter, field) == value
    assert {key: getattr(parameter, key) for key in then} == then


def test_a_renamed_knob_stays_where_it_stood(editing):
    editing.set_knob("gain", 0.7)
    editing.set_parameter(0, "name", "volume")
    assert editing.project.knobs == {"volume": 0.7}


def test_new_knobs_never_share_a_name(editing):
    editing.add_parameter()
    editing.add_parameter()
    names = [each.name for each in editing.project.card.parameters]
    assert len(set(names)) == 4


def test_saving_is_remembered_through_undo(editing):
    editing.set_card("name", "A")
    editing.mark_saved(editing.project, Path("song.studio"), "digest")
    editing.set_card("version", "2")
    assert not editing.history.is_saved
    editing.undo()
    assert editing.history.is_saved
