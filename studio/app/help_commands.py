"""What the actions do that help where something does not work: look at this computer, copy a report, show the log."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from studio.app.tasks import Report
from studio.diagnostics.log import log_file

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.app.window import Window
    from studio.flows.doctor import Section


@dataclass(frozen=True)
class Examined:
    """What was found out, and all of it as text to be sent to somebody."""

    sections: list[Section]
    report: str


class HelpCommands:
    """Help that looks at this computer; it takes seconds, so it runs beside the window."""

    def __init__(self, window: Window, controller: Controller) -> None:
        self._window, self._controller = window, controller

    def doctor(self) -> None:
        """Show what is there and what is missing."""
        from studio.app.dialogs.doctor import DoctorDialog

        dialog = DoctorDialog(self._window, self._window.theme)
        tasks = self._controller.tasks
        tasks.run(
            "Checking this computer",
            self._examination(),
            lambda found: dialog.show_sections(found.sections, found.report),
            dialog.show_failure,
            key="doctor",
            quiet=True,
        )
        dialog.finished.connect(lambda _result: tasks.drop("doctor"))
        dialog.open()

    def copy_report(self) -> None:
        """Put the report on the clipboard."""

        def done(found: Examined) -> None:
            QGuiApplication.clipboard().setText(found.report)
            self._window.status.show_message("The report is copied. Paste it into a message.")

        self._controller.tasks.run(
            "Collecting a report", self._examination(), done, self._controller.trouble, key="report"
        )

    def show_log(self) -> None:
        """Open the log with what the desktop has for texts; where it has nothing, say where it is."""
        path = log_file() if log_file().exists() else log_file().parent
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._window.status.show_message(f"The log is {path}.")

    def _examination(self) -> Callable[[Report, threading.Event], Examined]:
        from studio.flows.doctor import examine
        from studio.flows.problem_report import problem_report

        device, settings = self._controller.playing.device, self._controller.services.settings
        playing = f"{device.name}, {device.sample_rate / 1000:g} kHz, {device.block} samples" if device.name else ""

        def work(report: Report, cancel: threading.Event) -> Examined:
            sections = examine(settings, playing=playing, report=report, cancel=cancel)
            return Examined(sections, problem_report(sections, settings))

        return work
