"""The load of the last minute: a filled curve, the worst blocks above it, the line at which sound breaks."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.app.load import SECONDS, Column, LoadHistory
from studio.app.theme.theme import Theme

LEFT_PX, FOOT_PX, TOP_PX = 40, 18, 6
COLUMN_PX = 2
LEAST_TOP, MOST_TOP = 1.25, 4.0  # of the scale; 1.0 is all of a block's time
EVENT_ROWS = 3


class LoadChart(QWidget):
    """Paints a `LoadHistory`; it is asked for as many columns as there are to paint, whatever was recorded."""

    def __init__(self, theme: Theme, history: LoadHistory) -> None:
        super().__init__()
        self._theme, self._history = theme, history
        self.setAccessibleName("Load of the last minute")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(480, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        field = QRectF(LEFT_PX, TOP_PX, self.width() - LEFT_PX - 1, self.height() - TOP_PX - FOOT_PX)
        columns = self._history.columns(max(1, int(field.width()) // COLUMN_PX))
        most = max((each.worst for each in columns), default=0.0)
        top = min(max(LEAST_TOP, most * 1.1), MOST_TOP)
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.fillRect(field, self._theme.color("wave_field"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_curves(painter, field, columns, top)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._draw_late(painter, field, columns)
        self._draw_scale(painter, field, top)
        self._draw_events(painter, field)

    def _draw_curves(self, painter: QPainter, field: QRectF, columns: list[Column], top: float) -> None:
        for token, values in (
            ("accent", [each.load for each in columns]),
            ("warning", [each.worst for each in columns]),
        ):
            for run in _runs(values):
                points = [QPointF(_x(field, at, len(columns)), _y(field, value, top)) for at, value in run]
                if token == "accent":
                    feet = [QPointF(points[-1].x(), field.bottom()), QPointF(points[0].x(), field.bottom())]
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(self._theme.color(token, 0.35))
                    painter.drawPolygon(QPolygonF([*points, *feet]))
                painter.setPen(QPen(self._theme.color(token), 1.25))
                painter.drawPolyline(QPolygonF(points))

    def _draw_late(self, painter: QPainter, field: QRectF, columns: list[Column]) -> None:
        for at, each in enumerate(columns):
            if each.late:
                x = _x(field, at, len(columns))
                painter.fillRect(QRectF(round(x) - 1, field.bottom() - 12, 2, 12), self._theme.color("meter_clip"))

    def _draw_scale(self, painter: QPainter, field: QRectF, top: float) -> None:
        y = round(_y(field, 1.0, top))
        painter.setPen(QPen(self._theme.color("danger"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(field.left(), y), QPointF(field.right(), y))
        painter.setPen(self._theme.color("text_muted"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share in (0.0, 0.5, 1.0):
            at = _y(field, share, top)
            painter.drawText(QRectF(0, min(at - 8, field.bottom() - 12), LEFT_PX - 6, 16), right, f"{share:.0%}")
        foot = QRectF(field.left(), field.bottom() + 2, field.width(), FOOT_PX - 2)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, f"{SECONDS:.0f} s ago")
        painter.drawText(foot, Qt.AlignmentFlag.AlignHCenter, f"{SECONDS / 2:.0f} s")
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, "now")

    def _draw_events(self, painter: QPainter, field: QRectF) -> None:
        """A thin line each, its words beside it on the first free row, where there is one."""
        metrics = painter.fontMetrics()
        free = [field.left()] * EVENT_ROWS
        for age, said in self._history.recent():
            x = field.right() - age / SECONDS * field.width()
            painter.fillRect(QRectF(round(x), field.top(), 1, field.height()), self._theme.color("text_disabled"))
            wide = metrics.horizontalAdvance(said) + 8
            left = x + 2 if x + 2 + wide <= field.right() else x - wide - 1
            row = next((row for row, end in enumerate(free) if end <= left), None)
            if row is None:
                continue
            free[row] = left + wide
            box = QRectF(left, field.top() + 2 + row * 16, wide, 15)
            painter.fillRect(box, self._theme.color("wave_field", 0.85))
            painter.setPen(self._theme.color("text_muted"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, said)


def _runs(values: list[float]) -> list[list[tuple[int, float]]]:
    """Stretches without gaps; an empty column or two between others is none."""
    runs: list[list[tuple[int, float]]] = []
    for at, value in enumerate(values):
        if value < 0:
            continue
        if runs and at - runs[-1][-1][0] <= 3:
            runs[-1].append((at, value))
        else:
            runs.append([(at, value)])
    return runs


def _x(field: QRectF, column: int, count: int) -> float:
    return field.left() + (column + 0.5) / count * field.width()


def _y(field: QRectF, share: float, top: float) -> float:
    return field.bottom() - min(share, top) / top * field.height()
