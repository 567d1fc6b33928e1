"""Where the model goes: hosts, what stands in the way, the button, what was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from studio.app.theme.theme import Theme
from studio.app.widgets.words import Elided, button, icon_button, label, show_progress, surface

if TYPE_CHECKING:
    from studio.app.state import ExportState, HostRow


class HostLine(QWidget):
    """A tick, the host's name, and its first problem as a way to the field."""

    def __init__(self, title: str, tick: Callable[[bool], None], go: Callable[[], None]) -> None:
        super().__init__()
        self.box = QCheckBox(title)
        self.box.clicked.connect(lambda on: tick(on))  # noqa: PLW0108  a partial would be called without the state
        self.problem: QPushButton = button("", go, "problem")
        self.ready = label("ready", "ok")
        lay = QHBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(8)
        lay.addWidget(self.box)
        lay.addStretch(1)
        lay.addWidget(self.problem)
        lay.addWidget(self.ready)

    def show_row(self, row: HostRow) -> None:
        count = len(row.problems)
        self.box.setChecked(row.ticked)
        self.problem.setVisible(row.ticked and count > 0)
        self.ready.setVisible(row.ticked and count == 0)
        self.problem.setText(f"{count} problem{'s' if count > 1 else ''} ›")
        said = "\n".join(f"{each.sentence} {each.hint}" for each in row.problems)
        self.problem.setToolTip(said)
        self.problem.setAccessibleName(f"{row.limits.title}: {count} problems. {said}")


class ExportPanel(QFrame):
    """Ticks, a destination and one button.

    Signals:
        ticked: a host and whether it is wanted.
        problem_chosen: the field a problem is about.
        folder_typed: where packages go.
        folder_asked, started, cancelled: the button was pressed.
        shown: the folder that was written should be opened.
    """

    ticked = Signal(str, bool)
    problem_chosen = Signal(str)
    folder_typed = Signal(str)
    folder_asked = Signal()
    started = Signal()
    cancelled = Signal()
    shown = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self._theme = theme
        self._rows: tuple[HostRow, ...] = ()
        self._folder = ""
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
        self.result = surface("good")
        self.result_text = Elided()
        self.failure = label(tone="danger")
        self.failure.setWordWrap(True)
        self._lay_out()
        self._show_idle()

    def show_hosts(self, rows: Sequence[HostRow]) -> None:
        for row in rows:
            name = row.limits.host
            if name not in self.lines:
                self.lines[name] = HostLine(row.limits.title, partial(self.ticked.emit, name), partial(self._go, name))
                self._hosts.addWidget(self.lines[name])
            self.lines[name].show_row(row)
        self._rows = tuple(rows)
        ticked = [row for row in rows if row.ticked]
        ready = sum(not row.problems for row in ticked)
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
        self._folder = state.folder
        count = len(state.written)
        self.result_text.setText(f"{count} package{'s' if count != 1 else ''} written")
        self.result.setVisible(count > 0 and not state.failed)
        if not state.running:
            self.show_hosts(self._rows)

    def _show_idle(self) -> None:
        for each in (self.progress, self.cancel, self.result, self.failure):
            each.hide()

    def _go(self, host: str) -> None:
        row = next(each for each in self._rows if each.limits.host == host)
        if row.problems:
            self.problem_chosen.emit(row.problems[0].field)

    def _lay_out(self) -> None:
        choose = icon_button(self._theme, "folder", "Choose the folder for packages", "key")
        choose.clicked.connect(self.folder_asked)
        self._hosts = QVBoxLayout()
        self._hosts.setSpacing(6)
        where, last, good = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(self.result)
        for layout in (where, last):
            layout.setSpacing(8)
        where.addWidget(self.folder)
        where.addWidget(choose)
        for each in (self.state, self.cancel, self.export):
            last.addWidget(each)
        good.setContentsMargins(8, 4, 8, 4)
        good.addWidget(self.result_text, 1)
        good.addWidget(button("Show in folder", lambda: self.shown.emit(self._folder), "link"))
        lay = QVBoxLayout(self)
        lay.setContentsMargins(12, 8, 12, 12)
        lay.setSpacing(8)
        lay.addWidget(label("Export to", "head"))
        lay.addLayout(self._hosts)
        lay.addLayout(where)
        lay.addWidget(self.progress)
        lay.addWidget(self.failure)
        lay.addWidget(self.result)
        lay.addLayout(last)
        lay.setAlignment(Qt.AlignmentFlag.AlignTop)
