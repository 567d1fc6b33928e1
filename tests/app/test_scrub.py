"""A hand on the play head, and on the ends of the selection."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.app.widgets.ruler import step_seconds, time_text
from studio.app.widgets.selection_field import SelectionField

LEFT, ALT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


def at(widget, opened, frame):
    return QPoint(round(frame / opened.controller.listening.now.frames * widget.width()), 8)


def drag(widget, start, *ways, keys=NONE):
    QTest.mousePress(widget, LEFT, keys, start)
    for way in ways:
        QTest.mouseMove(widget, way)
    QTest.mouseRelease(widget, LEFT, keys, ways[-1])


@pytest.mark.parametrize("name, keys", [("ruler", NONE), ("dry", ALT), ("wet", ALT)])
def test_dragging_scrubs_and_letting_go_ends_it(opened, qtbot, name, keys):
    qtbot.waitUntil(lambda: opened.page.audio.wet._peaks is not None, timeout=5000)
    widget = getattr(opened.page.audio, name)
    drag(widget, at(widget, opened, 6000), at(widget, opened, 9000), at(widget, opened, 12000), keys=keys)
    told = [each for each in opened.engine.said if each[0].startswith("scrub")]
    assert told[0][1] == pytest.approx(6000, abs=60) and told[-2][1] == pytest.approx(12000, abs=60)
    assert told[-1] == ("scrub_end",) and opened.engine.told("seek") == []


def test_the_engine_is_told_no_oftener_than_it_can_follow(opened, qtbot):
    opened.controller.scrubbing.move(1)
    for frame in range(2, 50):
        opened.controller.scrubbing.move(frame)
    assert opened.engine.told("scrub") == [(1,)]
    qtbot.waitUntil(lambda: len(opened.engine.told("scrub")) > 1)
    assert opened.engine.told("scrub")[-1] == (49,)


def test_the_play_head_follows_the_hand_and_not_the_engine(opened, qtbot):
    ruler = opened.page.audio.ruler
    QTest.mousePress(ruler, LEFT, NONE, at(ruler, opened, 12000))
    opened.page.audio.show_position(77)
    assert opened.page.audio._playhead == pytest.approx(12000, abs=60)
    QTest.mouseRelease(ruler, LEFT, NONE, at(ruler, opened, 12000))
    opened.page.audio.show_position(77)
    assert opened.page.audio._playhead == 77


def test_an_end_of_the_selection_can_be_moved(opened, qtbot):
    opened.page.audio.selected.emit(6000, 12000)
    wave = opened.page.audio.dry
    drag(wave, at(wave, opened, 12000), at(wave, opened, 18000))
    assert opened.engine.told("loop")[-1] == (6000, pytest.approx(18000, abs=60))
    drag(wave, at(wave, opened, 6000), at(wave, opened, 20000))
    assert opened.controller.playing.selection == (pytest.approx(18000, abs=60), pytest.approx(20000, abs=60))


def test_a_double_click_shows_the_selection_and_one_beside_it_takes_it_back(opened, qtbot):
    opened.page.audio.selected.emit(6000, 12000)
    wave = opened.page.audio.dry
    QTest.mouseDClick(wave, LEFT, NONE, at(wave, opened, 9000))
    start, end = opened.page.audio._view
    assert 5000 < start < 6000 and 12000 < end < 13000
    opened.page.audio.show_all()
    QTest.mouseDClick(wave, LEFT, NONE, at(wave, opened, 20000))
    assert opened.controller.playing.selection == (0, 0)


@pytest.mark.parametrize(
    "text, seconds",
    [("1 - 2.5", (1, 2.5)), ("2,5–1", (1, 2.5)), ("0:01 0:02.5 s", (1, 2.5)), ("", (0, 0)), ("x", None)],
)
def test_a_selection_can_be_typed(qtbot, text, seconds):
    field, typed = SelectionField(), []
    qtbot.addWidget(field)
    field.show_selection(3.0, 4.0)
    field.typed.connect(lambda *ends: typed.append(ends))
    field.setText(text)
    field.editingFinished.emit()
    assert typed == ([seconds] if seconds else []) and bool(field.property("wrong")) == (seconds is None)


@pytest.mark.parametrize("key, sign", [(Qt.Key.Key_Comma, -1), (Qt.Key.Key_Period, 1)])
def test_keys_nudge_the_play_head(opened, qtbot, key, sign):
    opened.engine.now.position = 12000
    qtbot.waitUntil(lambda: opened.page.audio._playhead == 12000)
    opened.window.activateWindow()
    opened.window.setFocus()
    qtbot.keyClick(opened.window, key)
    assert opened.engine.told("seek")[-1] == (12000 + sign * 480,)


@pytest.mark.parametrize(
    "least, step, text", [(0.0003, 0.0005, "0:12.3455"), (0.2, 0.2, "0:12.3"), (4, 5, "0:12"), (40, 60, "0:12")]
)
def test_times_stand_at_round_steps(least, step, text):
    assert step_seconds(least) == pytest.approx(step)
    assert time_text(12.3455, step_seconds(least)) == text
