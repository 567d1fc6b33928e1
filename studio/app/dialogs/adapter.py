"""How a model is called, as Python to read and to copy."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.app.dialogs.frame import Dialog
from studio.app.widgets.words import button

WIDTH_PX, HEIGHT_PX = 820, 480


class AdapterDialog(Dialog):
    """Read-only text with a button that copies it."""

    def __init__(self, parent: QWidget, name: str, text: str) -> None:
        super().__init__(parent, f"How {name} is called", "Close", lambda _yes: None)
        self.no.hide()
        self.setFixedWidth(min(WIDTH_PX, parent.window().width() - 48))
        alone = "It needs this app's filters" if "from studio" in text else "It runs with torch alone"
        self.say(f"Written from what was found and corrected. {alone}, without the window.", "dim")
        self.text = QPlainTextEdit(text, readOnly=True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Python")
        self.text.setFixedHeight(max(240, min(HEIGHT_PX, parent.window().height() - 240)))
        self.body.addWidget(self.text)
        self.copy = button("Copy", self._copy, tip="Copy all of it")
        self.row.insertWidget(0, self.copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy.setText("Copied")
