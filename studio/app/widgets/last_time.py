"""That the program crashed before this start: said once, quietly, and gone when it was read."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from studio.app.theme.theme import Theme
from studio.app.widgets.words import button, icon_button, label

SAID = "The app stopped unexpectedly last time."


class LastTime(QFrame):
    """A row that is hidden until `show`.

    Signals:
        report_asked: copy what helps to find out why.
        log_asked: show the log.
    """

    report_asked = Signal()
    log_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "notice")
        self.setProperty("tone", "dim")
        self.setAccessibleName("Last time")
        self.setAccessibleDescription(SAID)
        self._theme = theme
        self._mark = QLabel()
        self.copy = button("Copy report", self.report_asked.emit, "link", "Copy what helps to find out why")
        self.log = button("Show log", self.log_asked.emit, "link", "What happened, line by line")
        close = icon_button(theme, "close", "Close this message")
        close.clicked.connect(self.hide)
        lay = QHBoxLayout(self)
        lay.setContentsMargins(8, 3, 8, 3)
        lay.setSpacing(8)
        lay.addWidget(self._mark)
        lay.addWidget(label(SAID, "head"))
        lay.addStretch(1)
        for each in (self.copy, self.log, close):
            lay.addWidget(each)
        theme.changed.connect(self._tint)
        self._tint()
        self.hide()

    def _tint(self) -> None:
        self._mark.setPixmap(self._theme.icon("info", "text_muted").pixmap(16, 16))
