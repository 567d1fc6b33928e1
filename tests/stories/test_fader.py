"""A fader of a MIDI device turns a knob: learned with the mouse, heard at once, also while the window is busy."""

import threading
import time

import cards
import mido
import pytest
import rtmidi
from desk import until

pytestmark = [pytest.mark.gui, pytest.mark.audio]


class Faders:
    """A MIDI device that can be pulled out."""

    def plug_in(self):
        self.port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, "Desk")
        self.port.open_virtual_port("faders")

    def pull_out(self):
        self.port.close_port()
        self.port.delete()

    def move(self, control, value):
        self.port.send_message(mido.Message("control_change", control=control, value=value).bytes())


@pytest.fixture(scope="module")
def faders(home, patch):
    """Plugged in, on a real sound server."""
    with cards.jack_server(256, home, patch):
        faders = Faders()
        faders.plug_in()
        yield faders
        faders.pull_out()


@pytest.fixture(scope="module")
def desk(faders, sit_down):
    with sit_down() as desk:
        desk.wait_model("clipper.py")
        desk.wait_sound("eight-bars.flac")
        until(lambda: "faders" in desk.controller.midi.said, what=lambda: desk.controller.midi.said)
        yield desk


def learn(desk, faders, knob, control):
    menu = desk.page.knobs.menu_of(knob)
    next(each for each in menu.actions() if each.text() == "Learn MIDI").trigger()
    faders.move(control, 1)
    until(lambda: not desk.controller.midi.learning, what="a controller to be learned")


def test_a_learned_fader_turns_the_knob_and_the_sound(desk, faders):
    learn(desk, faders, "gain", 21)
    desk.play()
    faders.move(21, 127)
    until(lambda: desk.project.knob("gain") == 1.0, what="the document")
    assert desk.page.knobs.views["gain"].knob.position == 1.0
    until(lambda: desk.status.heard_knobs[2] == 1.0, what="the engine")
    faders.move(21, 0)
    until(lambda: desk.status.heard_knobs[2] == 0.0, what="the engine")
    desk.play(False)


def test_the_engine_follows_while_the_window_is_stuck(desk, faders):
    learn(desk, faders, "gain", 21)
    desk.play()
    took = []

    def turn():
        for value in (30, 60, 90, 120):
            began = time.perf_counter()
            faders.move(21, value)
            while desk.status.heard_knobs[2] != value / 127 and time.perf_counter() < began + 1:
                time.sleep(0.0005)
            took.append(time.perf_counter() - began)

    hand = threading.Thread(target=turn)
    hand.start()
    hand.join()  # the window's own thread stands still
    assert sorted(took)[2] < 0.05, took
    until(lambda: desk.project.knob("gain") == 120 / 127, what="the document, afterwards")
    desk.play(False)


def test_unplugged_and_plugged_in_again_it_goes_on(desk, faders):
    learn(desk, faders, "gain", 21)
    faders.pull_out()
    until(lambda: "faders" not in desk.controller.midi.said, what=lambda: desk.controller.midi.said)
    faders.plug_in()
    until(lambda: "faders" in desk.controller.midi.said, what=lambda: desk.controller.midi.said)
    faders.move(21, 64)
    until(lambda: desk.project.knob("gain") == 64 / 127, what="the document")
