"""Find an action by a few letters and do it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

WIDTH_PX, HEIGHT_PX = 480, 360


class CommandPalette(QDialog):
    """A line and a list; Enter does what is selected."""

    def __init__(self, parent: QWidget, actions: Mapping[str, QAction]) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setWindowTitle("Do anything")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(WIDTH_PX, HEIGHT_PX)
        self.line, self.list = QLineEdit(), QTreeWidget()
        self.line.setPlaceholderText("Type what you want to do")
        self.line.setAccessibleName("Search for an action")
        self.list.setAccessibleName("Actions found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setRootIsDecorated(False)
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.line.textChanged.connect(self._find)
        self.line.installEventFilter(self)
        self.list.itemActivated.connect(lambda _item, _column: self._do())
        self.list.itemClicked.connect(lambda _item, _column: self._do())
        lay = QVBoxLayout(self)
        lay.setContentsMargins(12, 12, 12, 12)
        lay.setSpacing(8)
        lay.addWidget(self.line)
        lay.addWidget(self.list)
        self._find("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self._select(self.list.currentIndex().row() + step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do()
                return True
        return super().eventFilter(watched, event)

    def _find(self, text: str) -> None:
        self.list.clear()
        found = [each for each in self._actions.items() if each[1].isEnabled() and each[0] != "edit.palette"]
        ranked = sorted(
            (rank, index) for index, (_, action) in enumerate(found) if (rank := match(text, action.text())) >= 0
        )
        for _, index in ranked:
            name, action = found[index]
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QTreeWidgetItem([action.text(), keys])
            item.setData(0, Qt.ItemDataRole.UserRole, name)
            item.setToolTip(0, action.toolTip())
            item.setForeground(1, self.palette().placeholderText())
            self.list.addTopLevelItem(item)
        self._select(0)

    def _select(self, row: int) -> None:
        item = self.list.topLevelItem(min(max(0, row), self.list.topLevelItemCount() - 1))
        if item is not None:
            self.list.setCurrentItem(item)

    def _do(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            action = self._actions[item.data(0, Qt.ItemDataRole.UserRole)]
            self.accept()
            action.trigger()


def match(typed: str, text: str) -> int:
    """How far apart the typed letters stand in `text`, in order; -1 where they do not."""
    at, first, low = -1, -1, text.lower()
    for letter in typed.lower().replace(" ", ""):
        at = low.find(letter, at + 1)
        if at < 0:
            return -1
        first = at if first < 0 else first
    return at - first + first // 4 if typed else 0
