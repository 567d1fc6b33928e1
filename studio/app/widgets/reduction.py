"""By how much the limiter lowers the sound."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.app.theme.theme import Theme

FULL_DB = 12.0


class Reduction(QWidget):
    """A bar that grows from the right, as long as the sound is lowered."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self.reduction_db = theme, 0.0
        self.setAccessibleName("Gain reduction of the limiter")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.show_reduction(0.0)

    def sizeHint(self) -> QSize:
        return QSize(48, 8)

    def show_reduction(self, reduction_db: float) -> None:
        """At most 0."""
        shown = round(reduction_db, 1)
        if shown != self.reduction_db or not self.toolTip():
            self.reduction_db = shown
            said = f"lowers the sound by {-shown:.1f} dB" if shown else "does not lower the sound"
            self.setAccessibleDescription(said)
            self.setToolTip(f"The limiter {said} now. The bar is full at {FULL_DB:.0f} dB.")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        box = QRectF(self.rect())
        painter.fillRect(box, self._theme.color("panel_border"))
        painter.fillRect(box.adjusted(1, 1, -1, -1), self._theme.color("wave_field"))
        inside = box.adjusted(1, 1, -1, -1)
        wide = inside.width() * min(1.0, -self.reduction_db / FULL_DB)
        bar = QRectF(inside.right() - wide, inside.top(), wide, inside.height())
        painter.fillRect(bar, self._theme.color("meter_hot" if self.isEnabled() else "field_border"))
