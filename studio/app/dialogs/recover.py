"""Work that was not saved before the app or the computer stopped: restore it, open the saved one, keep both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem, QWidget

from studio.app.dialogs.frame import Dialog
from studio.app.state import Answer, UnsavedWork
from studio.app.widgets.columns import columns
from studio.app.widgets.words import Elided, button, label

WIDTH_PX, ROW_PX, MOST_ROWS = 560, 26, 5
Answered = Callable[[Answer, int], None]


class RecoverDialog(Dialog):
    """Says what there is; closing it decides nothing.

    Args:
        rows: what was found, the latest first; one is chosen where there are several.
        then: gets the answer and which row it is about.
    """

    def __init__(self, parent: QWidget, rows: Sequence[UnsavedWork], then: Answered) -> None:
        super().__init__(parent, "Unsaved work", "Restore", lambda yes: self._leave(yes, then))
        self.setFixedWidth(WIDTH_PX)
        self._rows, self._answer = rows, Answer.LATER
        self.list = self._make_list() if len(rows) > 1 else None
        self.saved = button("Open the saved one", lambda: self._choose(Answer.SAVED))
        self.both = button("Keep both", lambda: self._choose(Answer.BOTH))
        self.said, self.where = label(tone="dim"), Elided("", "small", Qt.TextElideMode.ElideMiddle)
        self.said.setWordWrap(True)
        self._lay_out()
        self._show(0)
        if self.list is not None:
            self.list.setCurrentIndex(self.list.model().index(0, 0))
            self.list.currentItemChanged.connect(lambda *_: self._show(self._at()))

    def _choose(self, answer: Answer) -> None:
        self._answer = answer
        self.reject()

    def _leave(self, yes: bool, then: Answered) -> None:
        then(Answer.RESTORE if yes else self._answer, self._at())

    def _at(self) -> int:
        return 0 if self.list is None else max(0, self.list.currentIndex().row())

    def _show(self, index: int) -> None:
        """What the answers mean for this one."""
        row = self._rows[index]
        self.where.setText(row.place or "It was never saved to a file.")
        self.both.setVisible(row.has_saved)
        self.saved.setText("Open the saved one" if row.has_saved else "Do not restore")
        both = " Keep both writes what is restored to a second file beside it." if row.has_saved else ""
        self.said.setText(
            f"Restore brings it back with its undo steps; no file is changed until you save.{both} "
            "What you do not restore stays until the next save: File › Restore unsaved work."
        )

    def _make_list(self) -> QTreeWidget:
        made = columns("Projects with unsaved work", ("Project", "Last edit", "When"))
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for row in self._rows:
            item = QTreeWidgetItem([row.name, row.last, said_time(row.changed_at)])
            item.setToolTip(0, row.place)
            made.addTopLevelItem(item)
        made.setFixedHeight(ROW_PX * (min(len(self._rows), MOST_ROWS) + 1))
        return made

    def _lay_out(self) -> None:
        if self.list is None:
            row = self._rows[0]
            self.say(f"{row.name} has unsaved changes", "title")
            last = f"The last one was “{row.last}”, {said_time(row.changed_at)}." if row.last else ""
            self.say(f"The app or the computer stopped before they were saved. {last}".strip())
        else:
            self.say(f"{len(self._rows)} projects have unsaved changes", "title")
            self.say("The app or the computer stopped before they were saved.")
            self.body.addWidget(self.list)
        self.body.addWidget(self.where)
        self.body.addWidget(self.said)
        self.no.setText("Not now")
        self.row.insertWidget(0, self.saved)
        self.row.insertWidget(1, self.both)


def said_time(seconds: float) -> str:
    """A time of this computer's clock, as its user writes it."""
    when = QDateTime.fromSecsSinceEpoch(round(seconds))
    return QLocale().toString(when, QLocale.FormatType.ShortFormat)
