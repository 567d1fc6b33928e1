"""The real window with nothing replaced, and somebody's hands on it."""

import contextlib
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QLineEdit, QPushButton

from studio.app.main import Start
from studio.app.theme.theme import Theme
from studio.app.window import Window
from studio.settings import Settings
from studio.storage import resources

RATE = 48000


def until(condition, seconds=60.0, what="it"):
    """Let the window live until the condition holds; fail at the deadline."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what() if callable(what) else what}"
        QTest.qWait(5)
    return found


class Desk:
    """What a user sees and does.

    Args:
        home: a folder for everything of this user.
        card: the sound card, None for a machine without one.
        paths: files named on the command line.
    """

    def __init__(self, home, card, paths=()):
        self.home, self.card = home, card
        session = home / f"session-{len(list(home.glob('session-*')))}"
        session.mkdir()
        settings = Settings()
        self.theme = Theme(resources(), session)
        self.theme.use("dark")
        self.theme.style()
        self.window = Window(self.theme, settings, resources())
        self.start = Start(self.window, settings, resources(), session, list(paths))
        self.window.show()
        self.start.warm_up()

    @property
    def controller(self):
        return self.start.wiring.controller

    @property
    def page(self):
        return self.window.model

    @property
    def project(self):
        return self.controller.project

    @property
    def status(self):
        return self.controller.playing._player.status()

    @property
    def problem(self):
        """What the strip says, empty while it is hidden."""
        strip = self.window.strip
        return f"{strip.sentence.text()} {strip.hint.text()}".strip() if strip.isVisible() else ""

    @property
    def model(self):
        """The file name of the model that is heard."""
        now = self.controller.opening.now if self.start.wiring else None
        return Path(now.source.path).name if now else ""

    @property
    def sound(self):
        """The file name of the sound it is heard on."""
        now = self.controller.listening.now
        return now.path.name if now else ""

    @property
    def dialog_open(self):
        return next((each for each in self.window.findChildren(QDialog) if each.isVisible()), None)

    # waiting

    def wait_model(self, name):
        until(lambda: self.model == name and not self.controller.tasks.is_running("model"), what=self._why(name))

    def wait_sound(self, name):
        until(lambda: self.sound == name and not self.controller.tasks.is_running("sound"), what=self._why(name))

    def wait_idle(self):
        """Nothing is running any more."""
        until(lambda: not self.controller.tasks._tasks, what=lambda: self.controller.tasks._tasks)

    def wait_problem(self, *words):
        """A sentence in the strip that is not about a mistake of ours."""
        until(lambda: self.problem, what=self._why("a sentence in the strip"))
        for word in words:
            assert word in self.problem, self.problem
        assert "Traceback" not in self.problem and "inside the app" not in self.problem
        return self.problem

    def wait_dialog(self, *words):
        found = until(lambda: self.dialog_open, what=self._why("a dialog"))
        said = " ".join(each.text() for each in found.findChildren(QLabel))
        for word in words:
            assert word in said, said
        return found

    # hands

    def do(self, action):
        """Choose an entry of the menus by its id."""
        self.window.menus.actions[action].trigger()

    def click(self, button):
        assert button.isVisible() and button.isEnabled(), button.text()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def way_out(self, text):
        """The button of the strip that says this."""
        return next(each for each in self.window.strip.findChildren(QPushButton) if each.text() == text)

    def drop(self, *paths):
        """Drop files on the window as a file manager does."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(400, 300), copy, data, left, none)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(self.window, QDropEvent(QPointF(400, 300), copy, data, left, none))

    def answer(self, dialog, yes=True):
        self.click(dialog.yes if yes else dialog.no)
        until(lambda: self.dialog_open is not dialog, what="the dialog to close")

    def open(self, *paths):
        """Drop a model, trust it, and wait until it is heard."""
        self.drop(*paths)
        self.answer(self.wait_dialog(paths[0].name))
        self.wait_model(paths[0].name)

    def turn(self, knob, value):
        """Type a value beneath a knob."""
        type_into(self.page.knobs.views[knob].value, value)

    def edit_knob(self, field, value):
        """Type into a field of the knob editor."""
        self.page.go_to("parameters")
        type_into(self.page.editor.lines[field], value)

    def raise_level(self):
        """Bring a model that began quietly to full level."""
        slider = self.page.audio.transport.gain
        until(lambda: slider.value() == -12, what="the quiet start")
        slider.setValue(0)

    def play(self, on=True):
        transport = self.page.audio.transport
        until(transport.play.isEnabled, what="a device to play on")
        if self.status.playing != on:
            self.click(transport.play)
        until(lambda: self.status.playing == on and self.controller.playing.playing == on, what="the transport")

    def choose(self, path, act):
        """Do what asks for a file, and name it in the dialog that comes."""
        answered = []

        def answer():
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, QFileDialog):
                timer.stop()
                answered.append(dialog.windowTitle())
                dialog.findChild(QLineEdit, "fileNameEdit").setText(str(path))
                dialog.accept()

        timer = QTimer(interval=10)  # runs while the dialog has a loop of its own
        timer.timeout.connect(answer)
        timer.start()
        act()
        until(lambda: answered, what="a file dialog")

    def save_sound(self, path):
        """Save sound…; what was measured, once the file is there, None where it could not be written."""
        saved = []
        self.window.strip.hide()
        self.controller.exporting.saved.connect(lambda where, made: saved.append(made))
        self.choose(path, lambda: self.click(self.page.audio.save))
        until(lambda: saved or self.problem, what="the saved sound")
        return saved[0] if saved else None

    def export(self, folder):
        """The packages written, once the button is back."""
        type_into(self.page.export.folder, folder)
        told = []
        self.controller.exporting.state.connect(told.append)
        self.click(self.page.export.export)
        until(lambda: told and not told[-1].running, 120, "the export")
        return told[-1]

    # ears

    def listen(self, seconds=0.2):
        """What reaches the left loudspeaker from now on `[samples]`."""
        start = int(self.card.evidence["recn"])
        frames = round(seconds * RATE)
        until(lambda: int(self.card.evidence["recn"]) >= start + frames, what="the card")
        assert start + frames < len(self.card.evidence["played"]), "the card's memory is full"
        return self.card.evidence["played"][start : start + frames].copy()

    def wait_level(self, low, high):
        """The loudest of 200 ms comes to lie between these."""
        heard = []

        def fits():
            heard.append(float(np.abs(self.listen()).max()))
            return low <= heard[-1] <= high

        until(fits, 15, lambda: f"a level of {low} to {high}: {heard[-10:]}; {self.problem}")
        return heard[-1]

    def quit(self):
        """Close the window, whatever was not saved."""
        with contextlib.suppress(RuntimeError):
            for each in self.window.findChildren(QDialog):
                each.reject()
        if self.start.wiring is not None:
            self.controller.journalling.discard()
        self.start.close()
        self.window.may_close = lambda: True
        self.window.close()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def _why(self, what):
        return lambda: f"{what}; the window says {self.problem!r}, {self.dialog_open}"


def type_into(line, text):
    """Replace what stands in a line and leave it."""
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, str(text))
    QTest.keyClick(line, Qt.Key.Key_Return)
    line.clearFocus()
