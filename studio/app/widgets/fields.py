"""A field of a form: a label, its limit while typing, and beneath it what is wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from studio.app.widgets.words import Elided, label, set_tone

LINES_PX = 18


class TextField(QWidget):
    """One line or several of text.

    Args:
        key: of the card, as problems name it.
        title: what stands above it and what a screen reader says.
        help_text: said while it is empty.
        lines: how many lines it shows.

    Signals:
        edited: what the user typed, at every letter.
        left: the focus went elsewhere: the edit is whole.
    """

    edited = Signal(str)
    left = Signal()

    def __init__(self, key: str, title: str, help_text: str = "", lines: int = 1) -> None:
        super().__init__()
        self.key = key
        self.counter = Elided(tone="small")
        self.counter.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.trouble = label(tone="danger")
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.input: QLineEdit | QPlainTextEdit = QLineEdit() if lines == 1 else _several(lines)
        self.input.setAccessibleName(title)
        self.input.setPlaceholderText(help_text)
        self.input.setToolTip(help_text)
        self.input.installEventFilter(self)
        self._lay_out(title)
        if isinstance(self.input, QLineEdit):
            self.input.textEdited.connect(self.edited)
        else:
            self.input.textChanged.connect(self._typed)
        self.setFocusProxy(self.input)
        self._quiet = False

    def text(self) -> str:
        return self.input.text() if isinstance(self.input, QLineEdit) else self.input.toPlainText()

    def show_text(self, text: str) -> None:
        """Show what the document says, unless it is what stands there: the cursor stays where it is."""
        if text == self.text():
            return
        self._quiet = True
        if isinstance(self.input, QLineEdit):
            self.input.setText(text)
            self.input.setCursorPosition(0)
        else:
            self.input.setPlainText(text)
        self._quiet = False

    def show_limit(self, said: str, over: bool) -> None:
        """The count against the tightest limit, for example `43 / 60`."""
        self.counter.setText(said)
        set_tone(self.counter, "tone", "danger" if over else "small")

    def show_trouble(self, said: str) -> None:
        """What a host would refuse; empty for nothing."""
        self.trouble.setText(said)
        self.trouble.setVisible(bool(said))
        self.input.setAccessibleDescription(said)
        set_tone(self.input, "wrong", bool(said))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.left.emit()
        return super().eventFilter(watched, event)

    def _typed(self) -> None:
        if not self._quiet:
            self.edited.emit(self.text())

    def _lay_out(self, title: str) -> None:
        head = QHBoxLayout()
        name = label(title, "dim")
        name.setBuddy(self.input)
        head.addWidget(name)
        head.addWidget(self.counter, 1)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(4)
        lay.addLayout(head)
        lay.addWidget(self.input)
        lay.addWidget(self.trouble)


def _several(lines: int) -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setTabChangesFocus(True)
    made.setFixedHeight(lines * LINES_PX + 12)
    return made
