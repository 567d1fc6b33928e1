"""What the window writes down, says of a crash before it, and copies; and trusting a folder where consent is asked."""

import logging
import signal
import subprocess
import sys

import pytest
from PySide6.QtCore import qInstallMessageHandler, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QPushButton

from studio.app import help_commands, real
from studio.app.diagnosing import hear_qt
from studio.app.dialogs.doctor import DoctorDialog
from studio.app.dialogs.questions import WindowQuestions
from studio.app.main import Start
from studio.diagnostics.log import log_file
from studio.document.check import Check
from studio.document.trust import Trust
from studio.errors import ConsentNeeded, FileError, JobError
from studio.flows import doctor
from studio.flows.doctor import Section
from studio.storage import resources


def said_by(widget):
    return [each.text() for each in widget.findChildren(QLabel) if each.text()]


def button(dialog, text):
    return next(each for each in dialog.findChildren(QPushButton) if each.text() == text)


@pytest.fixture
def seen(monkeypatch):
    """What the doctor finds, without asking anything."""
    rows = (
        Check(id="a", verdict="pass", value=12, unit="GB", title="Memory"),
        Check(id="b", verdict="warn", title="MIDI", advice="Run: sudo modprobe snd-seq"),
        Check(id="c", verdict="fail", title="PortAudio", advice="Install libportaudio2."),
    )
    monkeypatch.setattr(doctor, "examine", lambda settings, **_more: [Section("Computer", rows)])
    return rows


def test_what_is_opened_and_what_fails_is_written_down(opened, caplog, qtbot):
    caplog.set_level(logging.INFO, "studio")
    opened.wiring.commands.open_paths([opened.model("other.py")])
    qtbot.waitUntil(lambda: "Opened the model «other.py»: python d" in caplog.text)
    error = JobError("The model crashed.", "Try another.", about="tape.pt")
    opened.controller.trouble(error)
    opened.controller.trouble(ZeroDivisionError("a fault of ours"))
    assert "Shown: [job] The model crashed. Try another. about «tape.pt»" in caplog.text
    assert "ZeroDivisionError: a fault of ours" in caplog.text


def test_qt_is_heard(caplog, capfd):
    try:
        hear_qt()
        qWarning("a plugin is missing")
    finally:
        qInstallMessageHandler(None)
    assert "Qt: a plugin is missing" in caplog.text and "a plugin is missing" in capfd.readouterr().err


@pytest.mark.parametrize("crashed", [True, False])
def test_after_a_crash_the_next_window_says_so(studio, qtbot, tmp_path, crashed):
    start = Start(studio.window, studio.controller.services.settings, resources(), tmp_path, [], crashed)
    start._open = lambda: None
    start._couple(studio.controller.services)
    qtbot.waitUntil(lambda: start.wiring is not None)
    notice = studio.window.last_time
    assert notice.isVisible() == crashed and "stopped unexpectedly" in notice.accessibleDescription()
    start.close()


WINDOW = """
import os, signal, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from studio.app import main
def warm_up(self):
    print(self._crashed)
    crash = sys.argv[1] == "crash"
    QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.SIGSEGV) if crash else QApplication.quit())
main.Start.warm_up = warm_up
sys.exit(main.run([]))
"""


def test_the_real_window_leaves_its_trace(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_STATE_DIR", str(tmp_path / "state"))

    def run(how):
        return subprocess.run([sys.executable, "-c", WINDOW, how], capture_output=True, text=True, check=False)

    first, second, third = run("crash"), run("end"), run("end")
    assert first.returncode == -signal.SIGSEGV and (second.returncode, third.returncode) == (0, 0)
    assert (second.stdout, third.stdout) == ("True\n", "False\n")
    trace = (tmp_path / "state" / "log" / "last-crash.txt").read_text()
    assert "Segmentation fault" in trace and "in run" in trace


def test_the_notice_copies_and_goes(studio, qtbot, seen):
    notice = studio.window.last_time
    notice.show()
    notice.copy.click()
    qtbot.waitUntil(lambda: "Install libportaudio2." in QGuiApplication.clipboard().text())
    assert "Paste it" in studio.window.status.message.text()
    next(each for each in notice.children() if getattr(each, "toolTip", str)() == "Close this message").click()
    assert not notice.isVisible()


def test_the_log_is_shown_or_its_place_is_said(studio, monkeypatch):
    shown = []
    monkeypatch.setattr(help_commands.QDesktopServices, "openUrl", lambda url: shown.append(url) or False)
    studio.window.last_time.log.click()
    assert shown[0].toLocalFile() in (str(log_file()), str(log_file().parent))
    assert studio.window.status.message.text().startswith("The log is ")


def test_the_doctor_says_state_sentence_and_what_to_do(opened, qtbot, seen):
    opened.window.menus.actions["help.doctor"].trigger()
    dialog = opened.window.findChild(DoctorDialog)
    assert dialog.summary.text() == "Looking at this computer…" and not dialog.copy.isEnabled()
    qtbot.waitUntil(dialog.copy.isEnabled)
    assert dialog.summary.text() == "Something is broken." and dialog.progress.isHidden()
    assert {"Computer", "12 GB", "Run: sudo modprobe snd-seq", "Install libportaudio2."} <= set(said_by(dialog))
    states = [each.accessibleName() for each in dialog.findChildren(QLabel) if each.accessibleName()]
    assert states == ["good", "could be better", "broken"]
    dialog.copy.click()
    assert "== THE LAST CRASH ==" in QGuiApplication.clipboard().text()


def test_a_doctor_that_fails_says_why(opened, qtbot, monkeypatch):
    def examine(settings, **_more):
        raise FileError("The disk is gone.", "Connect it.")

    monkeypatch.setattr(doctor, "examine", examine)
    opened.window.menus.actions["help.doctor"].trigger()
    dialog = opened.window.findChild(DoctorDialog)
    qtbot.waitUntil(lambda: dialog.summary.text() == "The disk is gone.")
    assert "Connect it." in said_by(dialog) and dialog.progress.isHidden() and not dialog.copy.isEnabled()


def test_what_the_strip_copies_names_no_folder(studio, monkeypatch):
    monkeypatch.setenv("HOME", "/somewhere/zarathustra")
    studio.window.strip.show_problem("It broke.", details='File "/somewhere/zarathustra/song/My.wav", line 1')
    button(studio.window.strip, "Copy report").click()
    text = QGuiApplication.clipboard().text()
    assert "It broke." in text and "zarathustra" not in text and "My" not in text


def test_a_program_that_is_not_whole_says_so(studio, qtbot, tmp_path, monkeypatch):
    def broken(*_all):
        raise OSError("sndfile library not found")

    monkeypatch.setattr(real, "real_services", broken)
    start = Start(studio.window, studio.controller.services.settings, resources(), tmp_path, [])
    start.warm_up()
    qtbot.waitUntil(studio.window.strip.isVisible)
    assert "sndfile library not found" in studio.window.strip.sentence.text()
    assert "studio doctor" in studio.window.strip.hint.text()


def ask(studio, path, store):
    """The dialog about a file, and the answers it gave."""
    answers = []
    questions = WindowQuestions(studio.window, store.remember_folder)
    questions.consent(ConsentNeeded("It can read files.", about=path.name), path, answers.append)
    return next(each for each in studio.window.findChildren(QDialog) if each.isVisible()), answers


def test_trusting_the_folder_is_an_answer(studio, tmp_path):
    store = Trust(folder=tmp_path / "state")
    dialog, answers = ask(studio, studio.model(), store)
    assert any(f"every Python file in {tmp_path.name}" in each for each in said_by(dialog))
    button(dialog, "Trust this folder").click()
    assert answers == [True] and store.is_in_trusted_folder(tmp_path / "another.py")


def test_a_folder_that_holds_more_than_a_project_is_refused_where_it_was_asked(studio, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    store = Trust(folder=tmp_path / "state")
    dialog, answers = ask(studio, studio.model(), store)
    button(dialog, "Trust this folder").click()
    assert any("holds more than one project" in each for each in said_by(dialog))
    assert dialog.isVisible() and answers == [] and store.consents() == ()
    dialog.reject()


@pytest.mark.parametrize("name", ["tape.ts", "whole.pt", "package"])
def test_only_python_files_are_trusted_by_folder(studio, tmp_path, name):
    dialog, _ = ask(studio, tmp_path / name, Trust(folder=tmp_path / "state"))
    assert "Trust this folder" not in [each.text() for each in dialog.findChildren(QPushButton)]
    dialog.reject()


def test_a_file_of_a_trusted_folder_is_not_remembered_by_itself(studio, qtbot):
    path = studio.model()
    studio.refuse[path.name] = ConsentNeeded("It can read files.", about=path.name)
    studio.trust.remember_folder(path.parent)
    studio.wiring.commands.open_paths([path])
    qtbot.waitUntil(lambda: studio.controller.opening.now is not None)
    assert studio.trust.remembered == []
