"""Say how the model really wants to be called."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from studio.app.dialogs.frame import Dialog
from studio.app.pages.model_header import RATES
from studio.app.widgets.words import label

if TYPE_CHECKING:
    from studio.document.opened import ModelSource, OpenedModel

LAYOUTS = ("", "BCT", "CT", "BT", "T", "BTC", "TC", "TBC")


class CorrectDialog(Dialog):
    """Class, layout, sample rate and least block of the model that is open."""

    def __init__(self, parent: QWidget, opened: OpenedModel, then: Callable[[ModelSource], None]) -> None:
        super().__init__(parent, "Correct the call", "Open again", lambda yes: then(self.source()) if yes else None)
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
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for title, widget in (
            ("Class", self.class_name),
            ("Input layout", self.layout_box),
            ("Sample rate", self.rate),
        ):
            widget.setAccessibleName(title)
            form.addRow(label(title, "dim"), widget)
        self.body.addLayout(form)
        self.say(
            "B is the batch, C the channel, T the time. Whatever you leave open is found out by experiment.", "small"
        )

    def source(self) -> ModelSource:
        """The source with what was chosen."""
        chosen = {
            "class_name": self.class_name.text().strip(),
            "layout": self.layout_box.currentData(),
            "model_rate": self.rate.currentData() or None,
        }
        return self._opened.source.model_copy(update=chosen)
