"""Where the model goes: hosts, what stands in the way, the button, what was written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from studio.app.pages.host_line import HostLine
from studio.app.theme.theme import Theme
from studio.app.widgets.words import Elided, button, icon_button, label, show_progress, surface

if TYPE_CHECKING:
    from studio.app.state import ExportState, HostRow

LEAST_PX = 88  # two hosts and a bit of the third, which shows that there are more


class ExportPanel(QFrame):
    """Ticks, a destination and one button.

    Signals:
        ticked: a host and whether it is wanted.
        problem_chosen: the field a problem is about.
        folder_typed: where packages go.
        folder_asked, started, cancelled, publishing: the button was pressed.
        shown: the folder or the report that was written should be opened.
    """

    ticked = Signal(str, bool)
    problem_chosen = Signal(str)
    folder_typed = Signal(str)
    folder_asked = Signal()
    started = Signal()
    cancelled = Signal()
    publishing = Signal()
    shown = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self._theme = theme
        self._rows: tuple[HostRow, ...] = ()
        self._folder, self._report = "", ""
        self.lines: dict[str, HostLine] = {}
        self.folder = QLineEdit()
        self.folder.setAccessibleName("Folder for packages")
        self.folder.setPlaceholderText("Folder for packages")
        self.folder.editingFinished.connect(lambda: self.folder_typed.emit(self.folder.text()))
        self.export = button(
            "Export", self.started.emit, "primary", "Write and verify a package for every ticked host (Ctrl+E)"
        )
        self.cancel = button("Cancel", self.cancelled.emit)
        self.state, self.progress = Elided(tone="small"), QProgressBar(textVisible=False)
        self.progress.setAccessibleName("Export")
        self.result, self.result_text = surface("good"), Elided()
        self.report = button("Show report", lambda: self.shown.emit(self._report), "link", "Every check and plot of it")
        self.publish = button("Publish…", self.publishing.emit, "link", "Send a package to Hugging Face")
        self.show_written = button("Show folder", lambda: self.shown.emit(self._folder), "link")
        self.failure = label(tone="danger")
        self.failure.setWordWrap(True)
        self._lay_out()
        for each in (self.progress, self.cancel, self.result, self.failure):
            each.hide()

    def show_hosts(self, rows: Sequence[HostRow]) -> None:
        for place, row in enumerate(sorted(rows, key=lambda each: bool(each.misfits))):  # those that take it first
            name = row.limits.host
            if name not in self.lines:
                self.lines[name] = HostLine(row.limits.title, partial(self.ticked.emit, name), partial(self._go, name))
            if self._hosts.indexOf(self.lines[name]) != place:
                self._hosts.insertWidget(place, self.lines[name])
            self.lines[name].show_row(row)
        self._rows = tuple(rows)
        ticked = [row for row in rows if row.ticked]
        ready = sum(not row.problems for row in ticked)
        if self.progress.isHidden():
            self.state.setText(f"{ready} of {len(ticked)} ready" if ticked else "Tick a host.")

    def show_folder(self, folder: str) -> None:
        if self.folder.text() != folder and not self.folder.hasFocus():
            self.folder.setText(folder)
            self.folder.setCursorPosition(0)
            self.folder.setToolTip(folder)

    def show_enabled(self, model: bool) -> None:
        self.export.setEnabled(model and any(row.ticked for row in self._rows))

    def show_state(self, state: ExportState) -> None:
        self.progress.setVisible(state.running)
        self.cancel.setVisible(state.running)
        self.export.setVisible(not state.running)
        show_progress(self.progress, state.progress)
        if state.running:
            self.state.setText(state.step)
        self.failure.setText(state.failed)
        self.failure.setVisible(bool(state.failed))
        self._folder, self._report = state.folder, state.report
        count = len(state.written)
        self.result_text.setText(f"{count} package{'s' if count != 1 else ''} written" if count else "Nothing written")
        self.result.setVisible(bool(state.report))
        self.show_written.setVisible(count > 0)
        self.publish.setVisible(count > 0)
        if not state.running:
            self.show_hosts(self._rows)

    def _go(self, host: str) -> None:
        row = next(each for each in self._rows if each.limits.host == host)
        if row.problems:
            self.problem_chosen.emit(row.problems[0].field)

    def _lay_out(self) -> None:
        choose = icon_button(self._theme, "folder", "Choose the folder for packages", "key")
        choose.clicked.connect(self.folder_asked)
        where, last, ways = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        good = QVBoxLayout(self.result)
        for layout in (where, last):
            layout.setSpacing(8)
        where.addWidget(self.folder)
        where.addWidget(choose)
        for each in (self.state, self.cancel, self.export):
            last.addWidget(each)
        good.setContentsMargins(8, 4, 8, 4)
        good.setSpacing(2)
        good.addWidget(self.result_text)
        ways.setSpacing(16)
        for each in (self.report, self.show_written, self.publish):
            ways.addWidget(each)
        ways.addStretch(1)
        good.addLayout(ways)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(12, 8, 12, 12)
        lay.setSpacing(8)
        lay.addWidget(label("Export to", "head"))
        lay.addWidget(self._make_list(), 1)
        lay.addLayout(where)
        lay.addWidget(self.progress)
        lay.addWidget(self.failure)
        lay.addWidget(self.result)
        lay.addLayout(last)

    def _make_list(self) -> QScrollArea:
        inside = QWidget()
        inside.setProperty("plain", True)
        self._hosts = QVBoxLayout(inside)
        self._hosts.setContentsMargins(0, 0, 8, 0)
        self._hosts.setSpacing(8)
        self._hosts.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setAccessibleName("Hosts")
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumHeight(LEAST_PX)
        area.setWidget(inside)
        return area
