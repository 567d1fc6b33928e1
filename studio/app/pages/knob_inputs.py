"""The fields for one knob, as a form that can be built apart from what it is part of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QScrollArea, QWidget

from studio.app.widgets.words import label

KINDS = ("continuous", "choice", "toggle", "text", "tokens")
CURVES = ("linear", "logarithmic", "dB")
LINES = (
    ("name", "Name"),
    ("description", "Description"),
    ("min", "Least"),
    ("max", "Most"),
    ("default", "Default"),
    ("unit", "Unit"),
    ("choices", "Choices"),
    ("max_length", "Longest"),
    ("smoothing_ms", "Smoothing"),
)
HELP = {
    "smoothing_ms": "Milliseconds in which the model follows the hand; 0 is at once",
    "max_length": "Most characters of a text, most tokens; empty is any number",
    "choices": "off, soft, hard",
}


class KnobInputs(QScrollArea):
    """Lines to type in and boxes to choose from.

    Attributes:
        lines: by the name of the property.
        boxes: `kind`, `curve` and `drives`.
    """

    def __init__(self) -> None:
        super().__init__(widgetResizable=True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lines = {key: _line(title, HELP.get(key, "")) for key, title in LINES}
        self.boxes = {key: _box(key, choices) for key, choices in (("kind", KINDS), ("curve", CURVES), ("drives", ()))}
        self.boxes["drives"].setEditable(True)
        inside = QWidget()
        inside.setProperty("plain", True)
        self._rows = QFormLayout(inside)
        self._rows.setContentsMargins(0, 4, 12, 8)
        self._rows.setVerticalSpacing(8)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: list[tuple[str, QWidget]] = [(title, self.lines[key]) for key, title in LINES]
        rows[2:2] = [("Kind", self.boxes["kind"])]
        rows += [("Curve", self.boxes["curve"]), ("Drives", self.boxes["drives"])]
        for title, widget in rows:
            self._rows.addRow(label(title, "dim"), widget)
        self.setWidget(inside)

    def show_shape(self, kind: str) -> None:
        """Only the fields that a knob of this kind has."""
        for widget in (self.lines["min"], self.lines["max"], self.lines["unit"], self.boxes["curve"]):
            self._rows.setRowVisible(widget, kind == "continuous")
        self._rows.setRowVisible(self.lines["choices"], kind == "choice")
        self._rows.setRowVisible(self.lines["smoothing_ms"], kind == "continuous")
        self._rows.setRowVisible(self.lines["max_length"], kind in ("text", "tokens"))

    def controls(self) -> dict[str, QWidget]:
        return {**self.lines, **self.boxes}


def _line(title: str, help_text: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(help_text)
    line.setToolTip(help_text)
    line.setAccessibleName(f"Knob: {title.lower()}")
    return line


def _box(key: str, choices: tuple[str, ...]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(f"Knob: {key}")
    box.addItems(choices)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box
