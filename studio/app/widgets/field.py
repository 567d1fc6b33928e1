"""The ground that waves are drawn on, and the words in its corners."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from studio.app.theme.theme import Theme


def draw_field(painter: QPainter, theme: Theme, width: int, height: int, scale: float = 1.0) -> None:
    """A rounded field with a line at its middle, in device pixels; what follows is drawn without smooth edges."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("panel_border"), scale))
    painter.setBrush(theme.color("wave_field"))
    edge = scale / 2
    painter.drawRoundedRect(QRectF(edge, edge, width - scale, height - scale), 6 * scale, 6 * scale)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # else seams show between columns
    line = max(1, round(scale))
    painter.fillRect(QRect(line, height // 2, width - 2 * line, line), theme.color("panel_border"))


def draw_chip(
    painter: QPainter, theme: Theme, text: str, side: Qt.AlignmentFlag, width: int, scale: float = 1.0
) -> None:
    """Words in the upper left or right corner, on a ground of their own: legible over any wave."""
    if not text:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = painter.font()
    font.setPixelSize(round(11 * scale))
    painter.setFont(font)
    high = 16 * scale
    wide = painter.fontMetrics().horizontalAdvance(text) + high * 0.6
    x = 6 * scale if side == Qt.AlignmentFlag.AlignLeft else width - 6 * scale - wide
    chip = QRectF(x, 5 * scale, wide, high)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("wave_field", 0.8))
    painter.drawRoundedRect(chip, high / 4, high / 4)
    painter.setPen(theme.color("text_muted"))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
