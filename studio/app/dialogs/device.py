"""Which output, at which rate, in which blocks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QFormLayout, QWidget

from studio.app.dialogs.frame import Dialog
from studio.app.state import Device
from studio.app.widgets.words import label
from studio.settings import ROWS, Settings

KEYS = ("audio.device", "audio.sample_rate", "audio.block")


class DeviceDialog(Dialog):
    """The three settings of the output, side by side."""

    def __init__(
        self, parent: QWidget, settings: Settings, device: Device, then: Callable[[dict[str, object]], None]
    ) -> None:
        super().__init__(parent, "Sound output", "Use it", lambda yes: then(self.chosen()) if yes else None)
        if device.trouble:
            self.say(device.trouble, "danger")
        self.boxes = {key: self._box(key, settings[key], device) for key in KEYS}
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for key, box in self.boxes.items():
            form.addRow(label(ROWS[key].text, "dim"), box)
        self.body.addLayout(form)
        self.say(ROWS["audio.block"].help, "small")

    def chosen(self) -> dict[str, object]:
        return {key: box.currentData() for key, box in self.boxes.items()}

    def _box(self, key: str, now: object, device: Device) -> QComboBox:
        row, box = ROWS[key], QComboBox()
        box.setAccessibleName(row.text)
        if key == "audio.device":
            box.addItem("The system's own choice", "")
            for name in device.choices:
                box.addItem(name, name)
        for word, value in zip(row.words or tuple(map(str, row.choices)), row.choices, strict=True):
            box.addItem(f"{word} {row.unit}" if word[:1].isdigit() else word, value)
        box.setCurrentIndex(max(0, box.findData(now)))
        return box
