"""Why it does not sound as it should, and what to do: a row that is only there when something ails the engine."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from studio.app.state import Ailment
from studio.app.theme.theme import Theme
from studio.app.widgets.words import Elided, button, label, set_tone

GLYPHS = {"danger": ("error", "danger"), "warn": ("warn", "warning"), "dim": ("info", "text_muted")}


class Notice(QFrame):
    """Signals: asked: the user wants to see the settings that may help."""

    asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "notice")
        self.setAccessibleName("State of the sound engine")
        self._theme, self._now = theme, Ailment("", "")
        self.mark, self.word, self.said = QLabel(), label(tone="head"), Elided(tone="dim")
        self.way = button("Sound output…", self.asked.emit, "link", "Choose device, rate and block size")
        lay = QHBoxLayout(self)
        lay.setContentsMargins(8, 3, 8, 3)
        lay.setSpacing(8)
        lay.addWidget(self.mark)
        lay.addWidget(self.word)
        lay.addWidget(self.said, 1)
        lay.addWidget(self.way)
        theme.changed.connect(self._tint)
        self.hide()

    def show_ailment(self, ails: Ailment | None) -> None:
        """Say what ails the engine; nothing where all is well."""
        if ails is None:
            self.hide()
            return
        if ails != self._now:
            self._now = ails
            self.word.setText(ails.word)
            self.said.setText(f"{ails.said} {ails.hint}".strip())
            self.setAccessibleDescription(f"{ails.word}. {self.said.text()}")
            self.way.setVisible(ails.tone != "dim")
            set_tone(self, "tone", ails.tone)
            self._tint()
        self.show()

    def _tint(self) -> None:
        glyph, token = GLYPHS[self._now.tone]
        self.mark.setPixmap(self._theme.icon(glyph, token).pixmap(16, 16))
