"""Everything that is said about a model, with each host's limit beside the field while typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.app.pages.card_fields import FIELDS, CardField, counted, shown, troubles, typed
from studio.app.widgets.fields import TextField
from studio.app.widgets.words import label

if TYPE_CHECKING:
    from studio.app.state import HostRow
    from studio.document.card import ModelCard

DOMAINS = ("music", "speech", "environmental", "other")


class CardForm(QScrollArea):
    """A field for each row of the table.

    Signals:
        edited: a field's key and its new value.
        left: the focus left a field.
    """

    edited = Signal(str, object)
    left = Signal()

    def __init__(self) -> None:
        super().__init__(widgetResizable=True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Card")
        self.fields: dict[str, TextField] = {}
        self.flags: dict[str, QCheckBox] = {}
        self.domains: dict[str, QCheckBox] = {}
        self._values: dict[str, Any] = {}
        self._wrong: dict[str, str] = {}
        inside = QWidget()
        inside.setProperty("plain", True)
        self._lay = QVBoxLayout(inside)
        self._lay.setContentsMargins(0, 8, 12, 8)
        self._lay.setSpacing(12)
        for field in FIELDS:
            self._add(field)
        self._lay.addStretch(1)
        self.setWidget(inside)

    def show_card(self, card: ModelCard) -> None:
        """Follow the document; a field that already means the same keeps its text and cursor."""
        for field in FIELDS:
            value = getattr(card, field.key)
            changed = self._values.get(field.key) != value
            self._values[field.key] = value
            if field.kind == "flag":
                self.flags[field.key].setChecked(value)
            elif field.kind == "choices":
                for name, box in self.domains.items():
                    box.setChecked(name in value)
            elif changed and _meaning(field, self.fields[field.key].text()) != value:
                self._wrong.pop(field.key, None)
                self.fields[field.key].show_text(shown(field, value))

    def show_hosts(self, rows: Sequence[HostRow]) -> None:
        """Counters and complaints of the ticked hosts."""
        for field in FIELDS:
            value = self._values.get(field.key, "")
            widget = self.fields.get(field.key)
            if field.kind == "choices":
                said, _ = counted(field, value, rows)
                self._domain_note.setText(troubles(field, value, rows) or said)
            elif widget is not None:
                widget.show_limit(*counted(field, value, rows))
                widget.show_trouble(self._wrong.get(field.key) or troubles(field, value, rows))

    def go_to(self, key: str) -> bool:
        """Put the cursor into a field; False where it is not on this form."""
        widget: QWidget | None = self.fields.get(key) or self.flags.get(key)
        if key == "domain_tags":
            widget = next(iter(self.domains.values()))
        if widget is None:
            return False
        self.ensureWidgetVisible(widget, 0, 40)
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _add(self, field: CardField) -> None:
        if field.kind == "flag":
            box = QCheckBox(field.title)
            box.setToolTip(field.help)
            box.clicked.connect(lambda on: self.edited.emit(field.key, on))
            self.flags[field.key] = box
            self._lay.addWidget(box)
        elif field.kind == "choices":
            self._add_domains(field)
        else:
            widget = TextField(field.key, field.title, field.help, field.lines)
            widget.edited.connect(lambda text: self._typed(field, text))
            widget.left.connect(self.left)
            self.fields[field.key] = widget
            self._lay.addWidget(widget)

    def _add_domains(self, field: CardField) -> None:
        head, grid = QHBoxLayout(), QGridLayout()
        self._domain_note = label(tone="small")
        head.addWidget(label(field.title, "dim"))
        head.addStretch(1)
        head.addWidget(self._domain_note)
        grid.setSpacing(8)
        for index, name in enumerate(DOMAINS):
            box = QCheckBox(name)
            box.setAccessibleName(f"Made for {name}")
            box.clicked.connect(lambda _on: self.edited.emit(field.key, self._ticked()))
            self.domains[name] = box
            grid.addWidget(box, index // 2, index % 2)
        lay = QVBoxLayout()
        lay.setSpacing(6)
        lay.addLayout(head)
        lay.addLayout(grid)
        self._lay.addLayout(lay)

    def _ticked(self) -> tuple[str, ...]:
        return tuple(name for name, box in self.domains.items() if box.isChecked())

    def _typed(self, field: CardField, text: str) -> None:
        try:
            value = typed(field, text)
        except ValueError as error:
            self._wrong[field.key] = str(error)
            self.fields[field.key].show_trouble(str(error))
            return
        self._wrong.pop(field.key, None)
        self.fields[field.key].show_trouble("")
        self.edited.emit(field.key, value)


def _meaning(field: CardField, text: str) -> Any:
    try:
        return typed(field, text)
    except ValueError:
        return object()
