"""The checks as a table: verdict, question, what was measured, what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon

from studio.app.theme.theme import Theme

if TYPE_CHECKING:
    from studio.document.check import Check

HEADS = ("Verdict", "Question", "Measured", "What it means")
WORDS = {"pass": "passed", "warn": "look at this", "fail": "failed", "skip": "not asked"}
GLYPHS = {
    "pass": ("check", "good"),
    "warn": ("warn", "warning"),
    "fail": ("error", "danger"),
    "skip": ("info", "text_muted"),
}
PLURALS = ("samples", "rows", "knobs", "labels", "blocks", "channels")
Index = QModelIndex | QPersistentModelIndex


class CheckTable(QAbstractTableModel):
    """Read-only rows; those that need a look stand first.

    Attributes:
        rows: the checks in the order shown.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._icons: dict[str, QIcon] = {}
        self.rows: tuple[Check, ...] = ()
        theme.changed.connect(self._tint)

    def show_rows(self, rows: tuple[Check, ...]) -> None:
        order = ("fail", "warn", "pass", "skip")
        self.beginResetModel()
        self.rows = tuple(sorted(rows, key=lambda each: order.index(each.verdict)))
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        texts = (WORDS[row.verdict], row.title or row.id, measured(row), row.advice)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return texts[column]
        if role == Qt.ItemDataRole.AccessibleTextRole and column == 0:
            return ", ".join(each for each in texts if each)
        glyph, ink = GLYPHS[row.verdict]
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return self._icons.get(row.verdict) or self._icons.setdefault(row.verdict, self._theme.icon(glyph, ink))
        if role == Qt.ItemDataRole.ForegroundRole and column in (0, 3):
            return self._theme.color(ink if column == 0 else "text_muted")
        if role == Qt.ItemDataRole.TextAlignmentRole and column == 2:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == 2 else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return HEADS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def _tint(self) -> None:
        self._icons.clear()
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(HEADS) - 1))


def measured(check: Check) -> str:
    """The evidence as a person reads it."""
    if check.value is None:
        return ""
    value = f"{check.value:.4g}" if isinstance(check.value, float) else str(check.value)
    value = "0" if value == "-0" else value
    unit = check.unit.removesuffix("s") if value == "1" and check.unit in PLURALS else check.unit
    return f"{value} {unit}".strip()


def summed_up(rows: tuple[Check, ...]) -> str:
    """How many passed and how many did not."""
    counts = [
        (sum(each.verdict == verdict for each in rows), WORDS[verdict]) for verdict in ("fail", "warn", "pass", "skip")
    ]
    said = {"look at this": "to look at"}
    return " · ".join(f"{count} {said.get(word, word)}" for count, word in counts if count)
