"""Whether this computer has what the program needs, as `studio doctor` says it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from studio.app.dialogs.frame import Dialog
from studio.app.theme.theme import Theme
from studio.app.widgets.words import button, label, show_progress
from studio.document.check import Check, passed
from studio.flows.doctor import Section, as_text, without_home

WIDTH_PX, HEIGHT_PX = 720, 520
GLYPHS = {
    "pass": ("check", "good"),
    "warn": ("warn", "warning"),
    "fail": ("error", "danger"),
    "skip": ("info", "text_muted"),
}
WORDS = {"pass": "passed", "warn": "look at this", "fail": "failed", "skip": "not asked"}


class DoctorDialog(Dialog):
    """Empty at first; `show_sections` fills it."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent, "Check this computer", "Close", lambda yes: None)
        self.no.hide()
        self.setFixedWidth(WIDTH_PX)
        self._theme = theme
        self._sections: Sequence[Section] = ()
        self.summary = label("Looking at this computer…", "title")
        self.progress = QProgressBar(textVisible=False)
        show_progress(self.progress, None)
        self.copy = button("Copy report", self._copy, tip="Copy all of it as text; your name is not in it")
        self.copy.setEnabled(False)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(12)
        self.grid.setVerticalSpacing(6)
        self.grid.setColumnStretch(3, 1)
        self._lay_out()

    def show_sections(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        rows = [row for section in sections for row in section.rows]
        looks = sum(row.verdict == "warn" for row in rows)
        well = "Everything is as it should be." if not looks else f"It works; {looks} to look at."
        self.summary.setText(well if passed(rows) else "Something is broken.")
        self.progress.hide()
        self.copy.setEnabled(True)
        for section in sections:
            self.grid.addWidget(label(section.title, "head"), self.grid.rowCount(), 0, 1, 4)
            for row in section.rows:
                self._add(row)
        self.grid.setRowStretch(self.grid.rowCount(), 1)

    def show_failure(self, error: Exception) -> None:
        self.summary.setText(str(error))
        self.progress.hide()

    def _add(self, row: Check) -> None:
        at = self.grid.rowCount()
        glyph, ink = GLYPHS[row.verdict]
        verdict = QLabel()
        verdict.setPixmap(self._theme.icon(glyph, ink).pixmap(16, 16))
        verdict.setAccessibleName(WORDS[row.verdict])
        verdict.setToolTip(WORDS[row.verdict])
        measured = " ".join(str(each) for each in (row.value, row.unit) if each not in (None, ""))
        self.grid.addWidget(verdict, at, 0)
        for column, (said, tone) in enumerate(((row.title, ""), (measured, "dim"), (row.advice, "small")), 1):
            words = label(without_home(said), tone)
            words.setWordWrap(True)
            words.setMinimumWidth(0 if column == 3 else 150)
            self.grid.addWidget(words, at, column)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self._sections))

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
        for each in (self.summary, self.progress, area):
            self.body.addWidget(each)
        self.row.insertWidget(0, self.copy)
