"""Levels around the model: shown, moved, undone, told to the engine."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from studio.document.call import Call, Output
from studio.document.mixer import Mixer, StemLevel
from studio.document.project import load_project, save_project


@pytest.fixture
def mixer(opened):
    opened.page.mixer.section.show_open(True)
    return opened.page.mixer


@pytest.fixture
def stems(opened, mixer):
    """The model has become one with three outputs."""
    outputs = tuple(Output(name=name) for name in ("drums", "bass", "other"))
    model = opened.controller.opening.now.model_copy(update={"call": Call(outputs=outputs)})
    opened.controller.models.keep(model, opened.project)
    return mixer


def levels(studio):
    return [level for _, level in sorted(studio.engine.told("set_stem")[-16:])]


def wheel(widget, turned, keys=Qt.KeyboardModifier.NoModifier):
    widget.setFocus()
    place = QPointF(5, 5)
    event = QWheelEvent(
        place, place, QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(widget, event)


def test_the_engine_is_told_and_one_gesture_is_one_step(opened, mixer):
    slider = mixer.input.slider
    slider.setSliderDown(True)
    for value in (10, 20, 60):
        slider.setValue(value)
    slider.setSliderDown(False)
    slider.sliderReleased.emit()
    assert opened.project.mixer.input_db == 6.0 and opened.engine.told("set_input_gain")[-1] == (6.0,)
    opened.controller.editing.undo()
    assert opened.project.mixer == Mixer() and mixer.input.said.text() == "0 dB"
    assert opened.engine.told("set_input_gain")[-1] == (0.0,)


def test_the_lowest_input_is_silence(opened, mixer):
    mixer.input.slider.setValue(mixer.input.slider.minimum())
    assert opened.engine.told("set_input_gain")[-1] == (-90.0,) and mixer.input.said.text() == "off"


@pytest.mark.parametrize("key, share", [(Qt.Key.Key_Left, 0.99), (Qt.Key.Key_PageDown, 0.94)])
def test_keys_move_dry_wet_and_delete_brings_it_back(opened, mixer, qtbot, key, share):
    qtbot.keyClick(mixer.wet.slider, key)
    assert opened.engine.told("set_wet")[-1] == (pytest.approx(share),)
    qtbot.keyClick(mixer.wet.slider, Qt.Key.Key_Delete)
    assert opened.project.mixer.wet == 1.0


def test_the_wheel_moves_and_a_double_click_goes_back(opened, mixer, qtbot):
    wheel(mixer.input.slider, 120)
    wheel(mixer.input.slider, 120, Qt.KeyboardModifier.ShiftModifier)
    assert opened.project.mixer.input_db == pytest.approx(1.1)
    qtbot.mouseDClick(mixer.input.slider, Qt.MouseButton.LeftButton)
    assert opened.project.mixer.input_db == 0.0


def test_the_limiter_is_off_until_it_is_wanted(opened, mixer, qtbot):
    assert not mixer.ceiling.isEnabled() and opened.engine.told("limit") == []
    mixer.limiter.click()
    assert opened.engine.told("limit")[-1] == (-1.0,) and mixer.ceiling.isEnabled()
    mixer.ceiling.slider.setValue(-30)
    assert opened.engine.told("limit")[-1] == (-3.0,)
    opened.window.menus.actions["mixer.limiter"].trigger()
    assert opened.engine.told("limit")[-1] == (None,)


def test_gain_reduction_is_shown(opened, mixer, qtbot):
    opened.engine.now.reduction_db = -4.24
    qtbot.waitUntil(lambda: "4.2 dB" in mixer.reduction.accessibleDescription())


def test_stems_stand_only_where_there_are_any(opened, mixer):
    assert mixer.strips == {} and not mixer._stems.isVisible()


def test_stems_are_muted_soloed_and_turned_down(opened, stems):
    stems.strips["bass"].mute.click()
    assert levels(opened)[:4] == [0.0, -90.0, 0.0, 0.0]
    stems.strips["other"].solo.click()
    stems.strips["other"].level.slider.setValue(-60)
    assert levels(opened)[:4] == [-90.0, -90.0, -6.0, 0.0]
    assert stems.section.about.text() == "only other · without bass"
    opened.window.menus.actions["mixer.reset"].trigger()
    assert levels(opened) == [0.0] * 16 and not stems.strips["bass"].mute.isChecked()


def test_a_model_with_one_output_hears_nothing_of_old_stems(opened, stems):
    stems.strips["drums"].mute.click()
    one = opened.controller.opening.now.model_copy(update={"call": Call()})
    opened.controller.models.keep(one, opened.project)
    assert levels(opened) == [0.0] * 16 and stems.strips == {}


def test_the_mixer_is_saved(opened, mixer, tmp_path):
    mixer.limiter.click()
    opened.controller.mixing.set_stem("bass", -4.0)
    save_project(opened.project, tmp_path / "mine.studio")
    again = load_project(tmp_path / "mine.studio").mixer
    assert again == Mixer(ceiling_db=-1.0, stems={"bass": StemLevel(level_db=-4.0)})
