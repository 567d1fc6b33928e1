"""One host of the export panel in two lines: what it is, and what stands in the way or came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.app.widgets.words import Elided, button, label, set_tone

if TYPE_CHECKING:
    from studio.app.state import HostRow

INDENT_PX = 26  # as wide as the tick and its gap: the second line stands beneath the first one's words
TONES = {"verified": "ok", "unchanged": "ok", "refused": "danger"}


class HostLine(QWidget):
    """A tick, the host's name, its first problem as a way to the field; beneath what is written there."""

    def __init__(self, title: str, tick: Callable[[bool], None], go: Callable[[], None]) -> None:
        super().__init__()
        self.box = QCheckBox(title)
        self.box.clicked.connect(lambda on: tick(on))  # noqa: PLW0108  a partial would be called without the state
        self.problem: QPushButton = button("", go, "problem")
        self.state, self.about = label("ready", "ok"), Elided(tone="small")
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.box)
        first.addStretch(1)
        first.addWidget(self.problem)
        first.addWidget(self.state)
        second.setContentsMargins(INDENT_PX, 0, 0, 0)
        second.addWidget(self.about)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(1)
        lay.addLayout(first)
        lay.addLayout(second)

    def show_row(self, row: HostRow) -> None:
        unfit = " ".join(f"{each.sentence} {each.hint}" for each in row.misfits)
        self.box.setChecked(row.ticked)
        self.box.setEnabled(not unfit)
        self.box.setToolTip(unfit or row.limits.written)
        self.box.setAccessibleDescription(unfit)
        self._show_problems(row)
        result = row.result
        word = result.word if result else "" if unfit or not row.ticked or row.problems else "ready"
        self.state.setText(word)
        self.state.setVisible(bool(word))
        set_tone(self.state, "tone", TONES.get(word, "ok"))
        why = result.why if result else ""
        self.about.setText(why or (row.misfits[0].sentence if row.misfits else row.limits.written))
        set_tone(self.about, "tone", "danger" if why else "small")
        self.about.setToolTip(why or unfit or row.limits.written)

    def _show_problems(self, row: HostRow) -> None:
        count = len(row.problems) if row.ticked else 0
        self.problem.setVisible(count > 0)
        self.problem.setText(f"{count} problem{'s' if count > 1 else ''} ›")
        said = "\n".join(f"{each.sentence} {each.hint}" for each in row.problems)
        self.problem.setToolTip(said)
        self.problem.setAccessibleName(f"{row.limits.title}: {count} problems. {said}")
