"""The window with nothing replaced: flows, jobs and the engine's own process."""

import sys

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from studio.app.main import Start
from studio.app.window import Window
from studio.audio.files import read_audio
from studio.settings import Settings
from studio.storage import resources

HEAVY = {"torch", "sounddevice"}
SLOW_MS = 120_000


@pytest.fixture
def started(qtbot, theme, tmp_path):
    """As `studio` starts it; the example is open."""
    before = HEAVY & set(sys.modules)  # other tests of this run may have imported them
    session = tmp_path / "session"
    session.mkdir()
    settings = Settings(tmp_path / "settings.json")
    window = Window(theme, settings, resources())
    start = Start(window, settings, resources(), session, [])
    window.show()
    start.warm_up()
    qtbot.waitUntil(lambda: start.wiring is not None, timeout=SLOW_MS)
    controller = start.wiring.controller
    qtbot.waitUntil(
        lambda: controller.opening.now is not None and controller.listening.now is not None, timeout=SLOW_MS
    )
    yield start
    assert HEAVY & set(sys.modules) == before, "the window's process must never import them"
    start.close()
    window.may_close = lambda: True
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_the_example_is_seen_dry_and_wet(started, qtbot):
    window, controller = started._window, started.wiring.controller
    assert [each.name for each in controller.project.card.parameters] == ["min", "max", "gain"]
    wet = window.model.audio.wet
    qtbot.waitUntil(lambda: wet._peaks is not None and not wet._stale, timeout=SLOW_MS)
    assert wet._peaks.frames == controller.listening.now.frames
    assert controller.editing.history.is_saved and not controller.editing.history.undo_text


def test_a_knob_changes_the_saved_sound(started, qtbot, tmp_path, monkeypatch):
    controller = started.wiring.controller
    saved = []
    for name, position in (("loud.wav", 1.0), ("soft.wav", 0.1)):
        controller.editing.set_knob("gain", position)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, name=name: (str(tmp_path / name), ""))
        with qtbot.waitSignal(controller.exporting.saved, timeout=SLOW_MS):
            started.wiring.commands.save_sound()
        saved.append(abs(read_audio(tmp_path / name)[0]).max())
    assert saved[1] < saved[0] / 4
