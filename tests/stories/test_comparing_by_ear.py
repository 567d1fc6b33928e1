"""Snapshots, a second model, the mixer and recorded moves, as the loudspeaker has them."""

import numpy as np
import pytest
from desk import RATE, until
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.audio.files import read_audio
from studio.document.opened import ModelSource

pytestmark = [pytest.mark.gui, pytest.mark.audio, pytest.mark.slow]
SINE = 0.5


@pytest.fixture(scope="module", autouse=True)
def level(desk, dropped, write, sine):
    """The sine, over and over, through a model with one knob, its level."""
    desk.drop(write("sine.wav", sine(8)))
    desk.wait_sound("sine.wav")
    desk.open(dropped / "level.py")
    desk.controller.playing.set_gain(0.0)
    desk.click(desk.page.audio.transport.loop)
    desk.play()
    desk.wait_level(SINE * 0.49, SINE * 0.51)


def near(desk, level):
    return desk.wait_level(level * 0.98, level * 1.02)


def put(desk, position):
    """Turn the knob of the model to a place of its range 0…1."""
    knob = desk.page.knobs.views["level"].knob
    knob.setValue(round(position * 10_000))
    desk.page.knobs.let_go.emit()
    return knob.parameter.value_at(position)


@pytest.fixture
def two(desk):
    """Snapshot A is loud, B is quiet; what a level of each is."""
    loud = put(desk, 0.8)
    desk.do("snapshot.store-a")
    quiet = put(desk, 0.2)
    desk.do("snapshot.store-b")
    return loud, quiet


def test_a_snapshot_is_heard_when_its_key_is_pressed(desk, two):
    loud, quiet = two
    for key, level in ((Qt.Key.Key_1, loud), (Qt.Key.Key_2, quiet)):
        desk.window.activateWindow()
        until(desk.window.isActiveWindow, what="the window to be in front")
        desk.window.setFocus()
        QTest.keyClick(desk.window, key)
        near(desk, SINE * level)


def test_level_match_makes_them_and_bypass_equally_loud(desk, two):
    _, quiet = two
    desk.do("snapshot.match")
    match = desk.controller.matching
    until(lambda: match._said.gain_db is not None and not match._said.measuring, what=lambda: match._said)
    for act in ("snapshot.recall-a", "snapshot.recall-b", "play.bypass"):
        desk.do(act)
        near(desk, SINE * quiet)
        assert desk.page.audio.transport.gain_text.text() == "0 dB"
    desk.do("play.bypass")
    desk.do("snapshot.match")
    desk.do("snapshot.recall-a")
    near(desk, SINE * two[0])


def test_the_mixer_is_heard(desk, two):
    desk.do("snapshot.recall-b")
    mixer, quiet = desk.page.mixer, two[1]
    mixer.section.show_open(True)
    mixer.input.slider.setValue(-60)
    near(desk, SINE * quiet * 10 ** (-6 / 20))
    mixer.wet.slider.setValue(500)
    near(desk, SINE * (quiet + 1) / 2 * 10 ** (-6 / 20))
    desk.do("mixer.reset")
    near(desk, SINE * quiet)


def test_the_limiter_holds_the_ceiling(desk, two):
    desk.do("snapshot.recall-a")
    near(desk, SINE * two[0])
    desk.click(desk.page.mixer.limiter)
    desk.page.mixer.ceiling.slider.setValue(-180)
    near(desk, 10 ** (-18 / 20))
    until(lambda: desk.page.mixer.reduction.reduction_db < -3, what="gain reduction")
    desk.do("edit.undo")
    desk.do("edit.undo")
    near(desk, SINE * two[0])


def test_a_second_model_is_heard_and_the_first_again(desk, dropped, two):
    desk.controller.second.open(ModelSource(path=str(dropped / "halved.py")))
    desk.answer(desk.wait_dialog("halved.py can run code"))
    until(lambda: desk.controller.second.now is not None, what=lambda: desk.problem)
    until(lambda: desk.status.voice == 1, what="model B to be heard")
    near(desk, SINE * 0.5 * 10 ** (-12 / 20))  # nobody has heard it yet
    desk.do("second.hear")
    near(desk, SINE * two[1])
    desk.do("second.hear")
    near(desk, SINE * 0.5)
    assert desk.model == "level.py" and desk.project.model.path.endswith("level.py")


def test_swapped_the_second_is_the_projects_and_back(desk, two):
    desk.do("second.swap")
    until(lambda: desk.model == "halved.py" and desk.controller.second.now.source.path.endswith("level.py"))
    near(desk, SINE * 0.5)
    desk.do("second.hear")
    near(desk, SINE * two[1])
    desk.do("edit.undo")
    desk.wait_model("level.py")
    desk.do("second.close")
    near(desk, SINE * two[1])


def rewind(desk):
    desk.do("play.stop")
    until(lambda: not desk.controller.playing.playing and desk.status.position == 0, what="the start of the sound")


def test_moves_are_recorded_played_again_and_saved(desk, two, home):
    """Reference: the lane as it is in the document, against what the card got while it was played."""
    rewind(desk)
    desk.do("moves.record")
    desk.play()
    knobs = desk.page.knobs
    until(lambda: desk.status.position > 0.5 * RATE)
    knobs.gripped.emit("level")
    while (position := desk.status.position) < 2.5 * RATE:
        knobs.moved.emit("level", 0.2 + 0.3 * (position / RATE - 0.5))
        QTest.qWait(20)
    knobs.let_go.emit()
    desk.do("moves.record")
    rewind(desk)
    lane = desk.project.automation["level"]
    assert len(lane.points) < 60 and abs(lane.at(1.5) - 0.5) < 0.05
    played = []
    desk.play()
    parameter = knobs.views["level"].knob.parameter
    while desk.status.position < 3 * RATE:
        before = desk.status.position
        peak = float(np.abs(desk.listen(0.02)).max())
        played.append((peak, SINE * parameter.value_at(lane.at(before / RATE))))
    off = [abs(heard - wanted) for heard, wanted in played]
    assert np.median(off) < 0.03 and played[-1][0] > played[0][0] * 1.5
    assert knobs.views["level"].name.property("tone") == "automated"
    desk.controller.mixing.set_input(-6.0)
    assert desk.save_sound(home / "moved.wav"), desk.problem
    saved = np.abs(read_audio(home / "moved.wav")[0][0, : 4 * RATE]).reshape(-1, RATE // 50).max(axis=1)
    wanted = [parameter.value_at(lane.at((block + 0.5) / 50)) for block in range(len(saved))]
    np.testing.assert_allclose(saved, SINE * 10 ** (-6 / 20) * np.array(wanted), atol=0.01)
    desk.do("mixer.reset")
    desk.do("moves.clear")
    near(desk, SINE * parameter.value_at(desk.project.knob("level")))
