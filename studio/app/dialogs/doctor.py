"""Whether this computer has what the program needs, as `studio doctor` says it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from studio.app.dialogs.frame import Dialog
from studio.app.theme.theme import Theme
from studio.app.widgets.words import button, label, show_progress
from studio.document.check import Check, passed
from studio.errors import StudioError
from studio.flows.computer import without_home
from studio.flows.doctor import STATES, Section, measured

WIDTH_PX, HEIGHT_PX = 720, 520
TITLE_PX, HEAD_PX = 200, 34
GLYPHS = {
    "pass": ("check", "good"),
    "warn": ("warn", "warning"),
    "fail": ("error", "danger"),
    "skip": ("info", "text_muted"),
}


class DoctorDialog(Dialog):
    """Empty at first; `show_sections` fills it."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent, "Check this computer", "Close", lambda yes: None)
        self.no.hide()
        self.setFixedWidth(WIDTH_PX)
        self._theme = theme
        self._report = ""
        self.summary = label("Looking at this computer…", "title")
        self.progress = QProgressBar(textVisible=False)
        show_progress(self.progress, None)
        self.copy = button(
            "Copy report", self._copy, tip="Copy it with the end of the log, without names and private paths"
        )
        self.copy.setEnabled(False)
        self.waiting = label("This takes some seconds. Nothing is changed.", "dim")
        self._verdicts: list[tuple[QLabel, str]] = []
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(12)
        self.grid.setVerticalSpacing(2)
        self.grid.setColumnMinimumWidth(1, TITLE_PX)
        self.grid.setColumnStretch(2, 1)
        theme.changed.connect(self._tint)
        self._lay_out()

    def show_sections(self, sections: Sequence[Section], report: str) -> None:
        """All rows, and the text that is copied when it is asked for."""
        self._report = report
        rows = [row for section in sections for row in section.rows]
        looks = sum(row.verdict == "warn" for row in rows)
        well = "Everything is as it should be." if not looks else f"It works; {looks} could be better."
        self.summary.setText(well if passed(rows) else "Something is broken.")
        self._stop_waiting()
        self.copy.setEnabled(True)
        for section in sections:
            at = self.grid.rowCount()
            self.grid.setRowMinimumHeight(at, HEAD_PX)
            self.grid.addWidget(label(section.title, "head"), at, 0, 1, 3, Qt.AlignmentFlag.AlignBottom)
            for row in section.rows:
                self._add(row)
        self.grid.setRowStretch(self.grid.rowCount(), 1)
        self._tint()

    def show_failure(self, error: Exception) -> None:
        """It could not be found out; why, and what to do."""
        self.summary.setText(str(error))
        self._stop_waiting()
        self.grid.addWidget(_wrapped(error.hint if isinstance(error, StudioError) else "Try again."), 0, 0, 1, 3)
        self.grid.setRowStretch(self.grid.rowCount(), 1)

    def _stop_waiting(self) -> None:
        self.progress.hide()
        self.waiting.hide()

    def _add(self, row: Check) -> None:
        """Verdict, title and value in one line; below it what it means and what to do."""
        at = self.grid.rowCount()
        verdict = QLabel()
        verdict.setAccessibleName(STATES[row.verdict])
        verdict.setToolTip(STATES[row.verdict])
        self._verdicts.append((verdict, row.verdict))
        self.grid.addWidget(verdict, at, 0, Qt.AlignmentFlag.AlignTop)
        self.grid.addWidget(_wrapped(row.title), at, 1)
        self.grid.addWidget(_wrapped(without_home(measured(row)), "dim"), at, 2)
        if row.advice:
            self.grid.addWidget(_wrapped(without_home(row.advice), "small"), at + 1, 1, 1, 2)

    def _tint(self) -> None:
        for shown, verdict in self._verdicts:
            shown.setPixmap(self._theme.icon(*GLYPHS[verdict]).pixmap(16, 16))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setProperty("plain", True)
        lay = QVBoxLayout(inside)
        lay.setContentsMargins(0, 0, 8, 0)
        lay.addLayout(self.grid)
        lay.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(inside)
        area.setFixedHeight(HEIGHT_PX)
        for each in (self.summary, self.progress, self.waiting, area):
            self.body.addWidget(each)
        self.row.insertWidget(0, self.copy)


def _wrapped(text: str, tone: str = "") -> QLabel:
    words = label(text, tone)
    words.setWordWrap(True)
    return words
