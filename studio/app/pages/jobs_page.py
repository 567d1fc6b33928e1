"""What is running and what ran."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from studio.app.state import JobRow, RowState
from studio.app.widgets.words import Elided, button, label, set_tone, show_progress

TONES = {RowState.DONE: "ok", RowState.FAILED: "danger", RowState.CANCELLED: "warn"}
SHOWN = 20


class JobLine(QFrame):
    """One piece of work: title, step, progress, Cancel."""

    def __init__(self, cancel: Callable[[int], None]) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self._number = 0
        self.title, self.step, self.state = Elided(tone="head"), Elided(tone="dim"), label(tone="small")
        self.progress = QProgressBar(textVisible=False)
        self.progress.setFixedWidth(160)
        self.cancel = button("Cancel", lambda: cancel(self._number))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.step)
        lay = QHBoxLayout(self)
        lay.setContentsMargins(16, 8, 8, 8)
        lay.setSpacing(16)
        lay.addLayout(words, 1)
        lay.addWidget(self.progress)
        lay.addWidget(self.state)
        lay.addWidget(self.cancel)

    def show_row(self, row: JobRow) -> None:
        self._number = row.number
        self.title.setText(row.title)
        self.step.setText(row.step)
        self.step.setVisible(bool(row.step))
        self.state.setText(row.state.value)
        set_tone(self.state, "tone", TONES.get(row.state, "small"))
        self.progress.setVisible(row.is_active)
        self.progress.setAccessibleName(f"Progress of {row.title}")
        show_progress(self.progress, row.progress)
        self.cancel.setVisible(row.is_active)
        self.cancel.setEnabled(row.state == RowState.RUNNING)
        self.cancel.setAccessibleName(f"Cancel {row.title}")


class JobsPage(QScrollArea):
    """The youngest first.

    Signals:
        cancelled: the work of this number is no longer wanted.
    """

    cancelled = Signal(int)

    def __init__(self) -> None:
        super().__init__(widgetResizable=True)
        self.setAccessibleName("Jobs")
        self.lines: list[JobLine] = []
        inside = QWidget()
        inside.setProperty("plain", True)
        self._lay = QVBoxLayout(inside)
        self._lay.setContentsMargins(0, 8, 8, 8)
        self._lay.setSpacing(8)
        self._lay.addWidget(label("Jobs", "title"))
        self.empty = QLabel("Nothing has run yet. Opening, drawing and exporting show up here.")
        self.empty.setProperty("tone", "dim")
        self._lay.addWidget(self.empty)
        self._lay.addStretch(1)
        self._lay.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setWidget(inside)

    def show_rows(self, rows: Sequence[JobRow]) -> None:
        rows = rows[:SHOWN]
        while len(self.lines) < len(rows):
            line = JobLine(self.cancelled.emit)
            self._lay.insertWidget(self._lay.count() - 1, line)
            self.lines.append(line)
        for line, row in zip(self.lines, rows, strict=False):
            line.show_row(row)
        self.empty.setVisible(not rows)
