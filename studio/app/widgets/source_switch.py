"""Where the sound comes from: a file, or what is being played live."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget


class SourceSwitch(QWidget):
    """Two halves, of which one is in.

    Args:
        file, live: words on them.

    Signals:
        chosen: whether live input is wanted; what is shown follows only when it is there.
    """

    chosen = Signal(bool)

    def __init__(self, file: str, live: str) -> None:
        super().__init__()
        self.file = _half("left", file, "Hear the sound file")
        self.live = _half("right", live, "Hear what is played into the input device (Ctrl+I)")
        group = QButtonGroup(self)
        lay = QHBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(0)
        for each in (self.file, self.live):
            group.addButton(each)
            lay.addWidget(each)
        self._shown = False
        self.show_live(False)
        self.file.clicked.connect(lambda: self._choose(False))
        self.live.clicked.connect(lambda: self._choose(True))

    def show_live(self, live: bool) -> None:
        self._shown = live
        (self.live if live else self.file).setChecked(True)

    def _choose(self, live: bool) -> None:
        wanted = live != self._shown
        self.show_live(self._shown)
        if wanted:
            self.chosen.emit(live)


def _half(side: str, text: str, tip: str) -> QToolButton:
    made = QToolButton()
    made.setProperty("role", "segment")
    made.setProperty("side", side)
    made.setText(text)
    made.setToolTip(tip)
    made.setCheckable(True)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
