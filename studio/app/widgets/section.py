"""A part of a form that opens and closes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.app.widgets.words import Elided


class Section(QWidget):
    """A head that is clicked, and a body that it shows or hides.

    Args:
        title: of the head.
        body: what is shown and hidden.

    Signals:
        toggled: whether it is open now.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, body: QWidget) -> None:
        super().__init__()
        self.head = QToolButton()
        self.head.setProperty("role", "section")
        self.head.setText(title)
        self.head.setAccessibleName(title)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setCheckable(True)
        self.head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.head.toggled.connect(self.show_open)
        self.about = Elided(tone="small")
        self.body = body
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.head)
        row.addWidget(self.about, 1)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(4)
        lay.addLayout(row)
        lay.addWidget(body)
        self.show_open(False)

    def show_open(self, opened: bool) -> None:
        self.head.setChecked(opened)
        self.head.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        self.body.setVisible(opened)
        self.toggled.emit(opened)

    def show_about(self, said: str) -> None:
        """A few words beside the head, so that a closed one tells what is in it."""
        self.about.setText(said)
        self.head.setAccessibleDescription(said)
