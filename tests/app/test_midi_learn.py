"""Controllers turn knobs as a hand does: learned, saved, undone; the engine hears them at once."""

import threading

import mido
import pytest
from PySide6.QtCore import Qt

from studio.app.midi.controllers import Controllers
from studio.app.midi.ports import NOT_INSTALLED, Ports
from studio.app.state import Page
from studio.document.performance import MidiControl
from studio.document.project import load_project, save_project


def cc(control, value, channel=0):
    return mido.Message("control_change", control=control, value=value, channel=channel)


def moves(*messages):
    """What these do, by an independent maker of their bytes."""
    controllers = Controllers()
    read = [controllers.read(message.bytes()) for message in messages]
    return [(each.control.channel, each.control.controller, each.position) for each in read if each]


@pytest.mark.parametrize("value", [0, 1, 64, 127])
def test_seven_bits(value):
    assert moves(cc(21, value, channel=9)) == [(9, 21, value / 127)]
    assert moves(cc(70, value)) == [(0, 70, value / 127)]


def test_a_fine_part_behind_its_controller_makes_fourteen_bits():
    found = moves(cc(7, 100), cc(39, 3), cc(7, 127), cc(39, 127), cc(7, 0), cc(39, 0))
    assert [each[:2] for each in found] == [(0, 7)] * 4
    assert [each[2] for each in found] == [100 / 127, (100 * 128 + 3) / 16383, 1.0, 0.0]


def test_fine_numbers_alone_are_controllers_of_their_own():
    assert moves(cc(39, 64), cc(7, 5, channel=1), cc(39, 64), cc(7, 5)) == [
        (0, 39, 64 / 127),
        (1, 7, 5 / 127),
        (0, 39, 64 / 127),
        (0, 7, 5 / 127),
    ]


def test_a_controller_that_sends_no_more_fine_parts_has_seven_bits_again():
    found = moves(cc(7, 10), cc(39, 1), cc(7, 20), cc(7, 30))
    assert [each[2] for each in found] == [10 / 127, (10 * 128 + 1) / 16383, 30 / 127]


@pytest.mark.parametrize(
    "message",
    [
        mido.Message("note_on", note=60),
        mido.Message("pitchwheel", pitch=500),
        mido.Message("clock"),
        mido.Message("sysex", data=(1, 2, 3, 4)),
        cc(123, 0),  # all notes off
    ],
    ids=lambda message: message.type,
)
def test_nothing_else_moves_a_knob(message):
    assert moves(message) == []


@pytest.fixture
def faders(opened, qtbot):
    """The window, and a MIDI device before it: learn and send."""

    def learn(name, message):
        opened.controller.midi.learn(name)
        opened.faders.send(message)
        qtbot.waitUntil(lambda: not opened.controller.midi.learning)

    opened.learn = learn
    return opened


def menu(studio, name):
    return {each.text(): each for each in studio.page.knobs.menu_of(name).actions()}


def settle(studio, qtbot, name, position):
    qtbot.waitUntil(lambda: studio.project.knob(name) == pytest.approx(position))


def test_learned_from_the_menu_it_moves_the_knob_the_engine_and_the_document(faders, qtbot):
    menu(faders, "drive")["Learn MIDI"].trigger()
    assert faders.page.knobs.views["drive"].name.text() == "learning…"
    faders.faders.send(cc(21, 5))
    qtbot.waitUntil(lambda: not faders.controller.midi.learning)
    assert faders.page.knobs.views["drive"].name.text() == "drive"
    faders.faders.send(cc(21, 127))
    settle(faders, qtbot, "drive", 1.0)
    assert faders.page.knobs.views["drive"].knob.position == 1.0
    assert faders.engine.told("set_knob")[-1][:2] in ((0, 1.0), (1, faders.project.knob("shape")))
    assert "controller 21, channel 1" in faders.page.knobs.views["drive"].knob.toolTip()


def test_the_engine_hears_it_while_the_window_is_busy(faders):
    faders.learn("drive", cc(21, 0))
    faders.engine.said.clear()
    sender = threading.Thread(target=lambda: [faders.faders.send(cc(21, value)) for value in range(128)])
    sender.start()
    sender.join()  # the window does nothing meanwhile
    assert [told[1] for told in faders.engine.told("set_knob")] == [value / 127 for value in range(128)]


def test_what_the_window_does_meanwhile_does_not_turn_the_knob_back(faders, qtbot):
    faders.learn("drive", cc(21, 0))
    faders.faders.send(cc(21, 127))
    faders.engine.said.clear()
    faders.controller.editing.set_card("name", "busy")  # tells the engine all knobs, before the document has the move
    assert {told[1] for told in faders.engine.told("set_knob") if told[0] == 0} == {1.0}


def test_a_sweep_is_one_step_and_so_are_two_knobs_at_once(faders, qtbot):
    faders.learn("drive", cc(21, 0))
    faders.learn("shape", cc(21, 0))
    before, steps = faders.project.knobs, len(faders.controller.editing.history._steps)
    for value in range(0, 128, 7):
        faders.faders.send(cc(21, value))
        qtbot.wait(8)
    settle(faders, qtbot, "drive", 126 / 127)
    assert faders.project.knob("shape") == 1.0  # of three choices, the nearest
    assert len(faders.controller.editing.history._steps) == steps + 1
    faders.controller.editing.undo()
    assert faders.project.knobs == before


def test_another_sweep_is_another_step(faders, qtbot):
    faders.learn("drive", cc(21, 0))
    for value in (40, 80):
        faders.faders.send(cc(21, value))
        settle(faders, qtbot, "drive", value / 127)
        qtbot.waitUntil(lambda: not faders.controller.automating._held)  # the hand has rested
    faders.controller.editing.undo()
    assert faders.project.knob("drive") == pytest.approx(40 / 127)


def test_learning_again_replaces_and_is_undone(faders):
    faders.learn("drive", cc(21, 0))
    faders.learn("drive", cc(50, 3, channel=15))
    assert faders.project.midi == {"drive": MidiControl(channel=15, controller=50)}
    faders.controller.editing.undo()
    assert faders.project.midi == {"drive": MidiControl(channel=0, controller=21)}


def test_esc_cancels_learning_and_nothing_else(faders):
    faders.controller.midi.learn("drive")
    faders.window.menus.actions["edit.cancel"].trigger()
    faders.faders.send(cc(21, 64))
    assert not faders.controller.midi.learning and not faders.project.midi
    assert faders.page.knobs.views["drive"].name.text() == "drive"


def test_where_no_controller_can_be_nothing_is_learned_and_the_reason_is_said(faders):
    faders.faders.is_available, faders.faders.said = False, NOT_INSTALLED
    menu(faders, "drive")["Learn MIDI"].trigger()
    assert not faders.controller.midi.learning and faders.window.status.message.text() == NOT_INSTALLED


def test_forgotten_it_moves_nothing(faders):
    faders.learn("drive", cc(21, 0))
    menu(faders, "drive")["Forget MIDI"].trigger()
    assert not faders.project.midi and "Forget MIDI" not in menu(faders, "drive")
    faders.engine.said.clear()
    faders.faders.send(cc(21, 100))
    assert not faders.engine.told("set_knob")


def test_it_is_saved_with_the_project_and_follows_a_new_name(faders):
    faders.learn("drive", cc(21, 0))
    faders.controller.editing.set_parameter(0, "name", "grit")
    assert faders.project.midi == {"grit": MidiControl(channel=0, controller=21)}
    save_project(faders.project, faders.folder / "a.studio")
    assert load_project(faders.folder / "a.studio").midi == faders.project.midi


def test_switched_off_nothing_is_listened_to(faders):
    faders.window.show_page(Page.SETTINGS)
    page = faders.window._made[Page.SETTINGS]
    assert page.midi.text() == "MIDI: Faders"
    page.inputs["midi.on"].setCurrentIndex(1)
    page.inputs["midi.on"].activated.emit(1)
    assert faders.faders.looks is None and page.midi.text() == "MIDI is off."


def test_nobody_looks_for_devices_while_the_window_rests(faders):
    faders.controller.midi._look(Qt.ApplicationState.ApplicationInactive)
    assert faders.faders.looks is False
    faders.controller.midi._look(Qt.ApplicationState.ApplicationActive)
    assert faders.faders.looks is True


def test_without_the_library_there_is_a_sentence_and_no_error(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rtmidi", None)
    told = []
    ports = Ports(told.append, lambda: told.append(ports.said))
    ports.start()
    ports.look(True)
    ports._thread.join(10)
    ports.close()
    assert told == [NOT_INSTALLED]
