"""What went wrong, where it can be read: a sentence, what to do, a way out. Never in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout

from studio.app.theme.theme import Theme
from studio.app.widgets.words import button, icon_button, label, set_tone

Way = tuple[str, Callable[[], None]]


class ErrorStrip(QFrame):
    """Hidden until something fails or is done, and gone when closed or when the next attempt begins.

    Signals:
        closed: the user has read it.
    """

    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "strip")
        self.setAccessibleName("Problem")
        self.sentence, self.hint = label(tone="head"), label(tone="dim")
        for words in (self.sentence, self.hint):
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details = QPlainTextEdit(readOnly=True)
        self.details.setAccessibleName("Details of the problem")
        self.details.setFixedHeight(120)
        self._ways = QHBoxLayout()
        self._more = button("Details", self._toggle)
        self._copy = button("Copy report", self._copy_report)
        self._mark = QLabel()
        self._glyph = "error", "danger"
        self._theme = theme
        theme.changed.connect(self._tint)
        self._lay_out()
        self.hide()

    def show_problem(self, sentence: str, hint: str = "", details: str = "", ways: Sequence[Way] = ()) -> None:
        """Say it; `ways` are buttons, each with what it does; the first is what we would do."""
        self._dress("strip", "Problem", ("error", "danger"))
        self._say(sentence, hint, details, ways)

    def show_news(self, sentence: str, hint: str = "", ways: Sequence[Way] = ()) -> None:
        """Something is done, and this can be done with it."""
        self._dress("good", "News", ("check", "good"))
        self._say(sentence, hint, "", ways)

    def _dress(self, surface: str, name: str, glyph: tuple[str, str]) -> None:
        set_tone(self, "surface", surface)
        self.setAccessibleName(name)
        self._glyph = glyph

    def _say(self, sentence: str, hint: str, details: str, ways: Sequence[Way]) -> None:
        self.sentence.setText(sentence)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.details.setPlainText(details)
        self.details.hide()
        self._more.setVisible(bool(details))
        self._copy.setVisible(bool(details))
        while item := self._ways.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for index, (text, run) in enumerate(ways):
            self._ways.addWidget(self._way(text, run, "" if index else "primary"))
        self.setAccessibleDescription(f"{sentence} {hint}".strip())
        self._tint()
        self.show()

    def dismiss(self) -> None:
        self.hide()
        self.closed.emit()

    def _way(self, text: str, run: Callable[[], None], role: str) -> QPushButton:
        def go() -> None:
            self.dismiss()
            run()

        return button(text, go, role)

    def _toggle(self) -> None:
        self.details.setVisible(self.details.isHidden())

    def _copy_report(self) -> None:
        from studio.diagnostics.privacy import redacted  # its patterns would cost the first frame 20 ms

        report = f"{self.sentence.text()}\n{self.hint.text()}\n\n{self.details.toPlainText()}"
        QGuiApplication.clipboard().setText(redacted(report))

    def _tint(self) -> None:
        self._mark.setPixmap(self._theme.icon(*self._glyph).pixmap(20, 20))

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.sentence)
        words.addWidget(self.hint)
        close = icon_button(self._theme, "close", "Close this message")
        close.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addLayout(self._ways)
        for each in (self._more, self._copy, close):
            row.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(12, 8, 8, 8)
        lay.addLayout(row)
        lay.addWidget(self.details)
