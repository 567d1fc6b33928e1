"""What playing costs and how late it is: now, in its parts, and over the last minute. Stays open beside the work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.app.figures import report
from studio.app.load import LoadHistory
from studio.app.state import Delay, Figures
from studio.app.theme.theme import Theme
from studio.app.widgets.load_chart import LoadChart
from studio.app.widgets.words import button, label, set_tone

EVERY_MS = 100  # between two paintings


class LoadDialog(QDialog):
    """Fed with figures as they come; while it is hidden they cost nothing.

    Args:
        device: what the output is called now.
    """

    def __init__(self, parent: QWidget, theme: Theme, history: LoadHistory, device: Callable[[], str]) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setWindowTitle("Load and latency")
        self._history, self._device, self._now = history, device, Figures()
        self._since = QElapsedTimer()
        self.chart = LoadChart(theme, history)
        self.load, self.late, self.blocks = label(tone="head"), label(), label(tone="dim")
        self.priority, self.ails = label(tone="warn"), label(tone="warn")
        for each in (self.priority, self.ails):
            each.setWordWrap(True)
        self.delays = QGridLayout()
        self.total = label(tone="head")
        self.reset = button("Reset drop-outs", self._reset, tip="Count drop-outs from here on")
        self.copy = button("Copy", self._copy, tip="Copy all of it as text")
        self._lay_out()

    def show_figures(self, now: Figures) -> None:
        """Show them, ten times a second at most."""
        self._now = now
        if not self.isVisible() or (self._since.isValid() and self._since.elapsed() < EVERY_MS):
            return
        self._since.start()
        self._write()

    def showEvent(self, event: object) -> None:
        self._write()

    def _write(self) -> None:
        now = self._now
        said = f"Load {now.load:.0%} · worst block {now.worst_ms:.1f} of {now.block_ms:.1f} ms"
        _say(self.load, said if now.running else "The engine does not play.")
        late = f"{now.late} drop-out{'s' * (now.late != 1)}" + (f" · {now.muted} muted blocks" if now.muted else "")
        _say(self.late, late)
        set_tone(self.late, "tone", "warn" if now.late else "dim")
        ahead = f"{now.depth} block{'s' * (now.depth != 1)} rendered ahead" if now.depth else "nothing rendered ahead"
        _say(self.blocks, f"Blocks of {now.block} samples at {now.sample_rate / 1000:g} kHz, {ahead}" * now.running)
        _say(self.total, f"Latency {now.latency_ms:.1f} ms ({now.latency_samples} samples)" * now.running)
        _say(self.priority, now.priority)
        self.priority.setVisible(bool(now.priority))
        ails = now.ails
        _say(self.ails, f"{ails.word}. {ails.said} {ails.hint}".strip() if ails else "")
        self.ails.setVisible(ails is not None)
        self._write_delays(now.delays)
        self.chart.update()

    def _write_delays(self, delays: tuple[Delay, ...]) -> None:
        for row, delay in enumerate(delays):
            words = (delay.what, f"{delay.samples} samples", f"{delay.ms:.1f} ms", delay.how)
            for column, said in enumerate(words):
                item = self.delays.itemAtPosition(row, column)
                cell = item.widget() if item is not None else None
                if not isinstance(cell, QLabel):
                    cell = label(tone="dim")
                    if column in (1, 2):
                        cell.setAlignment(Qt.AlignmentFlag.AlignRight)
                    self.delays.addWidget(cell, row, column)
                _say(cell, said)

    def _reset(self) -> None:
        self._history.reset()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(report(self._now, self._history, self._device()))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.load, 1)
        head.addWidget(self.late)
        self.delays.setHorizontalSpacing(16)
        self.delays.setVerticalSpacing(2)
        self.delays.setColumnStretch(3, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(self.reset)
        foot.addWidget(self.copy)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(16, 12, 16, 12)
        lay.setSpacing(8)
        lay.addLayout(head)
        lay.addWidget(self.chart, 1)
        lay.addWidget(self.ails)
        lay.addWidget(self.blocks)
        lay.addWidget(self.total)
        lay.addLayout(self.delays)
        lay.addWidget(self.priority)
        lay.addLayout(foot)


def _say(words: QLabel, said: str) -> None:
    if words.text() != said:
        words.setText(said)
