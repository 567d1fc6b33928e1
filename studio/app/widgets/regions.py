"""Labels over a waveform: a band for each, its name at its foot where there is room."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from studio.app.theme.theme import Theme

INKS = ("wave_wet", "good", "wave_dry", "danger", "warning")
CHIP_PX, LEAST_TEXT_PX = 16, 48


class Region(NamedTuple):
    """A label between two frames; equal ones are a point."""

    start: int
    end: int
    name: str


def draw_regions(
    painter: QPainter,
    theme: Theme,
    regions: Sequence[Region],
    view: tuple[float, float],
    *,
    width: int,
    height: int,
    scale: float,
) -> None:
    """Draw those that are seen, in device pixels; labels of one name have one colour.

    Args:
        regions: sorted by start.
        view: frames at the left and the right edge.
    """
    start, end = view
    names = sorted({region.name for region in regions})
    last = bisect.bisect_right(regions, end, key=lambda region: region.start)
    free = 0.0
    font = painter.font()
    font.setPixelSize(round(11 * scale))
    painter.setFont(font)
    for region in regions[:last]:
        if region.end < start:
            continue
        left, right = ((frame - start) / (end - start) * width for frame in (region.start, region.end))
        ink = INKS[names.index(region.name) % len(INKS)]
        painter.fillRect(QRectF(left, scale, max(right - left, scale), height - 2 * scale), theme.color(ink, 0.16))
        painter.fillRect(QRectF(left, scale, max(scale, 1.0), height - 2 * scale), theme.color(ink, 0.9))
        free = _draw_name(painter, theme, region.name, ink, max(left, free), right, width, height, scale)


def _draw_name(
    painter: QPainter,
    theme: Theme,
    name: str,
    ink: str,
    left: float,
    right: float,
    width: int,
    height: int,
    scale: float,
) -> float:
    """Write a name on a ground of its own; where the next one may begin."""
    left = max(left, 0.0)
    metrics = painter.fontMetrics()
    room = (width if right <= left else min(right, width)) - left - 4 * scale
    if not name or room < min(metrics.horizontalAdvance(name) + 8 * scale, LEAST_TEXT_PX * scale):
        return left
    text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room - 8 * scale))
    chip = QRectF(
        left + 2 * scale, height - (CHIP_PX + 4) * scale, metrics.horizontalAdvance(text) + 8 * scale, CHIP_PX * scale
    )
    painter.fillRect(chip, theme.color("wave_field", 0.85))
    painter.setPen(theme.color(ink))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
    return chip.right()
