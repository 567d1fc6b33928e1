"""Two models: both resident, one heard, one the project's."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from studio.document.opened import ModelSource
from studio.document.parameter import Parameter
from studio.errors import ConsentNeeded, ModelError


def other(studio, *parameters, name="other.py"):
    """A source whose card has these knobs."""
    from studio.document.card import ModelCard

    return ModelSource(path=str(studio.model(name)), card=ModelCard(name="other", parameters=parameters))


@pytest.fixture
def pair(opened, qtbot):
    """Model B is there, with a knob of the same name in another unit and one of its own."""
    opened.page.knobs.moved.emit("drive", 0.75)
    knobs = Parameter("tone", default=0.4), Parameter("drive", default=10.0, min=0.0, max=20.0)
    opened.controller.second.open(other(opened, *knobs))
    qtbot.waitUntil(lambda: opened.controller.second.now is not None)
    return opened


def test_b_is_loaded_beside_a_and_heard(pair):
    assert pair.engine.told("load_second")[-1][1] == (0.4, 0.75)
    assert pair.engine.told("hear") == [(1,)]
    row = pair.page.header.pair
    assert row.isVisible() and row.second.isChecked() and "export: A" in row.said.text()
    assert pair.controller.opening.now.source.path.endswith("net.py") and len(pair.project.card.parameters) == 2


def test_x_goes_from_one_to_the_other(pair, qtbot):
    pair.window.setFocus()
    qtbot.keyClick(pair.window, Qt.Key.Key_X)
    assert pair.engine.told("hear")[-1] == (0,) and pair.page.header.pair.first.isChecked()
    qtbot.mouseClick(pair.page.header.pair.second, Qt.MouseButton.LeftButton)
    assert pair.engine.told("hear")[-1] == (1,)


def test_knobs_of_the_same_name_follow(pair):
    pair.page.knobs.moved.emit("drive", 0.25)
    assert (1, 0.25, 1) in pair.engine.told("set_knob") and (0, 0.25) in pair.engine.told("set_knob")
    assert all(each[1] == 0.4 for each in pair.engine.told("set_knob") if each[0] == 0 and len(each) == 3)


def test_close_b_hears_a(pair):
    pair.page.header.pair.close_second.click()
    assert pair.engine.told("hear")[-1] == (0,) and pair.engine.told("unload_model") == [(1,)]
    assert not pair.page.header.pair.isVisible() and not pair.window.menus.actions["second.hear"].isEnabled()


def test_b_belongs_to_the_project(pair, qtbot, tmp_path):
    from studio.document.project import load_project, save_project

    pair.controller.editing.undo()
    qtbot.waitUntil(lambda: pair.controller.second.now is None)
    assert pair.engine.told("unload_model") == [(1,)] and not pair.page.header.pair.isVisible()
    pair.controller.editing.redo()
    qtbot.waitUntil(lambda: pair.controller.second.now is not None)
    assert pair.controller.second.heard == 0, "nobody asked to hear it"
    file = tmp_path / "song.studio"
    save_project(pair.project, file)
    pair.controller.second.close()
    assert pair.project.second is None
    pair.controller.editing.start(load_project(file))
    pair.controller.reconcile(pair.project)
    qtbot.waitUntil(lambda: pair.controller.second.now is not None)
    assert pair.controller.second.now.source.path.endswith("other.py")
    assert pair.engine.told("load_second")[-1][1] == (0.4, 0.75)


def test_a_b_that_is_gone_can_be_done_without(opened, qtbot):
    opened.refuse["other.py"] = ModelError("other.py is gone.", "Bring it back.", about="other.py")
    opened.controller.editing.change("Compare", second=other(opened))
    qtbot.waitUntil(lambda: opened.window.strip.isVisible())
    assert opened.project.second is not None
    next(each for each in opened.window.strip.findChildren(QPushButton) if each.text() == "Do without B").click()
    assert opened.project.second is None


def test_a_b_that_the_engine_refuses_can_be_done_without(opened, qtbot):
    tell = opened.engine.tell
    opened.engine.__dict__["load_model"] = lambda captured, key, quiet, knobs, slot: tell(
        {"event": "failed", "about": "model", "key": key, "message": "It does not fit.", "hint": ""}
    )
    opened.controller.editing.change("Compare", second=other(opened))
    qtbot.waitUntil(lambda: opened.window.strip.isVisible())
    assert "It does not fit" in opened.window.strip.sentence.text() and opened.controller.second.now is None
    next(each for each in opened.window.strip.findChildren(QPushButton) if each.text() == "Do without B").click()
    assert opened.project.second is None


def test_swap_makes_b_the_model_of_the_project(pair, qtbot):
    pair.window.menus.actions["second.swap"].trigger()
    qtbot.waitUntil(lambda: pair.project.model.path.endswith("other.py"))
    assert {each.name for each in pair.project.card.parameters} == {"tone", "drive"}
    assert pair.project.knob("drive") == 0.75 and pair.project.knob("tone") == 0.4
    qtbot.waitUntil(lambda: pair.controller.second.now.source.path.endswith("net.py"))
    assert pair.controller.second.heard == 0
    assert pair.controller.second.positions()["drive"] == 0.75
    assert pair.project.second.path.endswith("net.py")
    pair.controller.editing.undo()
    qtbot.waitUntil(lambda: pair.controller.opening.now.source.path.endswith("net.py"))
    qtbot.waitUntil(lambda: pair.controller.second.now.source.path.endswith("other.py"))


def test_consent_is_asked_for_b_too(opened, qtbot):
    opened.refuse["other.py"] = ConsentNeeded("other.py can run code.", "Trust it.", about="other.py")
    opened.controller.second.open(other(opened))
    qtbot.waitUntil(lambda: opened.controller.second.now is not None)
    assert ("consent", "other.py") in opened.answers.asked


def test_a_b_that_does_not_open_leaves_a_alone(opened, qtbot):
    opened.refuse["other.py"] = ModelError("other.py is broken.", "Mend it.", about="other.py")
    opened.controller.second.open(other(opened))
    qtbot.waitUntil(lambda: opened.window.strip.isVisible())
    assert "other.py is broken" in opened.window.strip.sentence.text()
    assert opened.controller.second.now is None and opened.engine.told("load_second") == []
    assert not opened.page.header.pair.isVisible() and opened.page.header.reload.isVisible()


def test_a_b_that_the_engine_gives_up_is_closed(pair, qtbot):
    key = pair.controller.second.now.captured
    pair.engine.tell({"event": "failed", "about": "model", "key": key, "message": "It crashed twice.", "hint": ""})
    qtbot.waitUntil(lambda: pair.controller.second.now is None)
    assert pair.engine.told("hear")[-1] == (0,) and "crashed twice" in pair.window.strip.sentence.text()
    assert pair.controller.opening.now is not None


def test_a_labeller_cannot_be_b(opened, qtbot):
    opened.labels = True
    opened.controller.second.open(other(opened))
    qtbot.waitUntil(lambda: opened.window.strip.isVisible())
    assert opened.controller.second.now is None and opened.engine.told("load_second") == []


def test_who_opens_another_model_hears_it(pair, qtbot):
    pair.controller.opening.now.__dict__["digest"] = "another"
    pair.controller.second._first = pair.controller.opening.now
    pair.controller.models.open(ModelSource(path=str(pair.model("third.py"))))
    qtbot.waitUntil(lambda: pair.project.model.path.endswith("third.py"))
    assert pair.controller.second.heard == 0 and pair.controller.second.now is not None
