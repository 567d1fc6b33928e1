"""A knob under mouse, wheel and keys."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox

from studio.app.pages.knobs_panel import KnobView
from studio.app.widgets.knob import Knob
from studio.document.parameter import Parameter

GAIN = Parameter("gain", "How loud", default=0.0, min=-12.0, max=12.0, unit="dB")


@pytest.fixture
def knob(qtbot, theme):
    knob = Knob(theme, GAIN)
    qtbot.addWidget(knob)
    knob.resize(56, 56)
    knob.show()
    return knob


def drag(knob, up, keys=Qt.KeyboardModifier.NoModifier):
    centre = knob.rect().center()
    QTest.mousePress(knob, Qt.MouseButton.LeftButton, keys, centre)
    for step in range(1, up + 1):
        QTest.mouseMove(knob, centre - QPoint(0, step))
    QTest.mouseRelease(knob, Qt.MouseButton.LeftButton, keys, centre - QPoint(0, up))


def test_a_drag_of_twenty_pixels_is_a_tenth_of_the_range(knob, qtbot):
    with qtbot.waitSignals([knob.moved, knob.let_go]):
        drag(knob, 20)
    assert knob.position == pytest.approx(0.6, abs=0.006)
    assert "2.4 dB" in knob.toolTip()


@pytest.mark.parametrize(
    "key, position",
    [
        (Qt.Key.Key_Up, 0.51),
        (Qt.Key.Key_Down, 0.49),
        (Qt.Key.Key_End, 1),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_PageUp, 0.6),
    ],
)
def test_keys_turn_it(knob, qtbot, key, position):
    qtbot.keyClick(knob, key)
    assert knob.position == pytest.approx(position, abs=1e-4)


def test_shift_is_ten_times_finer(knob, qtbot):
    qtbot.keyClick(knob, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert knob.position == pytest.approx(0.501, abs=1e-4)


@pytest.mark.parametrize(
    "reset",
    [
        lambda bot, knob: bot.mouseDClick(knob, Qt.MouseButton.LeftButton),
        lambda bot, knob: bot.keyClick(knob, Qt.Key.Key_Delete),
    ],
)
def test_double_click_and_delete_go_back_to_the_default(knob, qtbot, reset):
    knob.set_position(0.9)
    reset(qtbot, knob)
    assert knob.position == 0.5


def wheel(knob, turned):
    at = QPointF(knob.rect().center())
    where = knob.mapToGlobal(at)
    event = QWheelEvent(
        at,
        where,
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(knob, event)


def test_the_wheel_turns_it_only_where_it_has_the_focus(knob, qtbot):
    knob.clearFocus()
    wheel(knob, 120)
    assert knob.position == 0.5
    knob.setFocus()
    qtbot.waitUntil(knob.hasFocus)
    wheel(knob, 120)
    assert knob.position == pytest.approx(0.51)


def test_a_position_from_elsewhere_is_shown_without_a_signal(knob, qtbot):
    with qtbot.assertNotEmitted(knob.moved):
        knob.set_position(0.75)
    assert knob.accessibleDescription() == "6 dB"


def test_a_screen_reader_finds_a_dial_with_its_value(knob):
    found = QAccessible.queryAccessibleInterface(knob)
    assert found.role() == QAccessible.Role.Dial
    assert found.text(QAccessible.Text.Name) == "gain"
    assert found.text(QAccessible.Text.Description) == "0 dB"


def test_it_paints_the_same_twice_and_another_where_turned(knob):
    before = knob.grab().toImage()
    assert knob.grab().toImage() == before
    knob.set_position(0.8)
    image = QImage(56, 56, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        knob.draw(painter)
    assert knob.grab().toImage() != before


@pytest.mark.parametrize("text, value", [("6", "6 dB"), ("-3 dB", "-3 dB"), ("1,5", "1.5 dB")])
def test_a_value_can_be_typed(qtbot, theme, text, value):
    view = KnobView(theme, GAIN)
    qtbot.addWidget(view)
    view.value.setText(text)
    with qtbot.waitSignal(view.moved):
        view.value.editingFinished.emit()
    assert view.value.text() == value


@pytest.mark.parametrize("text", ["40", "loud", ""])
def test_a_value_that_cannot_be_says_why_and_turns_nothing(qtbot, theme, text):
    view = KnobView(theme, GAIN)
    qtbot.addWidget(view)
    view.value.setText(text)
    with qtbot.assertNotEmitted(view.moved):
        view.value.editingFinished.emit()
    assert "gain" in view.value.toolTip() and view.value.property("wrong")


def test_a_choice_is_a_list_and_a_toggle_a_switch(qtbot, theme):
    choice = KnobView(theme, Parameter("mode", kind="choice", choices=("a", "b", "c"), default="b"))
    toggle = KnobView(theme, Parameter("on", kind="toggle", default=True))
    for view in (choice, toggle):
        qtbot.addWidget(view)
    assert choice.findChild(QComboBox).currentText() == "b"
    assert toggle.findChild(QCheckBox).isChecked()
