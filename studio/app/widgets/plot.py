"""The drawing beside a check's number. Importing it takes a third of a second: not before it is needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from studio.app.theme.theme import Theme

if TYPE_CHECKING:
    from studio.document.check import Plot, Series

INKS = ("wave_dry", "wave_wet", "good", "danger")
LEGEND_SHARE, TICK_PX = 0.25, 11
MANY = 200  # points
FEW = 10  # so many different x get a mark each


class CheckPlot(pg.PlotWidget):  # type: ignore[misc]
    """Lines or bars, one colour for each series, in the colours of the palette in force."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._plot: Plot | None = None
        self.setAccessibleName("Plot")
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._legend = self.addLegend(offset=(8, 4))
        theme.changed.connect(self._dress)
        self._dress()

    def show_plot(self, plot: Plot) -> None:
        if plot is not self._plot:
            self._plot = plot
            self._draw(plot)

    def _draw(self, plot: Plot) -> None:
        self.clear()
        self._legend.clear()
        # bars stand at the logarithms themselves: pyqtgraph's logarithmic mode moves lines only
        self.setLogMode(x=plot.log_x and not plot.bars, y=False)
        for axis, words in (("bottom", plot.x_label), ("left", plot.y_label)):
            ink = self._theme.color("text_muted").name()
            self.setLabel(axis, words, **{"color": ink, "font-size": f"{TICK_PX}px"})
        for index, series in enumerate(plot.series):
            if plot.bars:
                self._add_bars(series, index, len(plot.series))
            else:
                self._add_line(series, index)
        self._mark(plot)
        names = sum(bool(series.name) for series in plot.series)
        self._legend.setVisible(names > 1)
        self._legend.setColumnCount(max(1, names))
        self.setAccessibleDescription(_told(plot))
        self.enableAutoRange()
        if names > 1:
            self._leave_room(plot)

    def _add_line(self, series: Series, index: int) -> None:
        points = _points(series, positive=bool(self._plot and self._plot.log_x))
        pen = pg.mkPen(self._ink(index), width=1.6 if len(points) < MANY else 1)  # wide lines take ten times as long
        few = {"symbol": "o", "symbolSize": 5, "symbolBrush": self._ink(index), "symbolPen": None}
        self.plot(
            [x for x, _ in points],
            [y for _, y in points],
            pen=pen,
            name=series.name,
            **(few if len(points) < 40 else {}),
        )

    def _add_bars(self, series: Series, index: int, count: int) -> None:
        log = bool(self._plot and self._plot.log_x)
        points = _points(series, positive=log)
        xs = [math.log10(x) if log else x for x, _ in points]
        gap = min((b - a for a, b in zip(sorted(xs), sorted(xs)[1:], strict=False) if b > a), default=1.0)
        width = gap * 0.7 / count
        xs = [x + (index - (count - 1) / 2) * width for x in xs]
        ink = self._ink(index)
        bars = pg.BarGraphItem(x=xs, height=[y for _, y in points], width=width, brush=ink, pen=ink, name=series.name)
        self.addItem(bars)

    def _leave_room(self, plot: Plot) -> None:
        """Above the highest point, for the legend."""
        ys = [y for series in plot.series for _, y in _points(series, positive=plot.log_x)]
        if ys:
            low, high = min([*ys, 0.0] if plot.bars else ys), max(ys)
            self.setYRange(low, high + LEGEND_SHARE * ((high - low) or 1.0))

    def _mark(self, plot: Plot) -> None:
        """A mark for each x where there are few, or where the axis would show logarithms."""
        found = sorted({x for series in plot.series for x, _ in _points(series, positive=plot.log_x)})
        axis = self.getAxis("bottom")
        if 0 < len(found) <= FEW and (plot.bars or plot.log_x):
            axis.setTicks([[(math.log10(x) if plot.log_x else x, f"{x:g}") for x in found]])
        elif plot.bars and plot.log_x and found:
            powers = range(math.floor(math.log10(found[0])), math.ceil(math.log10(found[-1])) + 1)
            axis.setTicks([[(float(power), f"{10.0**power:g}") for power in powers]])
        else:
            axis.setTicks(None)

    def _ink(self, index: int) -> str:
        return self._theme.color(INKS[index % len(INKS)]).name()

    def _dress(self) -> None:
        self.setBackground(self._theme.color("wave_field"))
        muted, font = self._theme.color("text_muted"), QFont(self.font())
        font.setPixelSize(TICK_PX)
        for name in ("bottom", "left"):
            axis = self.getAxis(name)
            axis.setPen(self._theme.color("field_border"))
            axis.setTextPen(muted)
            axis.setTickFont(font)
            axis.enableAutoSIPrefix(False)  # it would write "x0.001" into the label
        self._legend.setLabelTextColor(muted)
        self._legend.setBrush(self._theme.color("panel", 0.9))
        self.showGrid(x=False, y=True, alpha=0.15)
        if self._plot is not None:
            self._draw(self._plot)


def _points(series: Series, *, positive: bool) -> list[tuple[float, float]]:
    """The pairs that can be drawn."""
    pairs: Sequence[tuple[float, float]] = list(zip(series.x, series.y, strict=False))
    return [(x, y) for x, y in pairs if math.isfinite(x) and math.isfinite(y) and (x > 0 or not positive)]


def _told(plot: Plot) -> str:
    """What a screen reader says of it."""
    said = [f"{plot.y_label} over {plot.x_label}"]
    for series in plot.series:
        ys = [y for _, y in _points(series, positive=plot.log_x)]
        if ys:
            said.append(f"{series.name or 'the line'} from {min(ys):.4g} to {max(ys):.4g}")
    return ", ".join(said)
