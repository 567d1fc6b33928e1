"""Moves of the knobs: recorded, replayed, taken over, undone."""

import pytest
from PySide6.QtCore import QPoint, Qt

from studio.document.performance import Lane
from studio.document.project import load_project, save_project

RATE = 48000


@pytest.fixture
def playing(opened, qtbot):
    """It plays; the play head stands where a test puts it."""
    opened.engine.now.playing = True
    qtbot.waitUntil(lambda: opened.controller.playing.playing)
    return opened


def at(studio, seconds):
    studio.engine.now.position = round(seconds * RATE)


def move(studio, *moves, name="drive"):
    """Hold a knob, be at these places at these times, let go."""
    at(studio, moves[0][0])
    studio.page.knobs.gripped.emit(name)
    for seconds, position in moves:
        at(studio, seconds)
        studio.page.knobs.moved.emit(name, position)
    studio.page.knobs.let_go.emit()


def lane(studio, name="drive"):
    return studio.project.automation[name]


@pytest.fixture
def recorded(playing):
    playing.page.knobs.record.click()
    move(playing, (1.0, 0.2), (2.0, 0.7), (3.0, 0.7))
    playing.page.knobs.record.click()
    return playing


def test_moves_are_recorded_at_the_play_head(recorded):
    assert [lane(recorded).at(t) for t in (1.5, 2.5)] == pytest.approx([0.45, 0.7], abs=0.006)
    told = recorded.engine.told("automate")[-1][0]
    assert told == {0: lane(recorded)}


def test_knobs_of_the_same_name_of_the_second_model_move_too(recorded):
    recorded.controller.automating.follow_second(["tone", "drive"])
    assert set(recorded.engine.told("automate")[-1][0]) == {0, 64 + 1}


def test_the_move_is_heard_while_it_is_recorded(recorded):
    assert (0, 0.7) in recorded.engine.told("set_knob")
    assert recorded.project.knob("drive") == 0.7


def test_without_arming_or_playing_a_move_is_just_a_move(opened, playing):
    move(playing, (1.0, 0.2), (2.0, 0.6))
    assert playing.project.automation == {} and playing.project.knob("drive") == 0.6


def test_a_pass_is_one_step_of_the_history(playing, qtbot):
    playing.page.knobs.moved.emit("drive", 0.1)
    playing.page.knobs.let_go.emit()
    playing.controller.automating.arm(True)
    move(playing, (0.1, 0.3), (0.2, 0.5))
    move(playing, (0.3, 1.0), (0.4, 0.0), name="shape")
    playing.engine.now.playing = False
    qtbot.waitUntil(lambda: not playing.controller.playing.playing)
    assert set(playing.project.automation) == {"drive", "shape"}
    playing.controller.editing.undo()
    assert playing.project.automation == {} and playing.project.knob("drive") == 0.1
    assert playing.engine.told("automate")[-1][0] == {}


def test_touching_overwrites_only_while_it_lasts(recorded):
    before = lane(recorded)
    recorded.controller.automating.arm(True)
    move(recorded, (1.4, 0.9), (1.6, 0.9))
    assert lane(recorded).at(1.5) == 0.9
    assert [lane(recorded).at(t) for t in (1.1, 1.39, 1.61, 2.5)] == pytest.approx(
        [before.at(t) for t in (1.1, 1.39, 1.61, 2.5)]
    )


def test_a_knob_that_is_held_without_moving_is_recorded_until_it_is_let_go(recorded, qtbot):
    recorded.controller.automating.arm(True)
    recorded.engine.now.heard_knobs = (0.35,) * 64
    qtbot.waitUntil(lambda: recorded.controller.automating.position("drive") == 0.35)
    at(recorded, 1.2)
    recorded.page.knobs.gripped.emit("drive")
    at(recorded, 1.9)
    recorded.page.knobs.let_go.emit()
    assert [lane(recorded).at(t) for t in (1.2, 1.5, 1.9)] == pytest.approx([0.35] * 3)


def test_the_knob_shows_what_the_engine_plays_and_looks_automated(recorded, qtbot):
    recorded.engine.now.heard_knobs = (0.31,) * 64
    view = recorded.page.knobs.views["drive"]
    qtbot.waitUntil(lambda: view.knob.position == pytest.approx(0.31))
    assert view.name.property("tone") == "automated" and "take over" in view.knob.toolTip()
    recorded.page.knobs.replay.click()
    assert view.knob.position == pytest.approx(0.7) and view.name.property("tone") == ""
    assert recorded.engine.told("automate")[-1][0] == {}


def test_while_it_stands_the_knob_shows_the_lane_at_the_play_head(recorded, qtbot):
    recorded.engine.now.playing = False
    at(recorded, 1.5)
    view = recorded.page.knobs.views["drive"]
    qtbot.waitUntil(lambda: view.knob.position == pytest.approx(lane(recorded).at(1.5), abs=1e-3))


def test_a_hand_takes_over_until_it_lets_go(recorded, qtbot):
    recorded.engine.now.heard_knobs = (0.31,) * 64
    qtbot.waitUntil(lambda: recorded.controller.automating.position("drive") == 0.31)
    before = lane(recorded)
    knob = recorded.page.knobs.views["drive"].knob
    qtbot.mousePress(knob, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert recorded.engine.told("automate")[-1][0] == {} and recorded.engine.told("set_knob")[-1][1] != 0.7
    qtbot.mouseRelease(knob, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert recorded.engine.told("automate")[-1][0] == {0: before} and lane(recorded) == before


def test_a_wheel_lets_go_by_itself(recorded, qtbot):
    recorded.page.knobs.moved.emit("drive", 0.5)
    assert recorded.engine.told("automate")[-1][0] == {}
    qtbot.waitUntil(lambda: recorded.engine.told("automate")[-1][0] != {})


def test_the_menu_of_a_knob_clears_its_moves(recorded):
    entries = {each.text(): each for each in recorded.page.knobs.menu_of("drive").actions()}
    entries["Clear moves of drive"].trigger()
    assert recorded.project.automation == {} and recorded.engine.told("automate")[-1][0] == {}
    again = {each.text(): each for each in recorded.page.knobs.menu_of("drive").actions()}
    assert not again["Clear moves of drive"].isEnabled()
    recorded.controller.editing.undo()
    recorded.window.menus.actions["moves.clear"].trigger()
    assert recorded.project.automation == {}


def test_moves_are_saved(recorded, tmp_path):
    save_project(recorded.project, tmp_path / "mine.studio")
    assert load_project(tmp_path / "mine.studio").automation == recorded.project.automation


def test_moves_of_a_knob_that_is_gone_are_not_played(recorded, qtbot):
    recorded.controller.editing.change("Hand-made", automation={"gone": Lane(points=((0.0, 0.5),))})
    assert recorded.engine.told("automate")[-1][0] == {}
    assert not recorded.window.menus.actions["moves.clear"].isEnabled()
