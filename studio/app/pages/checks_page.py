"""What was measured on the model: the questions, the evidence, and what one click would mend."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QScrollArea,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from studio.app.pages.check_table import GLYPHS, WORDS, CheckTable, measured, summed_up
from studio.app.state import CheckState
from studio.app.theme.theme import Theme
from studio.app.widgets.words import Elided, button, label, set_tone, show_progress, surface

if TYPE_CHECKING:
    from studio.app.widgets.plot import CheckPlot
    from studio.document.check import Check

EMPTY = "Nothing was asked yet. The checks measure delay, context, state, levels, speed and more; they take a minute."
NO_MODEL = "Open a model first; then its delay, context, state, levels and speed are measured here."
ASKING = "The model is asked in a process of its own; play and edit meanwhile."
STALE = "The model has changed since. Run the checks again to see what holds now."
FIXED = "A package is played as it is: mend the model it was made from."
ROW_PX, PLOT_PX = 30, 180
TONES = {"pass": "ok", "warn": "warn", "fail": "danger", "skip": "small"}


class ChecksPage(QWidget):
    """A button, a table, and the selected check in full.

    Signals:
        started, cancelled: the button was pressed.
        mended: apply this Mend.
    """

    started = Signal()
    cancelled = Signal()
    mended = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._state, self._model, self._correctable = CheckState(), False, False
        self.summary, self.step = Elided(tone="dim"), Elided(tone="dim")
        self.progress = QProgressBar(textVisible=False)
        self.progress.setAccessibleName("Progress of the checks")
        self.run = button("Run checks", self.started.emit, "primary", "Ask the model every question (F6)")
        self.cancel = button("Cancel", self.cancelled.emit)
        self.note, self.empty = label(tone="warn"), label(EMPTY, "dim")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.rows = CheckTable(theme)
        self.table = self._make_table()
        self.mark = QLabel()
        self.title, self.verdict, self.value = Elided(tone="title"), label(), label(tone="head")
        self.advice, self.outcome = label(), label(tone="small")
        for words in (self.advice, self.outcome, self.note):
            words.setWordWrap(True)
        self.advice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.mend = button("Mend it", self._mend, "primary")
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(lambda now, _before: self._show_check(now.row()))
        theme.changed.connect(lambda: self._show_check(self.table.currentIndex().row()))
        self.show_state(self._state)

    @cached_property
    def plot(self) -> CheckPlot:
        """Made for the first check that has one."""
        from studio.app.widgets.plot import CheckPlot

        plot = CheckPlot(self._theme)
        plot.setMinimumSize(240, PLOT_PX)
        self._detail.addWidget(plot, 3)
        return plot

    @property
    def check(self) -> Check | None:
        """The one selected."""
        row = self.table.currentIndex().row()
        return self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None

    def show_enabled(self, model: bool, correctable: bool) -> None:
        """Whether there is a model to ask, and one whose call can be changed."""
        self._model, self._correctable = model, correctable
        self.run.setEnabled(model)
        self._show_words()
        self._show_check(self.table.currentIndex().row())

    def show_state(self, state: CheckState) -> None:
        chosen = self.check.id if self.check else ""
        fresh = state.checks != self._state.checks
        self._state = state
        for widget, on in ((self.progress, state.running), (self.cancel, state.running), (self.run, not state.running)):
            widget.setVisible(on)
        show_progress(self.progress, state.progress)
        self._show_words()
        if fresh:
            self.rows.show_rows(state.checks)
            self._select(chosen)
        else:
            self._show_check(self.table.currentIndex().row())

    def _select(self, chosen: str) -> None:
        ids = [each.id for each in self.rows.rows]
        if ids:
            self.table.selectRow(ids.index(chosen) if chosen in ids else 0)
        self._show_check(self.table.currentIndex().row())

    def _show_words(self) -> None:
        state = self._state
        self.summary.setText(state.step if state.running else summed_up(state.checks))
        said = "" if state.running else state.failed or (STALE if state.stale else "")
        self.note.setText(said)
        set_tone(self.note, "tone", "danger" if state.failed else "warn")
        self.note.setVisible(bool(said))
        self._split.setVisible(bool(state.checks))
        self.empty.setVisible(not state.checks)
        self.empty.setText(ASKING if state.running else EMPTY if self._model else NO_MODEL)

    def _show_check(self, row: int) -> None:
        here = 0 <= row < len(self.rows.rows)
        self._panel.setVisible(here)
        if not here:
            return
        check = self.rows.rows[row]
        self.title.setText(check.title or check.id)
        self.verdict.setText(WORDS[check.verdict])
        set_tone(self.verdict, "tone", TONES[check.verdict])
        self.mark.setPixmap(self._theme.icon(*GLYPHS[check.verdict]).pixmap(18, 18))
        self.value.setText(measured(check))
        self.value.setVisible(bool(self.value.text()))
        self.advice.setText(check.advice)
        usable = check.mend is not None and not self._state.stale and not self._state.running
        self.mend.setVisible(usable and self._correctable)
        self.outcome.setVisible(usable)
        if check.mend is not None:
            what, _, then = check.mend.label.partition(": ")
            self.mend.setText(what)
            self.mend.setAccessibleName(check.mend.label)
            self.outcome.setText(f"{then[:1].upper()}{then[1:]}" if self._correctable else FIXED)
        self._show_plot(check)

    def _show_plot(self, check: Check) -> None:
        if check.plot is not None:
            self.plot.show_plot(check.plot)
        if "plot" in self.__dict__:
            self.plot.setVisible(check.plot is not None)

    def _mend(self) -> None:
        if self.check is not None and self.check.mend is not None:
            self.mended.emit(self.check.mend)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.rows)
        table.setAccessibleName("Checks")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_PX)
        head = table.horizontalHeader()
        head.setHighlightSections(False)
        head.setStretchLastSection(True)
        for column, width in enumerate((128, 320, 112)):
            head.resizeSection(column, width)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        return table

    def _lay_out(self) -> None:
        head = QFrame()
        head.setProperty("surface", "panel")
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(label("Checks", "title"))
        top.addWidget(self.summary, 1)
        top.addWidget(self.cancel)
        top.addWidget(self.run)
        lines = QVBoxLayout(head)
        lines.setContentsMargins(16, 8, 8, 8)
        lines.setSpacing(6)
        lines.addLayout(top)
        lines.addWidget(self.progress)
        lines.addWidget(self.note)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(8)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.table)
        self._split.addWidget(self._make_panel())
        self._split.setSizes([380, 240])
        lay = QVBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(8)
        lay.addWidget(head)
        lay.addWidget(self._split, 1)
        lay.addWidget(self.empty, 1)

    def _make_panel(self) -> QWidget:
        self._panel = surface()
        named, act = QHBoxLayout(), QHBoxLayout()
        named.setSpacing(8)
        for widget, stretch in ((self.mark, 0), (self.title, 1)):
            named.addWidget(widget, stretch)
        found = QHBoxLayout()
        found.setSpacing(12)
        found.addWidget(self.verdict)
        found.addWidget(self.value)
        found.addStretch(1)
        act.addWidget(self.mend)
        act.addStretch(1)
        inside = QWidget()
        inside.setProperty("plain", True)
        words = QVBoxLayout(inside)
        words.setContentsMargins(0, 0, 8, 0)
        words.setSpacing(8)
        words.addLayout(named)
        words.addLayout(found)
        words.addWidget(self.advice)
        words.addLayout(act)
        words.addWidget(self.outcome)
        words.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        self._detail = QHBoxLayout(self._panel)
        self._detail.setContentsMargins(16, 12, 12, 12)
        self._detail.setSpacing(16)
        self._detail.addWidget(area, 2)
        return self._panel
