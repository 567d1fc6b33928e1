"""Playing a list of sounds through, jumping in it, and scrubbing: what the card hears of it."""

from itertools import pairwise

import cards
import numpy as np
import pytest
from desk import RATE, until
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

pytestmark = [pytest.mark.gui, pytest.mark.audio]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def halves(desk, write, sine):
    """One steady sine, cut in three files in the middle of a wave, played dry."""
    whole, cuts = sine(9.0), (0, round(3.1 * RATE), round(6.3 * RATE), 9 * RATE)
    pieces = [write(f"part {n}.wav", whole[:, a:b]) for n, (a, b) in enumerate(pairwise(cuts))]
    desk.play(False)
    desk.drop(*pieces)
    desk.wait_sound("part 0.wav")
    if not desk.controller.playing.bypassed:
        desk.click(desk.page.audio.transport.bypass)
    if not desk.project.in_a_row:
        desk.click(desk.page.audio.row)
    until(lambda: len(desk.controller.in_a_row.row.sounds) == 3, what="the row")
    return desk


def crossing(desk, name):
    """What is heard while the play head goes into the next sound; nothing where the machine lost blocks meanwhile."""
    desk.do("play.stop")
    desk.page.audio.sought.emit(round(2.6 * RATE))
    desk.play()
    lost = int(desk.card.evidence["lost_blocks"])
    desk.wait_level(0.45, 0.55)
    first = int(desk.card.evidence["recn"])
    desk.wait_sound(name)
    desk.listen(0.1)
    heard = desk.card.evidence["played"][first : int(desk.card.evidence["recn"])].copy()
    return [heard] if desk.card.evidence["lost_blocks"] == lost else []


def test_the_next_sound_begins_with_the_very_next_sample(halves):
    [heard] = until(lambda: crossing(halves, "part 1.wav"), 60, "a crossing while the machine does not stand still")
    assert len(heard) > 0.1 * RATE and cards.steadiness(heard) < -50
    assert halves.page.audio.sounds.currentText() == "part 1.wav"
    assert halves.page.audio._frames == round(6.3 * RATE) - round(3.1 * RATE)


def test_a_click_in_the_list_is_heard_at_once_while_it_plays_on(halves):
    halves.play()
    halves.controller.choose_sound(2)
    until(lambda: halves.sound == "part 2.wav" and halves.status.position > round(6.3 * RATE), what="the third")
    assert halves.status.playing
    halves.wait_level(0.45, 0.55)


def test_a_hand_on_the_ruler_is_heard_though_nothing_plays(halves):
    halves.play(False)
    halves.wait_level(0.0, 0.001)
    ruler = halves.page.audio.ruler
    QTest.mousePress(ruler, LEFT, NONE, QPoint(50, 8))
    for x in range(50, 250, 4):
        QTest.mouseMove(ruler, QPoint(x, 8))
        QTest.qWait(20)
    loudest = float(np.abs(halves.listen(0.1)).max())
    QTest.mouseRelease(ruler, LEFT, NONE, QPoint(246, 8))
    assert 0.2 < loudest <= 0.6
    halves.wait_level(0.0, 0.001)
    assert halves.page.audio._playhead == pytest.approx(246 / ruler.width() * halves.page.audio._frames, rel=0.05)


@pytest.mark.slow
def test_test_sounds_and_the_row_come_back_with_the_project(halves, home):
    halves.controller.sounds.add_tone("sine", 997.0)
    halves.wait_sound("tone:sine:997")
    halves.controller.projects.save(home / "list.studio")
    until(lambda: not halves.window.isWindowModified(), what="the project to be saved")
    halves.do("sounds.in-a-row")
    halves.do("sounds.remove")
    halves.drop(home / "list.studio")
    asked = halves.wait_dialog("changes that are not saved")
    halves.click(next(each for each in asked.findChildren(QPushButton) if "without" in each.text().lower()))
    until(lambda: len(halves.project.audio) == 4 and halves.project.in_a_row, what="the project")
    until(lambda: halves.sound == "tone:sine:997", what="the tone")
    assert halves.page.audio.sounds.currentText() == "Sine 997 Hz" and not halves.problem
