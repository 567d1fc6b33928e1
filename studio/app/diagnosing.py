"""What the log learns of the window, and what the window says of a crash before it."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from studio.diagnostics.noting import in_words, note_opened
from studio.errors import StudioError

if TYPE_CHECKING:
    from studio.app.commands import Commands
    from studio.app.controller.controller import Controller
    from studio.app.state import Sound, Trouble
    from studio.app.window import Window
    from studio.document.opened import OpenedModel

log = logging.getLogger(__name__)
LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Diagnosing:
    """Writes down what was opened and what went wrong; couples the row about the last crash."""

    def __init__(self, window: Window, controller: Controller, commands: Commands) -> None:
        window.last_time.report_asked.connect(commands.helping.copy_report)
        window.last_time.log_asked.connect(commands.helping.show_log)
        controller.troubled.connect(_note_trouble)
        controller.opened_changed.connect(_note_model)
        controller.sound_changed.connect(_note_sound)
        controller.projects.file_changed.connect(_note_project)


def hear_qt() -> None:
    """From now on Qt's messages are written to the log too; what is fatal is there before Qt ends the process."""
    qInstallMessageHandler(_note_qt)


def _note_trouble(trouble: Trouble) -> None:
    error = trouble.error
    trace = None if isinstance(error, StudioError) else (type(error), error, error.__traceback__)
    log.warning("Shown: %s", in_words(error), exc_info=trace)


def _note_model(opened: OpenedModel | None) -> None:
    if opened is not None:
        note_opened("model", opened.source.path, opened.kind, opened.digest)


def _note_sound(sound: Sound | None) -> None:
    if sound is not None:
        note_opened("sound", sound.path, f"{sound.own_channels} channels, {sound.own_rate} Hz")


def _note_project(path: Path | None) -> None:
    if path is not None:
        note_opened("project", path, "studio")


def _note_qt(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    log.log(LEVELS.get(kind, logging.WARNING), "Qt: %s", text)
    if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and sys.stderr is not None:
        sys.stderr.write(f"{text}\n")
