"""The pages, one under the other at the left edge."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout

from studio.app.theme.theme import Theme

WIDTH_PX = 72


class Rail(QFrame):
    """A column of pages; those named in `low` stand at the bottom.

    Signals:
        chosen: the page of this index.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, pages: list[tuple[str, str]], low: int) -> None:
        super().__init__()
        self.setProperty("surface", "rail")
        self.setFixedWidth(WIDTH_PX)
        self._titles = [title for title, _ in pages]
        self._group = QButtonGroup(self)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(4, 8, 4, 8)
        lay.setSpacing(4)
        for index, (title, glyph) in enumerate(pages):
            if index == len(pages) - low:
                lay.addStretch(1)
            lay.addWidget(self._button(theme, index, title, glyph))
        self._group.idClicked.connect(self.chosen)
        self.show_page(0)

    def show_page(self, index: int) -> None:
        self._group.button(index).setChecked(True)

    def show_count(self, index: int, count: int) -> None:
        """How many are at work behind a page."""
        title = self._titles[index]
        self._group.button(index).setText(f"{title} ({count})" if count else title)

    def _button(self, theme: Theme, index: int, title: str, glyph: str) -> QToolButton:
        made = QToolButton(self)
        made.setProperty("role", "rail")
        made.setText(title)
        made.setAccessibleName(f"{title} page")
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        made.setIconSize(QSize(20, 20))
        made.setFixedSize(WIDTH_PX - 8, 56)
        made.setCheckable(True)
        theme.dress(made, glyph, "text_muted")
        self._group.addButton(made, index)
        return made
