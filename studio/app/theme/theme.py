"""The look in force: Fusion, our own palette and style sheet, icons tinted to match."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication

from studio.app.theme.icons import tinted_icon

FAMILIES = ("Inter", "Noto Sans", "Segoe UI", "SF Pro Text", "Helvetica Neue", "DejaVu Sans")
TEXT_PX = 13

ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "field",
    QPalette.ColorRole.AlternateBase: "panel",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "text_muted",
    QPalette.ColorRole.Button: "button",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "danger",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "accent_text",
    QPalette.ColorRole.Link: "link",
    QPalette.ColorRole.LinkVisited: "link",
    QPalette.ColorRole.ToolTipBase: "tooltip",
    QPalette.ColorRole.ToolTipText: "tooltip_text",
    QPalette.ColorRole.Mid: "field_border",
    QPalette.ColorRole.Light: "button",
    QPalette.ColorRole.Midlight: "button",
    QPalette.ColorRole.Dark: "field_border",
    QPalette.ColorRole.Shadow: "field_border",
    QPalette.ColorRole.Accent: "accent",
}
FADED = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


class Theme(QObject):
    """Which palette is in force, and everything that must follow when it changes.

    Args:
        resources: the folder that holds `palettes/` and `icons/`.
        scratch: a folder for tinted images, which a style sheet takes as files only.

    Signals:
        changed: colours are new; whatever paints itself repaints.
    """

    changed = Signal()

    def __init__(self, resources: Path, scratch: Path) -> None:
        super().__init__()
        self._folder, self._scratch = resources, scratch
        self._styled = False
        self.name = ""
        self.tokens: dict[str, str] = {}

    def use(self, choice: str) -> None:
        """Take `dark`, `light` or `system`, which asks the desktop."""
        name = _desktop() if choice == "system" else choice
        if name == self.name:
            return
        self.name = name
        self.tokens = load_tokens(self._folder / "palettes" / f"{name}.json")
        self._apply()
        self.changed.emit()

    def style(self) -> None:
        """Put the style sheet in force; after the window is built: with it each widget added costs ten times more."""
        self._styled = True
        images = {"arrow": self._image("down", "text_muted"), "tick": self._image("check", "accent_text")}
        sheet = Path(__file__).with_name("style.qss").read_text(encoding="utf-8")
        _app().setStyleSheet(Template(sheet).substitute(self.tokens, **images))

    def color(self, token: str, alpha: float = 1.0) -> QColor:
        color = QColor(self.tokens[token])
        color.setAlphaF(alpha * color.alphaF())
        return color

    def icon(self, name: str, token: str = "text") -> QIcon:
        path = self._folder / "icons" / f"{name}.svg"
        return tinted_icon(path, self.color(token), self.color("text_disabled"))

    def dress(self, button: QAbstractButton, name: str, token: str = "text") -> None:
        """Give a button an icon now and a re-tinted one at each change."""
        button.setProperty("glyph", name)
        button.setProperty("glyphToken", token)
        button.setIcon(self.icon(name, token))

    def _apply(self) -> None:
        app = _app()
        app.setPalette(self._palette())
        app.setFont(_font())
        if self._styled:
            self.style()
        for widget in app.allWidgets():
            if isinstance(widget, QAbstractButton) and widget.property("glyph"):
                widget.setIcon(self.icon(widget.property("glyph"), widget.property("glyphToken")))

    def _image(self, name: str, token: str) -> str:
        text = (self._folder / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        target = self._scratch / f"{name}-{self.name}.svg"
        target.write_text(text.replace("currentColor", self.color(token).name()), encoding="utf-8")
        return target.as_posix()

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, token in ROLES.items():
            palette.setColor(role, self.color(token))
        for role in FADED:
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("text_disabled"))
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, self.color("field_border"))
        return palette


def load_tokens(path: Path) -> dict[str, str]:
    """The colours of one palette by name, `#rrggbb`; grounds for good and bad news are mixed from them."""
    tokens: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    for tone in ("danger", "good"):
        tokens[f"{tone}_back"] = _between(tokens["panel"], tokens[tone], 0.12)
    window = QColor(tokens["window"])
    tokens["veil"] = f"rgba({window.red()}, {window.green()}, {window.blue()}, 215)"
    return tokens


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def _between(low: str, high: str, share: float) -> str:
    a, b = QColor(low), QColor(high)
    pairs = ((a.redF(), b.redF()), (a.greenF(), b.greenF()), (a.blueF(), b.blueF()))
    return QColor.fromRgbF(*(x + (y - x) * share for x, y in pairs)).name()


def _font() -> QFont:
    font = QFont(list(FAMILIES))
    font.setPixelSize(TEXT_PX)
    return font


def _desktop() -> str:
    # setColorScheme does nothing on bare X11, so the scheme is only asked for, never set
    scheme = QGuiApplication.styleHints().colorScheme()
    return "light" if scheme == Qt.ColorScheme.Light else "dark"
