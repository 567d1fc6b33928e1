"""Say how the model really wants to be called."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from studio.app.dialogs.adapter import AdapterDialog
from studio.app.dialogs.call_form import LABEL_PX, CallForm
from studio.app.dialogs.frame import Dialog
from studio.app.pages.model_header import RATES
from studio.app.theme.theme import Theme
from studio.app.widgets.words import button, label

if TYPE_CHECKING:
    from studio.document.opened import ModelSource, OpenedModel

LAYOUTS = ("", "BCT", "CT", "BT", "T", "BTC", "TC", "TBC")
WIDTH_PX, MARGIN_PX = 600, 96
OPEN = "B is the batch, C the channel, T the time. What you leave open is found out by experiment."


class CorrectDialog(Dialog):
    """Class, layout and sample rate of the model that is open, and every finding about its call."""

    def __init__(self, parent: QWidget, theme: Theme, opened: OpenedModel, then: Callable[[ModelSource], None]) -> None:
        super().__init__(parent, "Correct the call", "Open again", lambda yes: then(self.source()) if yes else None)
        self.setFixedWidth(WIDTH_PX)
        self._opened = opened
        self.say(opened.call.sentence())
        self.class_name = QLineEdit(opened.source.class_name)
        self.class_name.setPlaceholderText(opened.name)
        self.layout_box, self.rate = QComboBox(), QComboBox()
        for layout in LAYOUTS:
            self.layout_box.addItem(f"[{', '.join(layout)}]" if layout else "Find out", layout)
        self.layout_box.setCurrentIndex(max(0, self.layout_box.findData(opened.source.layout)))
        for rate in RATES:
            self.rate.addItem(f"{rate:,} Hz".replace(",", " ") if rate else "Not told", rate)
        self.rate.setCurrentIndex(max(0, self.rate.findData(opened.source.model_rate or opened.card.sample_rate or 0)))
        self.form = CallForm(theme, opened.call, opened.source.call)
        self.form.setProperty("plain", True)
        self.form.judged.connect(self.yes.setEnabled)
        self.body.addWidget(self._area(parent))
        self.say(OPEN, "small")
        self._add_reset()

    def source(self) -> ModelSource:
        """The source with what was chosen."""
        chosen = {
            "class_name": self.class_name.text().strip(),
            "layout": self.layout_box.currentData(),
            "model_rate": self.rate.currentData() or None,
            "call": self.form.value(),
        }
        return self._opened.source.model_copy(update=chosen)

    def reset(self) -> None:
        """Everything as it was found."""
        self.class_name.clear()
        self.layout_box.setCurrentIndex(0)
        self.form.reset()

    def show_python(self) -> None:
        """The adapter of the model as it is called now."""
        from studio.document.adapter_text import adapter_text

        AdapterDialog(self, self._opened.name, adapter_text(self._opened)).open()

    def _area(self, parent: QWidget) -> QScrollArea:
        first = QFormLayout()
        first.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        first.setHorizontalSpacing(12)
        for title, widget in (
            ("Class", self.class_name),
            ("Input layout", self.layout_box),
            ("Sample rate", self.rate),
        ):
            widget.setAccessibleName(title)
            name = label(title, "dim")
            name.setMinimumWidth(LABEL_PX + 20)
            first.addRow(name, widget)
        first.setContentsMargins(0, 0, 8, 6)
        inside = QWidget()
        inside.setProperty("plain", True)
        lay = QVBoxLayout(inside)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.addLayout(first)
        lay.addWidget(self.form, 1)
        area = QScrollArea(widgetResizable=True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedHeight(max(280, min(420, parent.window().height() - 3 * MARGIN_PX)))
        area.setWidget(inside)
        return area

    def _add_reset(self) -> None:
        again = button("Reset to found", self.reset, tip="Forget every correction")
        self.row.insertWidget(0, again)
        self.python = button("Show as Python", self.show_python, tip="How it is called now, as code to read and keep")
        self.python.setEnabled(self._opened.how != "package")
        self.row.insertWidget(1, self.python)
