"""The table of actions as menus and shortcuts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from studio.app.actions.action import Action
from studio.app.actions.table import ACTIONS, MENUS
from studio.app.state import Situation
from studio.app.theme.theme import Theme


class Menus:
    """Builds the menu bar at once; what an action does is known later, when the controller is there.

    Attributes:
        actions: the QAction of each row, by id.
        recent: the menu of recent files.
    """

    def __init__(self, window: QMainWindow, theme: Theme) -> None:
        self._theme = theme
        self._run: Callable[[Action], None] = lambda row: None
        self.actions: dict[str, QAction] = {}
        self._menus = {name: window.menuBar().addMenu(name) for name in MENUS}
        self.recent = QMenu("Open recent", window)
        for row in ACTIONS:
            self._add(window, row)
        self._menus["File"].insertMenu(self.actions["file.example"], self.recent)
        theme.changed.connect(self._tint)
        QTimer.singleShot(0, window, self._tint)  # after the first frame, in which no menu is open
        self.show_situation(Situation())

    def menu(self, name: str) -> QMenu:
        """One menu of the bar, to be shown elsewhere too."""
        return self._menus[name]

    def connect(self, run: Callable[[Action], None]) -> None:
        """From now on, `run` is called with the row that was chosen."""
        self._run = run

    def show_situation(self, now: Situation) -> None:
        """Enable what can be done, tick what is on, name what undo would take back."""
        for row in ACTIONS:
            action = self.actions[row.id]
            action.setEnabled(row.when(now))
            if row.checked is not None:
                action.setChecked(row.checked(now))
        self.actions["edit.undo"].setText(f"Undo {now.undo[:1].lower()}{now.undo[1:]}" if now.undo else "Undo")
        self.actions["edit.redo"].setText(f"Redo {now.redo[:1].lower()}{now.redo[1:]}" if now.redo else "Redo")

    def _add(self, window: QMainWindow, row: Action) -> None:
        action = QAction(row.text, window)
        action.setShortcuts([QKeySequence(key) for key in row.keys])
        action.setStatusTip(row.help)
        action.setToolTip(row.help)
        action.setCheckable(row.checked is not None)
        action.triggered.connect(lambda _checked=False: self._run(row))
        self.actions[row.id] = action
        window.addAction(action)
        if row.menu:
            if row.after_rule:
                self._menus[row.menu].addSeparator()
            self._within(row).addAction(action)

    def _within(self, row: Action) -> QMenu:
        """The menu it stands in, made where it is the first."""
        if not row.under:
            return self._menus[row.menu]
        if row.under not in self._menus:
            self._menus[row.under] = self._menus[row.menu].addMenu(row.under)
        return self._menus[row.under]

    def _tint(self) -> None:
        for row in ACTIONS:
            if row.glyph:
                self.actions[row.id].setIcon(self._theme.icon(row.glyph, "text_muted"))
