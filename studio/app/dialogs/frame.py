"""A dialog as all of ours look: a head, words, a body, buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.app.widgets.words import label

WIDTH_PX = 480


class Dialog(QDialog):
    """Window-modal; `then` is called once with whether it was accepted.

    Attributes:
        body: what it is about.
        row: the buttons at its foot.

    Args:
        accept: text of the button that agrees.
        cancel_first: the other button is the default: agreeing takes a decision.
    """

    def __init__(
        self, parent: QWidget, title: str, accept: str, then: Callable[[bool], None], *, cancel_first: bool = False
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH_PX)
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self.yes, self.no = QPushButton(accept), QPushButton("Cancel")
        self.yes.setProperty("role", "" if cancel_first else "primary")
        self.yes.clicked.connect(self.accept)
        self.no.clicked.connect(self.reject)
        first = self.no if cancel_first else self.yes
        first.setDefault(True)
        self.yes.setAutoDefault(not cancel_first)
        self.finished.connect(lambda result: then(result == int(QDialog.DialogCode.Accepted)))
        self.row = QHBoxLayout()
        self.row.setSpacing(8)
        self.row.addStretch(1)
        self.row.addWidget(self.no)
        self.row.addWidget(self.yes)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(24, 20, 24, 16)
        lay.setSpacing(20)
        lay.addLayout(self.body)
        lay.addLayout(self.row)

    def say(self, text: str, tone: str = "") -> None:
        """Add a paragraph."""
        words = label(text, tone)
        words.setWordWrap(True)
        self.body.addWidget(words)
