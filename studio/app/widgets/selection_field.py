"""The selection in numbers, to be read and to be typed."""

from __future__ import annotations

import re

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QLineEdit

from studio.app.widgets.words import set_tone

NUMBER = re.compile(r"(?:(\d+):)?(\d+(?:[.,]\d*)?)")
WIDTHS_PX = 100, 124


class SelectionField(QLineEdit):
    """Takes `1.5 - 2`, `0:01.5 0:02`, and nothing for no selection.

    Signals:
        typed: start and end in seconds; 0, 0 for none.
    """

    typed = Signal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self._shown = (0.0, 0.0)
        self.setProperty("compact", True)
        self.setPlaceholderText("no selection")
        self.setAccessibleName("Selection in seconds")
        self.setToolTip("The selection, from second to second; type another one")
        self.setMinimumWidth(WIDTHS_PX[0])
        self.setMaximumWidth(WIDTHS_PX[1])
        self.editingFinished.connect(self._edited)

    def show_selection(self, start_s: float, end_s: float) -> None:
        if (start_s, end_s) == self._shown:
            return
        self._shown = (start_s, end_s)
        set_tone(self, "wrong", False)
        with QSignalBlocker(self):
            self.setText(_text(start_s, end_s))

    def _edited(self) -> None:
        if self.text() == _text(*self._shown):
            return
        found = NUMBER.findall(self.text())
        seconds = sorted(60.0 * int(minutes or 0) + float(rest.replace(",", ".")) for minutes, rest in found)
        is_range = len(seconds) == 2 and seconds[0] < seconds[1]
        set_tone(self, "wrong", bool(self.text().strip()) and not is_range)
        if is_range:
            self.typed.emit(seconds[0], seconds[1])
        elif not self.text().strip():
            self.typed.emit(0.0, 0.0)


def _text(start_s: float, end_s: float) -> str:
    return f"{start_s:.2f} – {end_s:.2f} s" if end_s > start_s else ""
