"""The levels of the last seconds, for a sound that has no waveform yet: it is being played."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.app.theme.theme import Theme
from studio.app.widgets.field import draw_chip, draw_field

COLUMNS = 360  # at thirty a second: twelve seconds
TOO_LOUD = 1.0


class LevelHistory(QWidget):
    """One column for each level it is told, the newest at the right; it stands where a waveform does.

    Args:
        ink: the palette's token for the columns.
        title: said in its corner and to screen readers.
    """

    def __init__(self, theme: Theme, ink: str, title: str) -> None:
        super().__init__()
        self._theme, self._ink, self._title = theme, ink, title
        self._levels: deque[float] = deque(maxlen=COLUMNS)
        self.setAccessibleName(f"{title} of the last seconds")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def levels(self) -> tuple[float, ...]:
        """Peaks, the newest last; 1 is full scale."""
        return tuple(self._levels)

    def sizeHint(self) -> QSize:
        return QSize(480, 128)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 56)

    def show_level(self, peak: float) -> None:
        self._levels.append(peak)
        self.update()

    def clear(self) -> None:
        self._levels.clear()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        draw_field(painter, self._theme, self.width(), self.height())
        self._draw_columns(painter, self.height() / 2)
        draw_chip(painter, self._theme, self._title, Qt.AlignmentFlag.AlignLeft, self.width())

    def _draw_columns(self, painter: QPainter, middle: float) -> None:
        inks = self._theme.color(self._ink), self._theme.color("meter_clip")
        edge, wide = self.width() - 1, (self.width() - 2) / COLUMNS
        for age, level in enumerate(reversed(self._levels)):
            left, right = (round(edge - each * wide) for each in (age + 1, age))
            tall = max(1, round(min(level, 1.0) * (middle - 4)))
            painter.fillRect(QRect(left, round(middle) - tall, right - left, 2 * tall), inks[level >= TOO_LOUD])
