"""A test sound of any frequency."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QWidget

from studio.app.dialogs.frame import Dialog
from studio.app.sounds import LEAST_HZ, MOST_HZ, TEST_SOUNDS
from studio.app.widgets.words import label


class ToneDialog(Dialog):
    """Calls `then` with the kind and the frequency in Hz."""

    def __init__(self, parent: QWidget, then: Callable[[str, float], None]) -> None:
        super().__init__(parent, "Add test sound", "Add", lambda yes: then(*self.chosen()) if yes else None)
        self.kind = QComboBox()
        self.kind.setAccessibleName("Kind of test sound")
        for each in TEST_SOUNDS:
            if each.usual_hz:
                self.kind.addItem(each.title, each.kind)
        self.frequency = QDoubleSpinBox(minimum=LEAST_HZ, maximum=MOST_HZ, decimals=1, value=1000.0, suffix=" Hz")
        self.frequency.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.frequency.setAccessibleName("Frequency")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label("Kind", "dim"), self.kind)
        form.addRow(label("Frequency", "dim"), self.frequency)
        self.body.addLayout(form)

    def chosen(self) -> tuple[str, float]:
        return str(self.kind.currentData()), self.frequency.value()
