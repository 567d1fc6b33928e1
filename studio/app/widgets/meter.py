"""How loud it is: two bars in decibels, a peak that stays for a while, a clip lamp that stays until clicked."""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.app.theme.theme import Theme

FLOOR_DB, WARM_DB = -60.0, -6.0
FALL_DB_PER_S, HOLD_S = 24.0, 1.5
LAMP_PX, GAP_PX = 4, 2


class Meter(QWidget):
    """Two channels. A click puts the clip lamps out.

    Signals:
        cleared: the lamps were put out.
    """

    cleared = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._levels, self._held = [FLOOR_DB, FLOOR_DB], [FLOOR_DB, FLOOR_DB]
        self._held_for, self.clipped = [0.0, 0.0], [False, False]
        self._since = QElapsedTimer()
        self.setAccessibleName(title)
        self.setToolTip(f"{title}. The red lamp stays on after clipping; click to put it out.")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(18, 96)

    @property
    def loudest_db(self) -> float:
        return max(self._held)

    def show_peaks(self, left: float, right: float) -> None:
        """Show the peaks of the last moment, 1.0 being full scale; silence lets the bars fall."""
        seconds = self._since.restart() / 1000 if self._since.isValid() else 0.0
        if not self._since.isValid():
            self._since.start()
        before = (tuple(self._levels), tuple(self._held), tuple(self.clipped))
        for channel, peak in enumerate((left, right)):
            self._follow(channel, peak, seconds)
        if before != (tuple(self._levels), tuple(self._held), tuple(self.clipped)):
            self.setAccessibleDescription(f"{self.loudest_db:.0f} dB")
            self.update()

    def clear(self) -> None:
        self.clipped = [False, False]
        self.update()
        self.cleared.emit()

    def _follow(self, channel: int, peak: float, seconds: float) -> None:
        level = max(FLOOR_DB, 20 * math.log10(peak)) if peak > 0 else FLOOR_DB
        self.clipped[channel] = self.clipped[channel] or peak > 1.0
        self._levels[channel] = max(level, self._levels[channel] - FALL_DB_PER_S * seconds, FLOOR_DB)
        self._held_for[channel] += seconds
        if level >= self._held[channel]:
            self._held[channel], self._held_for[channel] = level, 0.0
        elif self._held_for[channel] > HOLD_S:
            self._held[channel] = max(FLOOR_DB, self._held[channel] - FALL_DB_PER_S * seconds)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clear()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        wide = (self.width() - GAP_PX) / 2
        for channel in range(2):
            x = channel * (wide + GAP_PX)
            lamp = "meter_clip" if self.clipped[channel] else "wave_field"
            self._draw_field(painter, QRectF(x, 0, wide, LAMP_PX), lamp)
            self._draw_bar(painter, QRectF(x, LAMP_PX + GAP_PX, wide, self.height() - LAMP_PX - GAP_PX), channel)

    def _draw_field(self, painter: QPainter, box: QRectF, token: str) -> None:
        painter.fillRect(box, self._theme.color("panel_border"))
        painter.fillRect(box.adjusted(1, 1, -1, -1), self._theme.color(token))

    def _draw_bar(self, painter: QPainter, box: QRectF, channel: int) -> None:
        self._draw_field(painter, box, "wave_field")
        for low, high, token in ((FLOOR_DB, WARM_DB, "meter"), (WARM_DB, 0.0, "meter_hot")):
            top = min(self._levels[channel], high)
            if top > low:
                upper, lower = _y(top, box), _y(low, box)
                painter.fillRect(QRectF(box.x(), upper, box.width(), lower - upper), self._theme.color(token))
        if self._held[channel] > FLOOR_DB:
            line = QRectF(box.x(), _y(min(0.0, self._held[channel]), box), box.width(), 2)
            painter.fillRect(line, self._theme.color("text_muted"))


def _y(level_db: float, box: QRectF) -> float:
    return box.bottom() - (level_db - FLOOR_DB) / -FLOOR_DB * box.height()
