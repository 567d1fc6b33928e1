"""A sound seen from end to end or sample by sample: selection, playhead, zoom."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.app.theme.theme import Theme
from studio.app.widgets.field import draw_chip, draw_field
from studio.app.widgets.lines import PeakSource, draw_peaks
from studio.app.widgets.regions import Region, draw_regions

DRAG_PX = 4  # less is a click
GRIP_PX = 5  # within which an end of the selection is taken
READY_PX = 3
ZOOM = 1.25
MOST_TOLD = 20  # labels that a screen reader is told at once


class Waveform(QWidget):
    """Drag selects a loop, a click seeks, the wheel zooms, Shift and wheel pans, Alt and drag scrubs.

    The ends of a selection can be taken; a double click in it shows just it, one beside it takes it back.

    Args:
        ink: the palette's token for the wave.
        title: said in its corner and to screen readers.

    Signals:
        sought: go to this frame.
        selected: loop from one frame to another; equal frames mean none.
        zoomed: by this factor around this frame.
        panned: by this share of what is seen.
        zoomed_to: show the frames from one to another.
        scrubbed: a hand holds the play head at this frame.
        let_go: it no longer does.
    """

    sought = Signal(int)
    selected = Signal(int, int)
    zoomed = Signal(float, float)
    panned = Signal(float)
    zoomed_to = Signal(int, int)
    scrubbed = Signal(int)
    let_go = Signal()

    def __init__(self, theme: Theme, ink: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._ink, self._title, self._note = theme, ink, title, ""
        self._peaks: PeakSource | None = None
        self._stale, self._dimmed = False, False
        self._view, self._loop, self._playhead = (0.0, 1.0), (0, 0), 0
        self._regions: Sequence[Region] = ()
        self._pressed: int | None = None
        self._other_end: int | None = None  # of the selection, while one end is held
        self._scrubs = False
        self._ready = 0  # up to here it is rendered ahead of the play head
        self._picture: QPixmap | None = None
        self.setAccessibleName(f"{title} waveform")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setMouseTracking(True)  # the cursor tells what a press would do
        theme.changed.connect(self._redraw)

    def sizeHint(self) -> QSize:
        return QSize(480, 128)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 56)

    def show_peaks(self, peaks: PeakSource | None, stale: bool = False, note: str = "") -> None:
        """Show a sound; `stale` dims it while a newer one is being made, `note` is said in the corner."""
        self._peaks, self._stale, self._note = peaks, stale, note
        self._redraw()

    def show_title(self, title: str) -> None:
        """What stands in its corner."""
        if title != self._title:
            self._title = title
            self.setAccessibleName(f"{title} waveform")
            self._redraw()

    def show_regions(self, regions: Sequence[Region]) -> None:
        """Labels over the sound."""
        self._regions = regions
        self.setAccessibleDescription(", ".join(region.name for region in regions[:MOST_TOLD]))
        self._redraw()

    def show_dimmed(self, dimmed: bool) -> None:
        """Whether what it shows is not heard."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self._redraw()

    def show_ready(self, frame: int) -> None:
        """Shade what is rendered ahead, from the play head up to here; 0 where nothing is."""
        if frame != self._ready:
            old, self._ready = self._ready, frame
            low = self.height() - READY_PX
            left, right = sorted((self._x(old), self._x(frame)))
            self.update(QRect(int(left) - 1, low, int(right - left) + 3, READY_PX))

    def show_view(self, start: float, end: float) -> None:
        if self._view != (start, end):
            self._view = (start, end)
            self._redraw()

    def show_loop(self, start: int, end: int) -> None:
        if self._loop != (start, end):
            self._loop = (start, end)
            self.update()

    def show_playhead(self, frame: int) -> None:
        """Move the line; only the two strips it leaves and enters are painted."""
        old, self._playhead = self._x(self._playhead), frame
        new = self._x(frame)
        if round(old) != round(new):
            self.update(_strip(old, self.height()))
            self.update(_strip(new, self.height()))
            if self._ready:
                self.update(QRect(0, self.height() - READY_PX, self.width(), READY_PX))

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def _x(self, frame: float) -> float:
        start, end = self._view
        return (frame - start) / (end - start) * self.width()

    def _frame(self, x: float) -> int:
        start, end = self._view
        frame = start + x / max(1, self.width()) * (end - start)
        return round(min(max(frame, 0.0), float(self._peaks.frames if self._peaks else 0)))

    def _end_at(self, x: float) -> int | None:
        """The end of the selection that a press here would take: 0, 1, or None."""
        if self._loop[1] <= self._loop[0]:
            return None
        near = [abs(x - self._x(frame)) for frame in self._loop]
        nearest = 0 if near[0] < near[1] else 1
        return nearest if near[nearest] <= GRIP_PX else None

    def _show_cursor(self, x: float, alt: bool) -> None:
        shape = Qt.CursorShape.IBeamCursor
        if self._scrubs:
            shape = Qt.CursorShape.ClosedHandCursor
        elif alt:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._other_end is not None or self._end_at(x) is not None:
            shape = Qt.CursorShape.SizeHorCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._peaks is None or event.button() != Qt.MouseButton.LeftButton:
            return
        x, alt = event.position().x(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        end = self._end_at(x)
        if alt:
            self._scrubs = True
            self.scrubbed.emit(self._frame(x))
        elif end is not None:
            self._other_end = self._loop[1 - end]
        else:
            self._pressed = round(x)
        self._show_cursor(x, alt)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._scrubs:
            self.scrubbed.emit(self._frame(x))
        elif self._other_end is not None:
            self.selected.emit(*sorted((self._other_end, self._frame(x))))
        elif self._pressed is not None and abs(x - self._pressed) >= DRAG_PX:
            self.selected.emit(*sorted((self._frame(self._pressed), self._frame(x))))
        self._show_cursor(x, bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        x, pressed = event.position().x(), self._pressed
        scrubbed, self._scrubs = self._scrubs, False
        self._pressed = self._other_end = None
        if scrubbed:
            self.let_go.emit()
        elif pressed is not None and abs(x - pressed) < DRAG_PX:
            self.sought.emit(self._frame(pressed))
        self._show_cursor(x, bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        start, end = self._loop
        if start <= self._frame(event.position().x()) <= end and end > start:
            self.zoomed_to.emit(start, end)
        else:
            self.selected.emit(0, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turned.x()) > abs(turned.y()):
            self.panned.emit(-(turned.x() or turned.y()) / 1200)
        elif turned.y():
            self.zoomed.emit(ZOOM if turned.y() > 0 else 1 / ZOOM, float(self._frame(event.position().x())))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -0.02, Qt.Key.Key_Right: 0.02}
        start, end = self._view
        if event.key() in steps and self._peaks is not None:
            frame = self._playhead + steps[Qt.Key(event.key())] * (end - start)
            self.sought.emit(round(min(max(frame, 0), self._peaks.frames)))
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None or self._picture.devicePixelRatio() != self.devicePixelRatioF():
            self._picture = self._painted()
        with QPainter(self) as painter:
            painter.setClipRect(event.rect())
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        if self._picture is not None:
            painter.drawPixmap(QPoint(0, 0), self._picture)
        if self._loop[1] > self._loop[0]:
            left, right = self._x(self._loop[0]), self._x(self._loop[1])
            painter.fillRect(QRectF(left, 0, right - left, self.height()), self._theme.color("accent", 0.18))
            for x in (left, right):
                painter.fillRect(QRectF(round(x) - 0.5, 0, 1, self.height()), self._theme.color("accent"))
                painter.fillRect(QRectF(round(x) - 2, self.height() / 2 - 10, 4, 20), self._theme.color("accent"))
        if self._ready > self._playhead:
            left, right = self._x(self._playhead), self._x(self._ready)
            low = self.height() - READY_PX
            painter.fillRect(QRectF(left, low, right - left, READY_PX), self._theme.color("good"))
        if self._peaks is not None:
            painter.fillRect(QRect(round(self._x(self._playhead)), 0, 1, self.height()), self._theme.color("playhead"))

    def _painted(self) -> QPixmap:
        scale = self.devicePixelRatioF()
        picture = QPixmap(max(1, round(self.width() * scale)), max(1, round(self.height() * scale)))
        picture.fill(Qt.GlobalColor.transparent)
        with QPainter(picture) as painter:
            self.draw_sound(painter, picture.width(), picture.height(), scale)
        picture.setDevicePixelRatio(scale)
        return picture

    def draw_sound(self, painter: QPainter, width: int, height: int, scale: float) -> None:
        """The part that only changes with the view, in device pixels."""
        draw_field(painter, self._theme, width, height, scale)
        if self._peaks is not None:
            painter.setPen(self._theme.color(self._ink, 0.4 if self._stale or self._dimmed else 1.0))
            start, end = self._view
            seen = min(end, self._peaks.frames) - start
            columns = max(1, round(width * min(1.0, seen / (end - start))))
            draw_peaks(
                painter, self._peaks, start, start + seen, columns, middle=height / 2, half=height / 2 - 4 * scale
            )
        draw_regions(painter, self._theme, self._regions, self._view, width=width, height=height, scale=scale)
        self._draw_words(painter, width, height, scale)

    def _draw_words(self, painter: QPainter, width: int, height: int, scale: float) -> None:
        title = f"{self._title} · muted" if self._dimmed else self._title
        draw_chip(painter, self._theme, title, Qt.AlignmentFlag.AlignLeft, width, scale)
        if self._peaks is not None:
            draw_chip(painter, self._theme, self._note, Qt.AlignmentFlag.AlignRight, width, scale)
        else:
            painter.setPen(self._theme.color("text_muted"))
            painter.drawText(QRectF(0, 0, width, height - 24 * scale), Qt.AlignmentFlag.AlignCenter, self._note)


def _strip(x: float, height: int) -> QRect:
    return QRect(round(x) - 1, 0, 3, height)
