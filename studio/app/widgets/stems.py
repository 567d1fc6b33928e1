"""What comes out of a model that has several outputs: one waveform under the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QSizePolicy, QVBoxLayout, QWidget

from studio.app.theme.theme import Theme
from studio.app.widgets.waveform import Waveform

if TYPE_CHECKING:
    from studio.app.state import Stem

ROW_PX, GAP_PX = 44, 4
SILENT_DB = -90.0


class Stems(QScrollArea):
    """As many rows as there are outputs, sharing the room there is, scrolled where that is too little.

    Signals:
        made: a row, to be coupled as every other waveform is.
    """

    made = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(widgetResizable=True)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._stems: tuple[Stem, ...] = ()
        self.waves: list[Waveform] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Outputs of the model")
        self.setMinimumHeight(ROW_PX)
        inside = QWidget()
        inside.setProperty("plain", True)
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(GAP_PX)
        self.setWidget(inside)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # it would make rows narrower
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setAccessibleName("Outputs that are seen")
        inner = self.verticalScrollBar()
        inner.rangeChanged.connect(self._show_bar)
        inner.valueChanged.connect(self._bar.setValue)
        self._bar.valueChanged.connect(inner.setValue)
        self._bar.hide()
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self._bar.sizeHint().width()
        self._bar.setGeometry(self.width() - wide, 0, wide, self.height())

    def _show_bar(self, low: int, high: int) -> None:
        self._bar.setPageStep(self.verticalScrollBar().pageStep())
        self._bar.setRange(low, high)
        self._bar.setVisible(high > low)
        self._bar.raise_()

    def show_stems(self, stems: Sequence[Stem]) -> None:
        """Show these; widgets stay while the names do."""
        names = tuple(each.name for each in stems)
        if names != self._names:
            self._rebuild(names)
        self._stems = tuple(stems)
        self.show_stale(False, "")
        self.setVisible(bool(stems))

    def show_stale(self, stale: bool, note: str) -> None:
        """Dim them while newer ones are made; the first says so."""
        for number, (wave, stem) in enumerate(zip(self.waves, self._stems, strict=True)):
            wave.show_peaks(stem.peaks, stale, "" if number else note)

    def show_levels(self, levels_db: Sequence[float]) -> None:
        """Dim those that are not heard."""
        for wave, level_db in zip(self.waves, levels_db, strict=False):
            wave.show_dimmed(level_db <= SILENT_DB)

    def _rebuild(self, names: tuple[str, ...]) -> None:
        for wave in self.waves:
            self._rows.removeWidget(wave)
            wave.hide()
            wave.deleteLater()
        self._names, self.waves = names, []
        for name in names:
            wave = Waveform(self._theme, "wave_wet", name)
            wave.setMinimumHeight(ROW_PX)
            self._rows.addWidget(wave)
            self.waves.append(wave)
            self.made.emit(wave)
