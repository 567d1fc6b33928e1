"""What each knob is: name, range, unit, curve, default and what it drives."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from studio.app.pages.knob_inputs import LINES, KnobInputs
from studio.app.pages.knob_table import KnobTable
from studio.app.theme.theme import Theme
from studio.app.widgets.words import icon_button, label, set_tone

if TYPE_CHECKING:
    from studio.document.call import Call
    from studio.document.parameter import Parameter

OWN_CODE = "These knobs are part of the model's own code, which fixes their names."
ROW_PX, ROWS_SHOWN = 28, 5
FIXED = ("name", "kind", "drives")


class KnobEditor(QWidget):
    """A table of knobs and a form for the one selected.

    Args:
        inputs: the form.

    Signals:
        edited: a knob by its row, the property and what was typed.
        added: a new knob.
        removed: the knob of this row.
        moved: the knob of this row, up (-1) or down (1).
    """

    edited = Signal(int, str, object)
    added = Signal()
    removed = Signal(int)
    moved = Signal(int, int)

    def __init__(self, theme: Theme, inputs: KnobInputs) -> None:
        super().__init__()
        self._theme = theme
        self._parameters: tuple[Parameter, ...] = ()
        self._fixed, self._row = False, 0
        self.rows = KnobTable()
        self.table = self._make_table()
        self._form, self.lines = inputs, inputs.lines
        self.kind, self.curve, self.drives = (inputs.boxes[key] for key in ("kind", "curve", "drives"))
        self.note, self.trouble = label(tone="small"), label(tone="danger")
        self.note.setWordWrap(True)
        self.trouble.setWordWrap(True)
        self._lay_out()
        for key, line in self.lines.items():
            line.editingFinished.connect(partial(self._finish, key))
        for key, box in inputs.boxes.items():
            box.textActivated.connect(partial(self._say, key))
        self.table.selectionModel().currentRowChanged.connect(lambda now, _before: self._show_row(now.row()))

    def show_knobs(self, parameters: tuple[Parameter, ...], call: Call | None) -> None:
        row = min(self._row, len(parameters) - 1)
        self._parameters = parameters
        self._fixed = call is not None and call.wrapper
        self.rows.show_rows(parameters)
        self.table.setFixedHeight(ROW_PX * (1 + min(max(2, len(parameters)), ROWS_SHOWN)) + 4)
        self._show_targets(call)
        self.note.setText(OWN_CODE if self._fixed and parameters else "")
        self.note.setVisible(bool(self.note.text()))
        if parameters:
            self.table.selectRow(row)
        self._show_row(row)

    def show_trouble(self, said: str) -> None:
        """Why a value was refused, or what a host says about the knobs."""
        self.trouble.setText(said)
        self.trouble.setVisible(bool(said))

    def _show_row(self, row: int) -> None:
        here = 0 <= row < len(self._parameters)
        self._row = row if here else self._row
        for button, ok in ((self._remove, here), (self._up, row > 0), (self._down, row < len(self._parameters) - 1)):
            button.setEnabled(ok and not self._fixed)
        self._add.setEnabled(not self._fixed)
        self._form.setVisible(here)
        if not here:
            return
        parameter = self._parameters[row]
        for key, line in self.lines.items():
            text = _text(parameter, key)
            if not (line.hasFocus() and line.isModified()) and line.text() != text:
                line.setText(text)
            set_tone(line, "wrong", False)
        for box, value in ((self.kind, parameter.kind), (self.curve, parameter.curve), (self.drives, parameter.drives)):
            with QSignalBlocker(box):
                box.setCurrentText(value)
        self._show_shape(parameter.kind)

    def _show_shape(self, kind: str) -> None:
        self._form.show_shape(kind)
        for key, widget in self._form.controls().items():
            widget.setEnabled(not (self._fixed and key in FIXED))

    def _show_targets(self, call: Call | None) -> None:
        targets = [""]
        for argument in call.arguments if call else ():
            if argument.role == "state":
                continue
            size = argument.shape[-1] if argument.shape else 1
            whole = [f"argument:{argument.name}"] if size == 1 else []
            targets += whole or [f"element:{argument.name}[{index}]" for index in range(size)]
        with QSignalBlocker(self.drives):
            self.drives.clear()
            self.drives.addItems(targets)

    def _append(self) -> None:
        self._row = len(self._parameters)
        self.added.emit()

    def _move(self, by: int) -> None:
        row, self._row = self._row, self._row + by
        self.moved.emit(row, by)

    def _say(self, key: str, value: object) -> None:
        if getattr(self._parameters[self._row], key) != value:
            self.show_trouble("")
            self.edited.emit(self._row, key, value)

    def _finish(self, key: str) -> None:
        line = self.lines[key]
        if not line.isModified():
            return
        line.setModified(False)
        try:
            self._say(key, _value(key, line.text(), self._parameters[self._row].kind))
        except ValueError:
            set_tone(line, "wrong", True)
            self.show_trouble(f"{dict(LINES)[key]} wants a number, not {line.text()!r}.")

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.rows)
        table.setAccessibleName("Knobs")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_PX)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.horizontalHeader().setHighlightSections(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        return table

    def _lay_out(self) -> None:
        self._add = icon_button(self._theme, "add", "Add a knob", "key")
        self._remove = icon_button(self._theme, "remove", "Remove this knob", "key")
        self._up = icon_button(self._theme, "up", "Move this knob up", "key")
        self._down = icon_button(self._theme, "down", "Move this knob down", "key")
        self._add.clicked.connect(self._append)
        self._remove.clicked.connect(lambda: self.removed.emit(self._row))
        self._up.clicked.connect(lambda: self._move(-1))
        self._down.clicked.connect(lambda: self._move(1))
        row = QHBoxLayout()
        row.setSpacing(8)
        for each in (self._add, self._remove, self._up, self._down):
            row.addWidget(each)
        row.addStretch(1)
        head = QVBoxLayout()
        head.setContentsMargins(0, 0, 12, 0)
        head.addWidget(self.table)
        head.addLayout(row)
        head.addWidget(self.note)
        head.addWidget(self.trouble)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(0, 8, 0, 0)
        lay.addLayout(head)
        lay.addWidget(self._form, 1)
        lay.addStretch()  # takes the room while there is no form
        for layout in (head, lay):
            layout.setSpacing(8)
        self.trouble.hide()


def _text(parameter: Parameter, key: str) -> str:
    value = getattr(parameter, key)
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _value(key: str, text: str, kind: str) -> object:
    if key == "choices":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if key in ("min", "max", "smoothing_ms"):
        return float(text.replace(",", ".").removesuffix("ms") or 0)
    if key == "max_length":
        return int(text) if text.strip() else None
    if key == "default":
        return text if kind in ("text", "tokens") else _default(text)
    return text.strip()


def _default(text: str) -> object:
    word = text.strip()
    if word in ("on", "off"):
        return word == "on"
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return word
