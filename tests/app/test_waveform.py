"""A waveform under the mouse, and what it costs to paint."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from studio.app.widgets.waveform import Waveform
from studio.audio.peaks import peaks_of

FRAMES = 48000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def wave(qtbot, theme):
    wave = Waveform(theme, "wave_dry", "Dry")
    qtbot.addWidget(wave)
    wave.resize(480, 120)
    sound = np.zeros((2, FRAMES), np.float32)
    sound[:, FRAMES // 2 :] = 0.9 * np.sin(np.arange(FRAMES // 2) * 0.3)
    wave.show_peaks(peaks_of(sound))
    wave.show_view(0, FRAMES)
    wave.show()
    return wave


def test_a_click_seeks(wave, qtbot):
    with qtbot.waitSignal(wave.sought) as found:
        qtbot.mouseClick(wave, LEFT, pos=QPoint(240, 60))
    assert found.args[0] == pytest.approx(FRAMES / 2, abs=100)


def test_a_drag_selects_a_loop_and_does_not_seek(wave, qtbot):
    with qtbot.assertNotEmitted(wave.sought), qtbot.waitSignal(wave.selected) as found:
        QTest.mousePress(wave, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(360, 60))
        QTest.mouseMove(wave, QPoint(120, 60))
        QTest.mouseRelease(wave, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(120, 60))
    assert found.args == [pytest.approx(FRAMES / 4, abs=100), pytest.approx(FRAMES * 3 / 4, abs=100)]


def ink(image, x, token, wave):
    return sum(image.pixelColor(x, y) == QColor(wave._theme.tokens[token]) for y in range(image.height()))


def test_the_wave_is_where_the_sound_is(wave):
    image = wave.grab().toImage()
    assert ink(image, 60, "wave_dry", wave) <= 3
    assert ink(image, 400, "wave_dry", wave) == pytest.approx(0.9 * 112, abs=6)


def test_a_moved_playhead_leaves_nothing_behind(wave, qtbot):
    before = wave.grab().toImage()
    wave.show_playhead(FRAMES // 4)
    wave.show_playhead(0)
    assert wave.grab().toImage() == before


def test_an_hour_is_painted_within_a_frame(wave):
    hour = np.random.default_rng(1).uniform(-1, 1, (2, 3600 * 800)).astype("f4")
    wave.show_peaks(peaks_of(hour))
    wave.resize(1600, 400)
    wave.show_view(0, hour.shape[1])
    wave._painted()
    spent = time.process_time()
    wave._painted()
    assert time.process_time() - spent < 0.033


@pytest.mark.parametrize("start, end", [(0, 40), (100.5, 140.25), (47990, 48000), (0, 96000)])
def test_any_view_can_be_painted(wave, start, end):
    wave.show_view(start, end)
    assert not wave.grab().isNull()
