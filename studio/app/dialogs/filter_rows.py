"""The filters on one side of a model, a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from studio.app.theme.theme import Theme
from studio.app.widgets.words import button, icon_button, label, set_tone

if TYPE_CHECKING:
    from studio.document.treatment import Filter

KINDS = {"low": "Low pass", "high": "High pass", "band": "Band pass", "stop": "Band stop"}
PHASES = {"linear": "Linear phase", "minimum": "Least delay"}
USES = {"low": ("high_hz",), "high": ("low_hz",), "band": ("low_hz", "high_hz"), "stop": ("low_hz", "high_hz")}
NUMBERS = (("low_hz", "from Hz"), ("high_hz", "to Hz"), ("taps", "255 taps"))


class FilterRow(QWidget):
    """One filter: kind, corners, taps, phase.

    Signals:
        edited: something of it was changed.
        removed: it is no longer wanted.
    """

    edited = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, where: str, said: dict[str, Any]) -> None:
        super().__init__()
        self.kind, self.phase = _box(KINDS, f"Filter {where}: kind"), _box(PHASES, f"Filter {where}: phase")
        self.kind.setCurrentIndex(max(0, self.kind.findData(said.get("kind", "low"))))
        self.phase.setCurrentIndex(max(0, self.phase.findData(said.get("phase", "linear"))))
        self.lines: dict[str, QLineEdit] = {}
        self.trouble: QLabel = label(tone="danger")
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        remove = icon_button(theme, "remove", f"Remove this filter {where}", "key")
        remove.clicked.connect(self.removed)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.kind)
        for key, hint in NUMBERS:
            line = QLineEdit(f"{said[key]:g}" if said.get(key) else "")
            line.setPlaceholderText(hint)
            line.setAccessibleName(f"Filter {where}: {hint}")
            line.setMinimumWidth(56)
            line.textEdited.connect(lambda _text: self.edited.emit())
            self.lines[key] = line
            row.addWidget(line, 1)
        row.addWidget(self.phase)
        row.addWidget(remove)
        self.kind.activated.connect(self._choose)
        self.phase.activated.connect(lambda _index: self.edited.emit())
        lay = QVBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(2)
        lay.addLayout(row)
        lay.addWidget(self.trouble)
        self._show_uses()

    def value(self) -> dict[str, Any]:
        """The filter; what is no number stays text, and is refused with a reason."""
        kind = self.kind.currentData()
        typed = {key: self.lines[key].text().strip().replace(",", ".") for key in (*USES[kind], "taps")}
        return {"kind": kind, "phase": self.phase.currentData(), **{key: text for key, text in typed.items() if text}}

    def show_trouble(self, said: str) -> None:
        self.trouble.setText(said)
        self.trouble.setVisible(bool(said))
        for line in self.lines.values():
            set_tone(line, "wrong", bool(said))

    def _choose(self, _index: int) -> None:
        self._show_uses()
        self.edited.emit()

    def _show_uses(self) -> None:
        for key in ("low_hz", "high_hz"):
            self.lines[key].setVisible(key in USES[self.kind.currentData()])


class FilterRows(QWidget):
    """Rows and a button for another one.

    Args:
        where: before or after.

    Signals:
        edited: something was changed.
    """

    edited = Signal()

    def __init__(self, theme: Theme, where: str) -> None:
        super().__init__()
        self._theme, self._where = theme, where
        self.rows: list[FilterRow] = []
        self._lay = QVBoxLayout(self)
        self._lay.setContentsMargins(0, 0, 0, 0)
        self._lay.setSpacing(6)
        self.add = button(f"Add a filter {where}", self._append, "link")
        self._lay.addWidget(self.add)

    def show_filters(self, said: list[dict[str, Any]]) -> None:
        for row in list(self.rows):
            self._remove(row)
        for each in said:
            self._put(each)

    def value(self) -> list[dict[str, Any]]:
        return [row.value() for row in self.rows]

    def show_troubles(self, found: dict[int, str]) -> None:
        """The reason beneath each row, by its number."""
        for index, row in enumerate(self.rows):
            row.show_trouble(found.get(index, ""))

    def _append(self) -> None:
        self._put({})
        self.edited.emit()

    def _put(self, said: dict[str, Any]) -> None:
        row = FilterRow(self._theme, self._where, said)
        row.edited.connect(self.edited)
        row.removed.connect(lambda: self._take(row))
        self.rows.append(row)
        self._lay.insertWidget(self._lay.count() - 1, row)

    def _take(self, row: FilterRow) -> None:
        self._remove(row)
        self.edited.emit()

    def _remove(self, row: FilterRow) -> None:
        self.rows.remove(row)
        self._lay.removeWidget(row)
        row.deleteLater()


def written(made: Filter) -> dict[str, Any]:
    """A filter as its row reads it back."""
    numbers = {key: f"{getattr(made, key):g}" for key in (*USES[made.kind], "taps")}
    return {"kind": made.kind, "phase": made.phase, **numbers}


def _box(words: dict[str, str], name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for key, word in words.items():
        box.addItem(word, key)
    return box
