"""A level: a slider and what it says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from studio.app.widgets.words import label

HOVER_MS = 300  # as with knobs: a wheel that only passes over must not move it
STEPS = 10  # of the slider in one unit


def decibels(value: float) -> str:
    return f"{value:+.1f} dB".replace(".0 dB", " dB") if round(value, 1) else "0 dB"


class Level(QWidget):
    """Drag, wheel or keys; with Shift ten times finer; double-click or Delete goes back to the usual.

    Args:
        name: what a screen reader says.
        low, high, usual: in the unit of what is shown.
        words: what stands beside the slider.
        tip: what it is for.

    Signals:
        moved: to this value, by a hand.
        let_go: the gesture ended.
    """

    moved = Signal(float)
    let_go = Signal()

    def __init__(
        self, name: str, low: float, high: float, usual: float, words: Callable[[float], str] = decibels, tip: str = ""
    ) -> None:
        super().__init__()
        self._words, self._name, self._tip = words, name, tip
        self.slider = _Slider(round(usual * STEPS))
        self.slider.setRange(round(low * STEPS), round(high * STEPS))
        self.slider.setSingleStep(STEPS)
        self.slider.setPageStep(6 * STEPS)
        self.slider.setMinimumWidth(44)
        self.slider.setAccessibleName(name)
        self.slider.valueChanged.connect(self._turned)
        self.slider.let_go.connect(self.let_go)
        self.said = label(tone="small")
        self.said.setFixedWidth(max(self.said.fontMetrics().horizontalAdvance(words(each)) for each in (low, high)))
        self.setFocusProxy(self.slider)
        lay = QHBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(6)
        lay.addWidget(self.slider, 1)
        lay.addWidget(self.said)
        self.show_value(usual)

    @property
    def value(self) -> float:
        return self.slider.value() / STEPS

    def show_value(self, value: float) -> None:
        """Show a value that came from elsewhere: nothing is signalled."""
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(round(value * STEPS))
            self._say()

    def _turned(self, _value: int) -> None:
        self._say()
        self.moved.emit(self.value)

    def _say(self) -> None:
        said = self._words(self.value)
        self.said.setText(said)
        self.slider.setAccessibleDescription(said)
        self.slider.setToolTip(f"{self._name}: {said}\n{self._tip}".strip())


class _Slider(QSlider):
    let_go = Signal()

    def __init__(self, usual: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._usual = usual
        self._hover = QElapsedTimer()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.sliderReleased.connect(self.let_go)

    def _reset(self) -> None:
        self.setSliderDown(False)
        self.setValue(self._usual)
        self.let_go.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._reset()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover.start()
        super().enterEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus() and (not self._hover.isValid() or self._hover.elapsed() < HOVER_MS):
            event.ignore()
            return
        turned = event.angleDelta().y() or event.angleDelta().x()
        self._step(turned > 0, fine=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        up = {Qt.Key.Key_Up: True, Qt.Key.Key_Right: True, Qt.Key.Key_Down: False, Qt.Key.Key_Left: False}
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._reset()
        elif event.key() in up and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._step(up[Qt.Key(event.key())], fine=True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.let_go.emit()
        super().focusOutEvent(event)

    def _step(self, up: bool, fine: bool) -> None:
        step = max(1, self.singleStep() // STEPS) if fine else self.singleStep()
        self.setValue(self.value() + (step if up else -step))
