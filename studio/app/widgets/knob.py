"""A knob that thinks in its parameter's own unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QDial, QWidget

from studio.app.theme.theme import Theme

if TYPE_CHECKING:
    from studio.document.parameter import Parameter

STEPS = 10_000  # of the dial beneath, so that a screen reader and the arrow keys work without our doing
TRAVEL_PX = 200  # a drag this far is the whole range
HOVER_MS = 300  # a wheel that only passes over a knob while scrolling must not turn it
TURN, START = 270.0, 225.0  # degrees


class Knob(QDial):
    """Drag up and down; Shift is ten times finer; double-click or Delete returns to the default.

    Signals:
        moved: the user turned it to this position, 0…1.
        gripped: the mouse holds it, moving or not.
        let_go: the gesture ended; the next one is an edit of its own.
    """

    moved = Signal(float)
    gripped = Signal()
    let_go = Signal()

    def __init__(self, theme: Theme, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.parameter = theme, parameter
        self._drag: tuple[float, float] | None = None
        self._hover = QElapsedTimer()
        self._quiet, self._automated, self._note = False, False, ""
        self.setRange(0, STEPS)
        coarse = STEPS // (len(parameter.choices) - 1) if parameter.kind == "choice" else 100
        self.setSingleStep(STEPS if parameter.kind == "toggle" else coarse)
        self.setPageStep(max(1000, self.singleStep()))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(parameter.name)
        self.valueChanged.connect(self._changed)
        theme.changed.connect(self.update)
        self.set_position(parameter.default_position)

    def sizeHint(self) -> QSize:
        return QSize(56, 56)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 48)

    @property
    def position(self) -> float:
        return self.value() / STEPS

    def set_position(self, position: float) -> None:
        """Show a position that came from elsewhere: nothing is signalled."""
        if self._drag is not None:
            return
        self._quiet = True
        self.setValue(round(position * STEPS))
        self._quiet = False
        self._describe()

    def show_automated(self, automated: bool) -> None:
        """Whether it moves by itself."""
        if automated != self._automated:
            self._automated = automated
            self._describe()
            self.update()

    def show_note(self, note: str) -> None:
        """Say this in the tool tip as well."""
        self._note = note
        self._describe()

    def reset(self) -> None:
        self.setValue(round(self.parameter.default_position * STEPS))
        self.let_go.emit()

    def _changed(self, _value: int) -> None:
        self._describe()
        if not self._quiet:
            self.moved.emit(self.position)

    def _describe(self) -> None:
        said = self.parameter.show(self.parameter.value_at(self.position))
        self.setAccessibleDescription(said)
        moves = "Its recorded moves are played; hold it to take over." if self._automated else ""
        more = "".join(_paragraph(each) for each in (self.parameter.description, moves, self._note))
        self.setToolTip(f"{self.parameter.name}: {said}{more}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = (event.position().y(), float(self.value()))
            self.gripped.emit()
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            return
        y, value = self._drag
        speed = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        value = min(max(value + (y - event.position().y()) * STEPS / TRAVEL_PX * speed, 0.0), float(STEPS))
        self._drag = (event.position().y(), value)
        self.setValue(round(value))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = None
            self.let_go.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover.start()
        super().enterEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus() and (not self._hover.isValid() or self._hover.elapsed() < HOVER_MS):
            event.ignore()
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        turned = event.angleDelta().y() or event.angleDelta().x()  # Shift makes some systems scroll sideways
        step = max(1, self.singleStep() // 10) if fine else self.singleStep()
        self.setValue(self.value() + (step if turned > 0 else -step))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.reset()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            fine = max(1, self.singleStep() // 10)
            self.setValue(self.value() + (fine if event.key() == Qt.Key.Key_Up else -fine))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.let_go.emit()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:  # an exception must still end the painter, else Qt crashes
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        side = min(self.width(), self.height()) - 8.0
        ring = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        lit = self._theme.color(("wave_wet" if self._automated else "accent") if self.isEnabled() else "field_border")
        painter.setPen(_pen(self._theme.color("knob_track"), 4))
        painter.drawArc(ring, _sixteenths(START - TURN), _sixteenths(TURN))
        origin = self._origin()
        painter.setPen(_pen(lit, 4))
        painter.drawArc(ring, _sixteenths(START - TURN * origin), _sixteenths(TURN * (origin - self.position)))
        self._draw_body(painter, ring)

    def _draw_body(self, painter: QPainter, ring: QRectF) -> None:
        body = ring.adjusted(7, 7, -7, -7)
        focused = self.hasFocus()
        painter.setPen(QPen(self._theme.color("accent" if focused else "field_border"), 1.5 if focused else 1))
        painter.setBrush(self._theme.color("button"))
        painter.drawEllipse(body)
        painter.setPen(_pen(self._theme.color("text" if self.isEnabled() else "text_disabled"), 2))
        far, near = _spoke(self.position), body.width() / 2
        painter.drawLine(ring.center() + far * near * 0.35, ring.center() + far * near * 0.8)

    def _origin(self) -> float:
        """Where the lit arc begins: at zero where the range crosses it, else at the low end."""
        parameter = self.parameter
        crosses = (
            parameter.kind == "continuous" and parameter.curve != "logarithmic" and parameter.min < 0 < parameter.max
        )
        return parameter.position(0.0) if crosses else 0.0


def _pen(color: QColor, width: float) -> QPen:
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)


def _sixteenths(degrees: float) -> int:
    return round(degrees * 16)


def _spoke(position: float) -> QPointF:
    angle = math.radians(START - TURN * position)
    return QPointF(math.cos(angle), -math.sin(angle))


def _paragraph(text: str) -> str:
    return f"\n{text}" if text else ""
