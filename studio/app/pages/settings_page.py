"""Preferences, made from the table of settings."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from studio.app.pages.trust_panel import TrustPanel
from studio.app.state import Device
from studio.app.widgets.words import button, label, surface
from studio.document.trust import Trust
from studio.settings import SETTINGS, Setting, Settings

TITLES = {"audio": "Sound", "recording": "Recording", "midi": "MIDI", "appearance": "Appearance", "export": "Export"}


class SettingsPage(QScrollArea):
    """One row for each setting that has a name.

    Signals:
        changed: a setting's key and its new value.
        rescan: look for output devices again.
    """

    changed = Signal(str, object)
    rescan = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__(widgetResizable=True)
        self.setAccessibleName("Settings")
        self._settings = settings
        self.inputs: dict[str, QComboBox | QLineEdit] = {}
        self.trouble = label(tone="danger")
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.midi = label(tone="dim")
        self.midi.setWordWrap(True)
        inside = QWidget()
        inside.setProperty("plain", True)
        self._lay = QVBoxLayout(inside)
        self._lay.setContentsMargins(0, 8, 8, 8)
        self._lay.setSpacing(16)
        self._lay.addWidget(label("Settings", "title"))
        for page, title in TITLES.items():
            self._add_page(title, [each for each in SETTINGS if each.text and each.key.startswith(f"{page}.")])
        self.trust = TrustPanel(Trust())
        self._lay.addWidget(self.trust)
        self._lay.addStretch(1)
        self._lay.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setWidget(inside)

    def show_device(self, device: Device) -> None:
        """The outputs and inputs there are, and why none is open."""
        for key, own, names in (
            ("audio.device", "The system's own choice", device.choices),
            ("audio.input", "Same as the output", device.sources),
        ):
            box = self.inputs[key]
            assert isinstance(box, QComboBox)
            with QSignalBlocker(box):
                box.clear()
                box.addItem(own, "")
                for name in names:
                    box.addItem(name, name)
                box.setCurrentIndex(max(0, box.findData(self._settings[key])))
        self.trouble.setText(device.trouble)
        self.trouble.setVisible(bool(device.trouble))

    def show_midi(self, said: str) -> None:
        """Which MIDI inputs there are, or why there are none."""
        self.midi.setText(said)

    def _add_page(self, title: str, rows: list[Setting]) -> None:
        panel = surface()
        panel.setMaximumWidth(720)
        grid = QGridLayout(panel)
        grid.setContentsMargins(16, 12, 16, 16)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, 144)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label(title, "head"), 0, 0, 1, 2)
        for index, row in enumerate(rows):
            self._add_row(grid, 3 * index + 1, row)
        if title == TITLES["audio"]:
            grid.addWidget(button("Look for devices again", self.rescan.emit), 99, 1, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(self.trouble, 100, 1)
        if title == TITLES["midi"]:
            grid.addWidget(self.midi, 99, 1)
        self._lay.addWidget(panel)

    def _add_row(self, grid: QGridLayout, at: int, row: Setting) -> None:
        control = self._control(row)
        control.setAccessibleName(row.text)
        control.setToolTip(row.help)
        self.inputs[row.key] = control
        note = label(row.help, "small")
        note.setWordWrap(True)
        grid.setRowMinimumHeight(at, 12)
        grid.addWidget(label(row.text, "dim"), at + 1, 0)
        grid.addWidget(control, at + 1, 1)
        grid.addWidget(note, at + 2, 1)

    def _control(self, row: Setting) -> QComboBox | QLineEdit:
        value = self._settings[row.key]
        if row.choices or row.key in ("audio.device", "audio.input"):
            box = QComboBox()
            words = row.words or tuple(str(each) for each in row.choices)
            for word, choice in zip(words, row.choices, strict=True):
                unit = f" {row.unit}" if row.unit and word[:1].isdigit() else ""
                box.addItem(word + unit, choice)
            box.setCurrentIndex(box.findData(value))
            box.activated.connect(lambda _index: self.changed.emit(row.key, box.currentData()))
            return box
        line = QLineEdit(", ".join(value) if isinstance(value, tuple) else str(value))
        line.editingFinished.connect(lambda: self.changed.emit(row.key, _typed(row, line.text())))
        return line


def _typed(row: Setting, text: str) -> Any:
    if isinstance(row.default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text.strip()
