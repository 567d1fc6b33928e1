"""What may run without being asked about, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from studio.app.widgets.words import button, label
from studio.document.consents import Consent
from studio.errors import StudioError

HEADS = ("Name", "Kind", "Date")
NOTE = "Programs and TorchScript files that you agreed to. Revoke one, and it is asked about again."
TALLEST = 200


class Store(Protocol):
    """Where consents are kept; `document.trust.Trust` is the real one."""

    def consents(self) -> tuple[Consent, ...]: ...
    def revoke(self, word: str) -> tuple[Consent, ...]: ...
    def remember_folder(self, folder: Path) -> None: ...


class TrustPanel(QFrame):
    """The list of consents, read anew whenever it is shown.

    Attributes:
        table: one row for each.
        revoke: takes back the rows that are selected.
    """

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.setMaximumWidth(720)
        self._store = store
        self.table = QTreeWidget()
        self.table.setAccessibleName("What may run")
        self.table.setHeaderLabels(HEADS)
        self.table.setRootIsDecorated(False)
        self.table.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.table.setMaximumHeight(TALLEST)
        self.table.itemSelectionChanged.connect(self._allow)
        self.revoke = button("Revoke", self._revoke, tip="It is asked about again before it runs.")
        self.folder = button("Trust a folder…", self._choose, tip="Every Python file in it may run, now and later.")
        self.trouble = label(tone="danger")
        self.trouble.setWordWrap(True)
        self._arrange()

    def refresh(self) -> None:
        """Show the list as it is now."""
        self.table.clear()
        for each in self._store.consents():
            item = QTreeWidgetItem([each.name or each.key[:12], each.kind, each.date[:10]])
            item.setData(0, Qt.ItemDataRole.UserRole, each.key)
            for column in range(len(HEADS)):
                item.setToolTip(column, each.path or each.digest)
            self.table.addTopLevelItem(item)
        self.table.resizeColumnToContents(0)
        self._allow()

    def trust_folder(self, folder: Path) -> None:
        """Let every Python file in a folder run."""
        self._do(lambda: self._store.remember_folder(folder))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _arrange(self) -> None:
        note = label(NOTE, "small")
        note.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.revoke)
        buttons.addWidget(self.folder)
        buttons.addStretch(1)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(16, 12, 16, 16)
        lay.setSpacing(8)
        lay.addWidget(label("Trust", "head"))
        lay.addWidget(note)
        lay.addWidget(self.table)
        lay.addLayout(buttons)
        lay.addWidget(self.trouble)
        self.trouble.hide()

    def _allow(self) -> None:
        self.revoke.setEnabled(bool(self.table.selectedItems()))

    def _revoke(self) -> None:
        for item in self.table.selectedItems():
            key = str(item.data(0, Qt.ItemDataRole.UserRole))
            self._do(lambda key=key: self._store.revoke(key))  # type: ignore[misc]

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Trust every Python file in this folder")
        if chosen:
            self.trust_folder(Path(chosen))

    def _do(self, work: Callable[[], object]) -> None:
        """Change the list, or say why not."""
        try:
            work()
            self.trouble.hide()
        except StudioError as error:
            self.trouble.setText(f"{error.sentence} {error.hint}")
            self.trouble.show()
        self.refresh()
