"""Two models: which of them is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from studio.app.widgets.words import Elided, button

if TYPE_CHECKING:
    from studio.app.state import Pair

NAME_PX = 120


class CompareRow(QWidget):
    """Seen while there is a second model, or one is being opened.

    Signals:
        heard: hear the model in this slot, 0 for A and 1 for B.
        swapped: make B the model of the project.
        closed: do without B.
        cancelled: stop opening it.
    """

    heard = Signal(int)
    swapped = Signal()
    closed = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = _side("left", "Hear model A (X)"), _side("right", "Hear model B (X)")
        group = QButtonGroup(self)
        for slot, each in enumerate((self.first, self.second)):
            group.addButton(each)
            each.clicked.connect(lambda _on, slot=slot: self.heard.emit(slot))
        self.said = Elided(tone="small")
        swap = "Make B the model of this project, and A the one it is compared with"
        self.swap = button("Swap", self.swapped.emit, tip=swap)
        self.swap.setAccessibleName("Swap models A and B")
        self.close_second = button("Close B", self.closed.emit, tip="Do without the second model")
        self.cancel = button("Cancel", self.cancelled.emit)
        self.cancel.setAccessibleName("Stop opening the second model")
        pair = QHBoxLayout()
        pair.setSpacing(0)
        pair.addWidget(self.first)
        pair.addWidget(self.second)
        lay = QHBoxLayout(self)
        lay.setContentsMargins(0, 4, 0, 0)
        lay.setSpacing(8)
        lay.addLayout(pair)
        lay.addWidget(self.said, 1)
        for ending in (self.swap, self.close_second, self.cancel):
            lay.addWidget(ending)
        self.hide()

    def show_pair(self, pair: Pair) -> None:
        both = bool(pair.first and pair.second)
        self.setVisible(both or bool(pair.busy))
        for each, letter, name in ((self.first, "A", pair.first), (self.second, "B", pair.second)):
            each.setVisible(both)
            short = each.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, NAME_PX)
            each.setText(f"{letter}  {short}")
            each.setAccessibleName(f"Hear model {letter}, {name}")
        (self.second if pair.heard else self.first).setChecked(True)
        self.said.setText(pair.busy or "Card and export: A")
        self.said.setToolTip(pair.busy or "Card, knobs and export are those of model A.")
        self.swap.setVisible(both)
        self.close_second.setVisible(both)
        self.cancel.setVisible(bool(pair.busy))


def _side(side: str, name: str) -> QToolButton:
    made = QToolButton()
    made.setProperty("role", "segment")
    made.setProperty("side", side)
    made.setCheckable(True)
    made.setToolTip(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
