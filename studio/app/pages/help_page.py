"""The manual, inside the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent, QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

ORDER = (
    "first-steps",
    "models",
    "sounds",
    "sound-output",
    "knobs",
    "comparing",
    "checks",
    "labels",
    "card-and-hosts",
    "export",
    "publishing",
    "if-it-stops",
    "command-line",
    "trouble",
)
TEXT_PX = 720


class HelpPage(QWidget):
    """Pages in Markdown, listed at the left.

    Args:
        folder: that holds them; each begins with its title.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        known = {path.stem: path for path in folder.glob("*.md")}
        self._pages = [known.pop(name) for name in ORDER if name in known] + sorted(known.values())
        self.list = QListWidget()
        self.list.setAccessibleName("Pages of the manual")
        self.list.setFixedWidth(208)
        self.text = QTextBrowser()
        self.text.setAccessibleName("Manual")
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)
        for path in self._pages:
            item = QListWidgetItem(_title(path), self.list)
            item.setSizeHint(QSize(0, 32))
        self.list.currentRowChanged.connect(self._show)
        lay = QHBoxLayout(self)
        lay.setContentsMargins(0, 8, 8, 8)
        lay.setSpacing(8)
        lay.addWidget(self.list)
        lay.addWidget(self.text, 1)
        self.list.setCurrentRow(0)

    def show_page(self, name: str) -> None:
        """Turn to the page of this file name."""
        names = [path.stem for path in self._pages]
        if name in names:
            self.list.setCurrentRow(names.index(name))

    def _show(self, row: int) -> None:
        self.text.setMarkdown(self._pages[row].read_text(encoding="utf-8"))
        _set_type(self.text.document())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        spare = self.width() - self.list.width() - TEXT_PX
        self.text.document().setDocumentMargin(24)
        self.text.setViewportMargins(0, 0, max(0, spare), 0)

    def _follow(self, link: QUrl) -> None:
        if link.isRelative() and link.path().endswith(".md"):
            self.show_page(Path(link.path()).stem)
        else:
            QDesktopServices.openUrl(link)


def _set_type(document: QTextDocument) -> None:
    """Room between lines and paragraphs, which Markdown leaves out."""
    block = document.begin()
    while block.isValid():
        shape = block.blockFormat()
        heading = shape.headingLevel() > 0
        shape.setLineHeight(140.0, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        shape.setTopMargin(16 if heading else 4)
        shape.setBottomMargin(8 if heading else 4)
        QTextCursor(block).setBlockFormat(shape)
        block = block.next()


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as stream:
        return stream.readline().lstrip("# ").strip()
