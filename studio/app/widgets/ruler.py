"""Time above the waveforms, and the handle by which the play head is taken."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.app.theme.theme import Theme

HEIGHT_PX, HANDLE_PX = 20, 6
APART_PX = 84  # at least, between two times
STEPS = (1, 2, 5, 10, 15, 30)


class Ruler(QWidget):
    """A press takes the play head there; while it is held the sound around it is heard.

    Signals:
        scrubbed: the hand is at this frame.
        let_go: the hand has left it.
    """

    scrubbed = Signal(int)
    let_go = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view, self._frames, self._rate, self._playhead = (0.0, 1.0), 0, 1, 0
        self._held = False
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time; drag to hear the sound under the play head")
        self.setToolTip("Drag to hear the sound under the play head")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(480, HEIGHT_PX)

    def show_sound(self, frames: int, rate: int) -> None:
        """How long the sound is; 0 where there is none."""
        self._frames, self._rate = frames, rate
        self.update()

    def show_view(self, start: float, end: float) -> None:
        if self._view != (start, end):
            self._view = (start, end)
            self.update()

    def show_playhead(self, frame: int) -> None:
        old, self._playhead = round(self._x(self._playhead)), frame
        new = round(self._x(frame))
        if old != new:
            for x in (old, new):
                self.update(x - HANDLE_PX - 1, 0, 2 * HANDLE_PX + 2, HEIGHT_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._frames and event.button() == Qt.MouseButton.LeftButton:
            self._held = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.scrubbed.emit(self._frame(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self.scrubbed.emit(self._frame(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held and event.button() == Qt.MouseButton.LeftButton:
            self._held = False
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            self.let_go.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        if not self._frames:
            return
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        self._draw_times(painter)
        x = self._x(self._playhead)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("playhead"))
        low = HEIGHT_PX - 2.0
        corners = ((x - HANDLE_PX, low - 9), (x + HANDLE_PX, low - 9), (x + HANDLE_PX, low - 5), (x, low + 1))
        painter.drawPolygon(QPolygonF([QPointF(*at) for at in (*corners, (x - HANDLE_PX, low - 5))]))

    def _draw_times(self, painter: QPainter) -> None:
        start, end = (frame / self._rate for frame in self._view)
        step = step_seconds((end - start) / max(1, self.width()) * APART_PX)
        number = int(start / step)
        while (at := number * step) <= min(end, self._frames / self._rate):
            x = round(self._x(at * self._rate))
            painter.fillRect(QRectF(x, HEIGHT_PX - 7, 1, 7), self._theme.color("field_border"))
            painter.setPen(self._theme.color("text_muted"))
            painter.drawText(QPointF(x + 4, HEIGHT_PX - 6), time_text(at, step))
            number += 1

    def _x(self, frame: float) -> float:
        start, end = self._view
        return (frame - start) / (end - start) * self.width()

    def _frame(self, x: float) -> int:
        start, end = self._view
        frame = start + x / max(1, self.width()) * (end - start)
        return round(min(max(frame, 0.0), float(self._frames)))


def step_seconds(least: float) -> float:
    """The shortest round step that is not below `least` seconds."""
    size = 1e-4
    while size < 1.0:
        for step in (1, 2, 5):
            if step * size >= least:
                return step * size
        size *= 10
    for unit in (1, 60, 3600):
        for step in STEPS:
            if step * unit >= least:
                return float(step * unit)
    return 24 * 3600.0


def time_text(seconds: float, step: float) -> str:
    """Minutes and seconds, with as many decimals as the step needs."""
    decimals = max(0, next((n for n in range(5) if abs(step * 10**n - round(step * 10**n)) < 1e-6), 4))
    minutes, rest = divmod(round(seconds, decimals), 60)
    width = 2 + (decimals + 1 if decimals else 0)
    return f"{int(minutes)}:{rest:0{width}.{decimals}f}"
