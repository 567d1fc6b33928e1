"""Legible in both palettes, whole at every size, named for everybody."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QTableView,
    QTextBrowser,
    QWidget,
)

from studio.app.state import Page
from studio.app.theme.theme import load_tokens
from studio.app.window import LEAST
from studio.storage import resources

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTextBrowser,
)
PAIRS = [
    *((front, back) for front in ("text", "text_muted") for back in ("window", "panel")),
    *(("text", back) for back in ("field", "button", "selection", "danger_back")),
    *((front, "panel") for front in ("danger", "good", "warning", "link")),
    ("accent_text", "accent"),
    ("danger", "danger_back"),
    ("tooltip_text", "tooltip"),
    ("warning", "window"),
]


def luminance(color):
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize("front, back", PAIRS)
def test_words_stand_out(name, front, back):
    tokens = load_tokens(resources() / "palettes" / f"{name}.json")
    bright, dim = sorted((luminance(QColor(tokens[front])), luminance(QColor(tokens[back]))), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5


def controls(root):
    for widget in root.findChildren(QWidget):
        if isinstance(widget, CONTROLS) and not isinstance(widget, QScrollBar | QHeaderView):
            yield widget


def name_of(widget):
    said = widget.accessibleName()
    return said or (widget.text() if isinstance(widget, QAbstractButton) else "")


def is_inner(widget):
    """Parts that Qt makes itself inside of a control that has a name."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QComboBox | QTabBar | QTableView | QMenuBar | QMenu):
        above = above.parentWidget()
    return above is not None or widget.objectName().startswith("qt_")


@pytest.mark.parametrize("page", Page)
def test_every_control_has_a_name(opened, page):
    opened.window.show_page(page)
    opened.window.strip.show_problem("Problem.", details="x", ways=[("Mend", lambda: None)])
    found = [widget for widget in controls(opened.window) if not is_inner(widget)]
    assert len(found) > 40
    assert [repr(widget) for widget in found if not name_of(widget).strip()] == []


def test_nothing_is_cut_off_in_the_smallest_window(opened, qtbot):
    opened.window.resize(*LEAST)
    qtbot.waitUntil(lambda: opened.window.width() == LEAST[0])
    for button in opened.window.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.minimumSizeHint().width() - 1, button.text()
    assert opened.window.minimumSizeHint().width() <= LEAST[0]
    assert opened.window.centralWidget().minimumSizeHint().height() <= LEAST[1]


@pytest.mark.parametrize("size", [LEAST, (1600, 1000)])
@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_window_paints_in_both_palettes(opened, theme, name, size):
    opened.window.resize(*size)
    theme.use(name)
    image = opened.window.grab().toImage()
    assert image.pixelColor(2, image.height() // 2) == QColor(theme.tokens["window"])


def test_a_changed_setting_changes_the_look_and_is_kept(opened):
    opened.window.show_page(Page.SETTINGS)
    opened.window.change_setting("appearance.theme", "light")
    assert opened.window.theme.name == "light"
    assert opened.controller.services.settings["appearance.theme"] == "light"


def test_buttons_get_their_icons_in_the_new_colour(opened, theme):
    before = opened.page.audio.transport.stop.icon().pixmap(20).toImage()
    theme.use("light")
    assert opened.page.audio.transport.stop.icon().pixmap(20).toImage() != before
