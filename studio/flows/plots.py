"""Draw a check's plot as SVG, for reports that open anywhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from studio.document.check import Plot, Series

WIDTH, HEIGHT = 560, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 12, 40
TICKS = 5
MOST_POINTS = 1200  # more than one for each pixel column is only weight

Place = Callable[[float], float]


def svg(plot: Plot) -> str:
    """The plot as an `<svg>` element; colours come from the page's style (classes axis, grid, line0, line1 …)."""
    xs, ys = _finite(plot, "x"), _finite(plot, "y")
    if not xs or not ys:
        return ""
    low, high = _range(ys, zero=plot.bars)
    across, along = _scale(xs, LEFT, WIDTH - RIGHT, log=plot.log_x), _scale([low, high], HEIGHT - BOTTOM, TOP)
    said = f"{escape(plot.y_label)} over {escape(plot.x_label)}"
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">']
    parts += [_rule(along(value), _number(value)) for value in steps(low, high)]
    marks = sorted(set(xs)) if len(set(xs)) <= 8 else steps(min(xs), max(xs), log=plot.log_x)
    parts += [_mark(across(value), _number(value)) for value in marks]
    for index, series in enumerate(plot.series):
        parts.append(_bars(series, across, along, index) if plot.bars else _line(series, across, along, index))
    parts.append(f'<text class="axis" x="{(LEFT + WIDTH) / 2:.0f}" y="{HEIGHT - 6}">{escape(plot.x_label)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(
        f'<text class="axis" transform="rotate(-90 14 {middle:.0f})" x="14" y="{middle:.0f}">'
        f"{escape(plot.y_label)}</text></svg>"
    )
    return "".join(parts)


def steps(low: float, high: float, *, log: bool = False) -> list[float]:
    """About five round numbers from `low` to `high`; powers of ten on a logarithmic axis."""
    if log and low > 0 and high / low >= 10:
        return [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    rough = (high - low) / TICKS
    if rough <= 0:
        return [low]
    least = rough * 0.7
    unit = 10.0 ** math.floor(math.log10(least))
    step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= least)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _finite(plot: Plot, axis: str) -> list[float]:
    values = [value for series in plot.series for value in getattr(series, axis)]
    return [value for value in values if math.isfinite(value) and (axis == "y" or not plot.log_x or value > 0)]


def _range(values: Sequence[float], *, zero: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low) * 0.06 or max(abs(high), 1.0) * 0.1
    return (low if zero and low == 0 else low - room), high + room


def _scale(values: Sequence[float], start: float, end: float, *, log: bool = False) -> Place:
    low, high = min(values), max(values)

    def place(value: float) -> float:
        if high <= low:
            return (start + end) / 2
        share = math.log(value / low) / math.log(high / low) if log else (value - low) / (high - low)
        return start + share * (end - start)

    return place


def _line(series: Series, across: Place, along: Place, index: int) -> str:
    every = max(1, len(series.x) // MOST_POINTS)
    points = [
        f"{across(x):.1f},{along(y):.1f}"
        for x, y in list(zip(series.x, series.y, strict=False))[::every]
        if math.isfinite(x) and math.isfinite(y)
    ]
    return f'<polyline class="line{index % 4}" points="{" ".join(points)}">{_title(series)}</polyline>'


def _bars(series: Series, across: Place, along: Place, index: int) -> str:
    wide = max(2.0, min(26.0, (WIDTH - LEFT - RIGHT) / max(1, 2 * len(series.x))))
    made = []
    for x, y in zip(series.x, series.y, strict=False):
        top, foot = sorted((along(y), along(0.0)))
        at = min(max(across(x) - wide / 2, LEFT), WIDTH - RIGHT - wide)
        made.append(
            f'<rect class="bar{index % 4}" x="{at:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{foot - top:.1f}"/>'
        )
    return f"<g>{_title(series)}{''.join(made)}</g>"


def _title(series: Series) -> str:
    return f"<title>{escape(series.name)}</title>" if series.name else ""


def _rule(y: float, text: str) -> str:
    line = f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text class="tick end" x="{LEFT - 6}" y="{y + 4:.1f}">{text}</text>'


def _mark(x: float, text: str) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}">{text}</text>'


def _number(value: float) -> str:
    return "0" if abs(value) < 1e-12 else f"{value:.4g}"
