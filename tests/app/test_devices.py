"""Sound devices in the window: chosen, heard live, measured; and the computer looked at."""

import pytest
from PySide6.QtWidgets import QDialog

from studio.app.dialogs.device import DeviceDialog
from studio.link.wanted import Route

BOX = {"name": "Box (ALSA)", "system": "ALSA", "channels": 8, "inputs": 4}
CARD = {"name": "Card (ALSA)", "system": "ALSA", "channels": 2, "inputs": 0}


def asked(studio):
    """What the engine was last asked to open: name, rate, block, live, depth, route."""
    return [each[1:] for each in studio.engine.said if each[0] == "open_device"][-1]


def dialogs(studio, kind=QDialog):
    return [each for each in studio.window.findChildren(kind) if each.isVisible()]


@pytest.fixture
def dialog(opened, qtbot):
    opened.engine.tell({"event": "devices", "devices": [BOX, CARD]})
    qtbot.waitUntil(lambda: bool(opened.controller.playing.device.choices))
    opened.window.menus.actions["play.device"].trigger()
    return dialogs(opened, DeviceDialog)[0]


def choose(box, value):
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_what_is_chosen_takes_effect_at_once(opened, dialog, qtbot):
    choose(dialog.boxes["audio.device"], "Box (ALSA)")
    choose(dialog.boxes["audio.block"], 64)
    choose(dialog.boxes["audio.depth"], 2)
    qtbot.waitUntil(lambda: asked(opened) == ("Box (ALSA)", None, 64, False, 2, Route()))
    qtbot.waitUntil(lambda: dialog.boxes["audio.outputs"].findData("7-8") > 0)  # it has eight
    choose(dialog.boxes["audio.outputs"], "7-8")
    choose(dialog.boxes["audio.inputs"], "3")
    qtbot.waitUntil(lambda: asked(opened)[5] == Route(outputs="7-8", inputs="3"))


def test_settings_that_change_together_open_the_device_once(opened, dialog, qtbot):
    before = len(opened.engine.said)
    for key, value in (("audio.block", 64), ("audio.depth", 1), ("audio.sample_rate", 44100)):
        choose(dialog.boxes[key], value)
    qtbot.waitUntil(lambda: asked(opened)[1:3] == (44100, 64))
    assert [each[0] for each in opened.engine.said[before:]].count("open_device") == 1


def test_a_measurement_is_shown_kept_and_told_to_the_next_engine(opened, dialog, qtbot):
    dialog.measure.click()
    assert ("measure_latency",) in opened.engine.said and not dialog.measure.isEnabled()
    said = {"name": "Test card", "sample_rate": 48000, "block": 256}
    opened.engine.tell({"event": "loopback", "samples": 960, **said})
    qtbot.waitUntil(lambda: "960 samples, 20.0 ms" in dialog.said.text())
    opened.engine.tell({"event": "loopback", "samples": 900, **said})
    opened.engine.tell({"event": "loopback", "samples": 700, **said, "block": 64})
    qtbot.waitUntil(lambda: "700" in dialog.said.text() and dialog.measure.isEnabled())
    opened.controller.playing.open_device()
    assert asked(opened)[5].measured == (("Test card", 48000, 256, 900), ("Test card", 48000, 64, 700))


def test_a_measurement_that_fails_leaves_the_device_playing(opened, dialog, qtbot):
    dialog.measure.click()
    said = {"event": "failed", "about": "loopback", "message": "Nothing came back.", "hint": "Connect a cable."}
    opened.engine.tell(said)
    qtbot.waitUntil(lambda: dialog.said.text() == "Nothing came back. Connect a cable.")
    assert opened.controller.playing.device.name == "Test card" and dialog.measure.isEnabled()


def test_live_input_warns_once_and_comes_back_to_the_sound(opened, dialog, qtbot):
    dialog.accept()
    live = opened.page.audio.head.source.live
    live.click()
    warning = dialogs(opened)[0]
    warning.no.click()
    assert not opened.controller.playing.devices.live and not live.isChecked()
    live.click()
    dialogs(opened)[0].yes.click()
    qtbot.waitUntil(lambda: opened.controller.playing.device.live and live.isChecked())
    assert asked(opened)[3] is True
    transport = opened.page.audio.transport
    assert not transport.time.isVisible() and not transport.loop.isVisible() and transport.bypass.isVisible()
    opened.page.audio.head.source.file.click()
    qtbot.waitUntil(lambda: not opened.controller.playing.device.live)
    assert transport.time.isVisible() and transport.loop.isVisible()
    sound = opened.controller.listening.now
    opened.window.menus.actions["play.live"].trigger()
    qtbot.waitUntil(lambda: opened.controller.playing.device.live)
    assert not dialogs(opened) and opened.controller.listening.now is sound


def test_without_an_input_live_is_refused_with_a_sentence(opened, qtbot):
    opened.engine.tell({"event": "devices", "devices": [CARD]})
    qtbot.waitUntil(lambda: bool(opened.controller.playing.device.choices))
    opened.window.menus.actions["play.live"].trigger()
    assert "no sound input" in opened.window.strip.sentence.text()
    assert not opened.controller.playing.devices.live and not opened.page.audio.head.source.live.isChecked()


@pytest.mark.parametrize("about", ["device", "live"])
def test_live_that_the_engine_refuses_goes_back_to_the_sound(opened, about, qtbot):
    opened.controller.playing.set_live(True)
    qtbot.waitUntil(lambda: opened.controller.playing.device.live)
    said = {
        "event": "failed",
        "about": about,
        "message": "The model is slower than real time.",
        "hint": "Freeze it.",
    }
    opened.engine.tell(said)
    qtbot.waitUntil(lambda: not opened.controller.playing.device.live)
    assert "slower than real time" in opened.window.strip.sentence.text() and asked(opened)[3] is False
