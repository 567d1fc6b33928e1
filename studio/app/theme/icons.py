"""Icons drawn once as SVG with `currentColor`, tinted to the palette."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

SIDE = 20


def tinted_icon(path: Path, color: QColor, disabled: QColor) -> QIcon:
    """The icon in `color`, and in `disabled` for controls that cannot be used, sharp on every screen there is."""
    text = path.read_text(encoding="utf-8")
    icon = QIcon()
    scales = {1.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}
    modes = ((QIcon.Mode.Normal, color), (QIcon.Mode.Selected, color), (QIcon.Mode.Disabled, disabled))
    for mode, ink in modes:
        drawing = QSvgRenderer(QByteArray(text.replace("currentColor", ink.name()).encode()))
        for scale in sorted(scales):
            icon.addPixmap(_pixmap(drawing, scale), mode)
    return icon


def _pixmap(drawing: QSvgRenderer, scale: float) -> QPixmap:
    pixmap = QPixmap(round(SIDE * scale), round(SIDE * scale))
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        drawing.render(painter, QRectF(0, 0, SIDE * scale, SIDE * scale))
    pixmap.setDevicePixelRatio(scale)
    return pixmap
