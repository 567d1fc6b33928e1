"""Labels, buttons and surfaces in the few forms the window uses."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QPushButton, QSizePolicy, QToolButton, QWidget

from studio.app.theme.theme import Theme


def label(text: str = "", tone: str = "", parent: QWidget | None = None) -> QLabel:
    """A label; `tone` is title, head, dim, small, danger, warn, ok or tag."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)  # names come from files: they must not become markup
    made.setProperty("tone", tone)
    return made


def set_tone(widget: QWidget, name: str, value: object) -> None:
    """Change a property the style sheet looks at, and let it look again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def button(text: str, run: Callable[[], object], role: str = "", tip: str = "") -> QPushButton:
    """A push button; `role` is primary, link, problem or empty."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the space bar plays, and does not press it again
    made.setProperty("role", role)
    made.setToolTip(tip)
    made.clicked.connect(lambda _checked: run())
    if role in ("link", "problem"):
        made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def show_progress(bar: QProgressBar, share: float | None) -> None:
    """Show 0…1, or that nobody knows, when the window is painted next: `setValue` alone would paint at once."""
    bar.setUpdatesEnabled(False)
    bar.setRange(0, 0 if share is None else 1000)
    bar.setValue(round((share or 0.0) * 1000))
    bar.setUpdatesEnabled(True)


def icon_button(theme: Theme, glyph: str, name: str, role: str = "", token: str = "text") -> QToolButton:
    """A button of one icon; `name` is its tool tip and what a screen reader says."""
    made = QToolButton()
    made.setProperty("role", role)
    made.setIconSize(QSize(16, 16))
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    theme.dress(made, glyph, token)
    return made


def surface(kind: str = "panel", parent: QWidget | None = None) -> QFrame:
    """A frame that the style sheet paints: panel, strip, good, line, rail or rule."""
    made = QFrame(parent)
    made.setProperty("surface", kind)
    return made


class Elided(QLabel):
    """One line that ends in … where there is no room, and says all of it in its tool tip."""

    def __init__(self, text: str = "", tone: str = "", where: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__(text)
        self._where = where
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self.palette().windowText().color())
            shown = QFontMetrics(self.font()).elidedText(self.text(), self._where, self.width())
            painter.drawText(self.rect(), int(self.alignment()), shown)
