"""What each knob is, edited in a table and a form."""

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from studio.app.pages.knob_table import KnobTable
from studio.document.call import Argument, Call
from studio.document.parameter import Parameter


def type_into(editor, key, text):
    line = editor.lines[key]
    line.setText(text)
    line.setModified(True)
    line.editingFinished.emit()


def test_the_table_keeps_the_promises_of_a_model(qapp):
    table = KnobTable()
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for count in (3, 1, 0, 2):
        table.show_rows(tuple(Parameter(f"p{index}") for index in range(count)))
        assert table.rowCount() == count
    assert tester.model() is table


@pytest.mark.parametrize(
    "key, text, value",
    [
        ("name", "dirt", "dirt"),
        ("description", "How much", "How much"),
        ("max", "12", 12.0),
        ("unit", "%", "%"),
        ("default", "3,5", 3.5),
        ("smoothing_ms", "20", 20.0),
        ("smoothing_ms", "2,5 ms", 2.5),
    ],
)
def test_what_is_typed_goes_into_the_document_and_the_knob(opened, key, text, value):
    type_into(opened.page.editor, key, text)
    assert getattr(opened.project.card.parameters[0], key) == value
    assert next(iter(opened.page.knobs.views.values())).parameter == opened.project.card.parameters[0]


@pytest.mark.parametrize(
    "key, text, why",
    [
        ("min", "x", "a number"),
        ("max", "-1", "below max"),
        ("default", "99", "outside"),
        ("smoothing_ms", "-1", "greater than or equal to 0"),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(opened, key, text, why):
    before = opened.project
    type_into(opened.page.editor, key, text)
    assert why in opened.page.editor.trouble.text() and opened.project is before


def test_targets_are_arguments_and_elements_of_vectors(opened):
    call = Call(arguments=(Argument(name="drive"), Argument(name="z", shape=(2,)), Argument(name="h", role="state")))
    opened.page.editor.show_knobs(opened.project.card.parameters, call)
    box = opened.page.editor.drives
    assert [box.itemText(index) for index in range(box.count())] == [
        "",
        "argument:drive",
        "element:z[0]",
        "element:z[1]",
    ]


def test_the_names_of_a_wrapper_belong_to_its_code(opened):
    editor = opened.page.editor
    editor.show_knobs(opened.project.card.parameters, Call(wrapper=True))
    assert not editor.lines["name"].isEnabled() and editor.lines["max"].isEnabled()
    assert "own code" in editor.note.text()


def test_knobs_are_added_moved_and_removed_and_that_is_undone(opened):
    editor = opened.page.editor
    editor._add.click()
    editor._up.click()
    assert [each.name for each in opened.project.card.parameters] == ["drive", "knob 1", "shape"]
    editor._up.click()
    editor._remove.click()
    assert [each.name for each in opened.project.card.parameters] == ["drive", "shape"]
    for _ in range(4):
        opened.controller.editing.undo()
    assert not opened.controller.editing.history.undo_text.startswith(("Add", "Move", "Remove"))


def choose(editor, kind):
    editor.kind.setCurrentText(kind)
    editor.kind.textActivated.emit(kind)


def shown(editor):
    return {key for key in ("min", "max", "unit", "choices", "max_length", "smoothing_ms") if not hidden(editor, key)}


def hidden(editor, key):
    return not editor._form._rows.isRowVisible(editor.lines[key])


@pytest.mark.parametrize(
    "kind, fields",
    [
        ("continuous", {"min", "max", "unit", "smoothing_ms"}),
        ("choice", {"choices"}),
        ("toggle", set()),
        ("text", {"max_length"}),
        ("tokens", {"max_length"}),
    ],
)
def test_each_kind_shows_the_fields_it_has(opened, kind, fields):
    choose(opened.page.editor, kind)
    assert opened.project.card.parameters[0].kind == kind and shown(opened.page.editor) == fields


def test_a_text_has_a_longest_length_and_is_no_knob_to_turn(opened):
    editor = opened.page.editor
    choose(editor, "text")
    type_into(editor, "max_length", "5")
    type_into(editor, "default", "12.50")
    assert opened.project.card.parameters[0].default == "12.50" and "drive" not in opened.page.knobs.views
    type_into(editor, "default", "too long")
    assert "5 characters at most" in editor.trouble.text() and opened.project.card.parameters[0].default == "12.50"
    type_into(editor, "max_length", "")
    assert opened.project.card.parameters[0].max_length is None


def test_a_smoothed_knob_is_captured_anew(opened, qtbot):
    before = len(opened.opened)
    type_into(opened.page.editor, "smoothing_ms", "20")
    qtbot.waitUntil(lambda: len(opened.opened) > before)
    assert opened.opened[-1].card.parameters[0].smoothing_ms == 20.0
