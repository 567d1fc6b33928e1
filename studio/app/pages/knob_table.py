"""The knobs as a table: name, range and what each drives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

if TYPE_CHECKING:
    from studio.document.parameter import Parameter

HEADS = ("Knob", "Range", "Drives")
Index = QModelIndex | QPersistentModelIndex


class KnobTable(QAbstractTableModel):
    """Read-only rows of the card's parameters; editing is done in the form beneath."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Parameter, ...] = ()

    def show_rows(self, rows: tuple[Parameter, ...]) -> None:
        """Follow the document; equal counts keep the selection."""
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows != self._rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(HEADS) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        row = self._rows[index.row()]
        return (row.name, ranged(row), row.drives.partition(":")[2] or "own code")[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section]
        return None


def ranged(parameter: Parameter) -> str:
    """The range as a person reads it."""
    if parameter.kind == "continuous":
        unit = f" {parameter.unit}" if parameter.unit else ""
        return f"{parameter.min:g} … {parameter.max:g}{unit}"
    if parameter.kind == "choice":
        return " / ".join(parameter.choices)
    return "on / off" if parameter.kind == "toggle" else parameter.kind
