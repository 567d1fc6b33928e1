"""From a dropped file to a model that is heard; what fails leaves the last good state."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from studio.errors import AnswerNeeded, CompileError, ConsentNeeded, ModelError


def drop(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, button, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(50, 50), action, data, button, keys))
    assert window.hint.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), action, data, button, keys))
    assert not window.hint.isVisible()


def test_a_dropped_model_is_heard_and_shown(studio, qtbot):
    with qtbot.waitSignal(studio.controller.opened_changed):
        drop(studio.window, studio.model("größe 1.py"))
    assert studio.project.card.name == "größe 1"
    assert studio.page.header.name.text() == "Net"
    assert list(studio.page.knobs.views) == ["drive", "shape"]
    assert studio.engine.told("load_model")[-1][1] is True  # quiet: nobody has heard it yet


def test_dropped_sounds_make_a_list_of_which_one_is_heard(studio, qtbot):
    with qtbot.waitSignal(studio.controller.sound_changed):
        drop(studio.window, studio.sound("a.wav"), studio.sound("b.wav"))
    assert studio.page.audio.sounds.count() == 2
    with qtbot.waitSignal(studio.controller.sound_changed) as found:
        studio.page.audio.sound_chosen.emit(1)
    assert found.args[0].path.name == "b.wav" and studio.project.audio_index == 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"\0" * 100, b"<html>"])
def test_a_file_that_is_nothing_is_named_in_the_strip_and_nothing_else_changes(opened, qtbot, content):
    before = opened.project
    path = opened.folder / "odd.bin"
    path.write_bytes(content)
    with qtbot.waitSignal(opened.controller.troubled):
        drop(opened.window, path)
    assert "odd.bin" in opened.window.strip.sentence.text() and opened.window.strip.isVisible()
    assert opened.project is before and opened.page.header.name.text() == "Net"


def test_a_model_that_fails_leaves_the_last_good_one(opened, qtbot):
    before = opened.project
    opened.refuse["bad.py"] = ModelError("bad.py, line 3: no such thing.", "Mend that line.")
    with qtbot.waitSignal(opened.controller.troubled):
        opened.wiring.commands.open_paths([opened.model("bad.py")])
    assert opened.window.strip.hint.text() == "Mend that line."
    assert opened.project is before and not opened.page.header.reload.isHidden()


def test_try_again_opens_it_after_it_was_mended(opened, qtbot):
    opened.refuse["bad.py"] = ModelError("bad.py is broken.")
    with qtbot.waitSignal(opened.controller.troubled) as found:
        opened.wiring.commands.open_paths([opened.model("bad.py")])
    with qtbot.waitSignal(opened.controller.opened_changed):
        found.args[0].ways[0][1]()
    assert opened.project.card.name == "bad" and not opened.window.strip.isVisible()


def test_an_engine_that_refuses_the_model_leaves_the_last_good_one(opened, qtbot):
    before, tell = opened.project, opened.engine.tell
    opened.engine.__dict__["load_model"] = lambda captured, key, quiet, knobs=(): tell(
        {"event": "failed", "about": "model", "key": key, "message": "It crashed twice.", "hint": ""}
    )
    with qtbot.waitSignal(opened.controller.troubled) as found:
        opened.wiring.commands.open_paths([opened.model("other.py")])
    assert str(found.args[0].error) == "It crashed twice." and opened.project is before


def test_foreign_code_waits_for_consent_and_only_these_contents_are_trusted(studio, qtbot):
    studio.refuse["net.py"] = ConsentNeeded("net.py runs code.", about="net.py")
    with qtbot.waitSignal(studio.controller.opened_changed):
        studio.wiring.commands.open_paths([studio.model()])
    assert studio.answers.asked == [("consent", "net.py")]
    assert [name for _, name in studio.trust.remembered] == ["net.py"]


def test_without_consent_nothing_runs(studio, qtbot):
    studio.answers.trusts = False
    studio.refuse["net.py"] = ConsentNeeded("net.py runs code.", about="net.py")
    studio.wiring.commands.open_paths([studio.model()])
    qtbot.waitUntil(lambda: bool(studio.answers.asked))
    assert not studio.opened and not studio.trust.remembered and studio.controller.opening.now is None


def test_an_answer_goes_into_the_source(studio, qtbot):
    studio.answers.answer_with = lambda source: source.model_copy(update={"class_name": "B"})
    studio.refuse["net.py"] = AnswerNeeded("Which?", fields=["class"], choices=["A", "B"])
    with qtbot.waitSignal(studio.controller.opened_changed):
        studio.wiring.commands.open_paths([studio.model()])
    assert studio.opened[-1].class_name == "B"


def test_weights_dropped_with_their_network_belong_together(studio, qtbot):
    weights = studio.folder / "w.safetensors"
    head = b'{"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}'
    weights.write_bytes(len(head).to_bytes(8, "little") + head + bytes(4))
    with qtbot.waitSignal(studio.controller.opened_changed):
        drop(studio.window, studio.model(), weights)
    assert studio.opened[-1].path == str(weights) and studio.opened[-1].source.endswith("net.py")


def test_a_replaced_model_comes_back_with_undo_without_being_opened_again(opened, qtbot):
    with qtbot.waitSignal(opened.controller.opened_changed):
        opened.wiring.commands.open_paths([opened.model("second.py")])
    count = len(opened.opened)
    with qtbot.waitSignal(opened.controller.opened_changed) as found:
        opened.controller.editing.undo()
    assert Path(found.args[0].source.path).name == "net.py" and len(opened.opened) == count


def test_a_new_range_is_captured_anew_and_a_moved_knob_is_not(opened, qtbot):
    count = len(opened.opened)
    opened.controller.editing.set_knob("drive", 0.9)
    opened.controller.editing.set_card("name", "Other")
    assert not opened.controller.models._recapture.isActive()
    with qtbot.waitSignal(opened.controller.opened_changed):
        opened.controller.editing.set_parameter(0, "max", 12.0)
    assert len(opened.opened) == count + 1
    assert opened.opened[-1].card.parameters[0].max == 12


def test_knobs_reach_the_engine_in_the_order_of_the_captured_model(opened):
    opened.controller.editing.set_knob("shape", 0.5)
    assert opened.engine.told("set_knob")[-2:] == [(0, 0.25), (1, 0.5)]


def test_a_model_opened_alone_gets_the_recording_that_came_with_the_app(studio, qtbot):
    with qtbot.waitSignals([studio.controller.opened_changed, studio.controller.sound_changed]):
        studio.wiring.commands.open_paths([studio.model()])
    qtbot.waitUntil(lambda: bool(studio.project.audio))
    assert Path(studio.project.audio[0]).name == "eight-bars.flac"


def test_a_model_that_torchscript_refuses_can_be_traced_all_the_same(studio, qtbot):
    studio.refuse["net.py"] = CompileError("net.py, line 3: no lambdas.", "Tracing loses the branch.", fields=["trace"])
    with qtbot.waitSignal(studio.controller.troubled) as found:
        studio.wiring.commands.open_paths([studio.model()])
    text, trace = found.args[0].ways[0]
    with qtbot.waitSignal(studio.controller.opened_changed):
        trace()
    assert text.startswith("Trace") and studio.opened[-1].trace


def test_a_reloaded_model_keeps_what_was_said_about_the_knobs_it_still_has(opened, qtbot):
    opened.controller.editing.set_card("name", "Tape")
    with qtbot.waitSignal(opened.controller.opened_changed):
        opened.controller.editing.set_parameter(0, "max", 12.0)
    with qtbot.waitSignal(opened.controller.opened_changed):
        opened.wiring.commands.reload()
    qtbot.waitUntil(lambda: opened.controller.opening.is_current(opened.project))
    assert opened.project.card.name == "Tape"
    assert opened.project.card.parameters[0].max == 12


def test_an_edit_that_cannot_be_captured_offers_its_undo(opened, qtbot):
    opened.refuse["net.py"] = ModelError("It became a constant.")
    with qtbot.waitSignal(opened.controller.troubled) as found:
        opened.controller.editing.set_parameter(0, "max", 12.0)
    found.args[0].ways[0][1]()
    assert opened.project.card.parameters[0].max == 24 and opened.controller.opening.is_current(opened.project)
