"""The window: where everything stands, what may be dropped on it, and what happens when it closes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from studio.app.actions.menus import Menus
from studio.app.pages.jobs_page import JobsPage
from studio.app.pages.model_page import ModelPage
from studio.app.state import CheckState, Device, JobRow, Page, Situation
from studio.app.theme.theme import Theme
from studio.app.widgets.last_time import LastTime
from studio.app.widgets.rail import Rail
from studio.app.widgets.status import StatusLine
from studio.app.widgets.strip import ErrorStrip
from studio.app.widgets.words import label
from studio.settings import Settings

SIZE, LEAST = (1280, 800), (1024, 700)
PAGES = [("Model", "model"), ("Checks", "checks"), ("Jobs", "jobs"), ("Settings", "settings"), ("Help", "help")]
LOW = 2  # pages at the foot of the rail
NAME = "Neural Audio Studio"


class Window(QMainWindow):
    """Shows what it is told and signals what is done to it.

    Checks, Settings and Help are made when they are first looked at.

    Signals:
        dropped: files were dropped, a list of paths.
        setting_changed: a preference and its new value.
        rescan: look for output devices again.
        job_cancelled: the work of this number is no longer wanted.
        checked, checks_cancelled: run the checks, stop them.
        mended: change the model as this Mend of a check says.
    """

    dropped = Signal(list)
    setting_changed = Signal(str, object)
    rescan = Signal()
    job_cancelled = Signal(int)
    checked = Signal()
    checks_cancelled = Signal()
    mended = Signal(object)

    def __init__(self, theme: Theme, settings: Settings, resources: Path) -> None:
        super().__init__()
        self.theme, self._settings, self._resources = theme, settings, resources
        self._rows: Sequence[JobRow] = ()
        self._midi = ""
        self._device, self._checks, self._situation = Device(), CheckState(), Situation()
        self.may_close: Callable[[], bool] = lambda: True
        self.setWindowTitle(f"{NAME}[*]")
        self.setAcceptDrops(True)
        self.setMinimumSize(*LEAST)
        self.menus = Menus(self, theme)
        self.model, self.jobs = ModelPage(theme), JobsPage()
        self.rail = Rail(theme, PAGES, LOW)
        self.strip, self.status, self.last_time = ErrorStrip(theme), StatusLine(theme), LastTime(theme)
        self.pages = QStackedWidget()
        self._made: dict[int, QWidget] = {Page.MODEL: self.model, Page.JOBS: self.jobs}
        self.model.audio.list.setMenu(self.menus.menu("Sounds"))
        self._lay_out()
        self.hint = self._drop_hint()
        self.rail.chosen.connect(self.show_page)
        self.jobs.cancelled.connect(self.job_cancelled)
        self.status.cancelled.connect(self.cancel_job)
        self._restore()
        self.model.audio.dry.setFocus()  # not a button: the space bar plays

    def show_page(self, index: int) -> None:
        if index not in self._made:
            make = {Page.CHECKS: self._make_checks, Page.SETTINGS: self._make_settings, Page.HELP: self._make_help}
            self._made[index] = make[Page(index)]()
            self.pages.addWidget(self._made[index])
        self.pages.setCurrentWidget(self._made[index])
        self.rail.show_page(index)

    def show_file(self, path: Path | None, saved: bool) -> None:
        self.setWindowTitle(f"{path.name if path else 'Untitled'}[*] – {NAME}")
        self.setWindowModified(not saved)

    def show_jobs(self, rows: Sequence[JobRow]) -> None:
        self._rows = rows
        active = [row for row in rows if row.is_active]
        self.jobs.show_rows(rows)
        self.rail.show_count(Page.JOBS, len(active))
        self.status.show_job(active[0] if active else None, len(active))

    def cancel_job(self) -> bool:
        """Cancel the youngest job; False where none runs."""
        active = [row for row in self._rows if row.is_active]
        if active:
            self.job_cancelled.emit(active[0].number)
        return bool(active)

    def show_device(self, device: Device) -> None:
        self._device = device
        self.status.show_device(device)
        if Page.SETTINGS in self._made:
            page: Any = self._made[Page.SETTINGS]
            page.show_device(device)

    def show_midi(self, said: str) -> None:
        """Which MIDI inputs there are, or why there are none."""
        self._midi = said
        if Page.SETTINGS in self._made:
            page: Any = self._made[Page.SETTINGS]
            page.show_midi(said)

    def show_checks(self, state: CheckState) -> None:
        self._checks = state
        self._feed_checks()

    def show_situation(self, now: Situation) -> None:
        """What can be done now."""
        self._situation = now
        self.menus.show_situation(now)
        self._feed_checks()

    def change_setting(self, key: str, value: object) -> None:
        if key == "appearance.theme":
            self.theme.use(str(value))
        self.setting_changed.emit(key, value)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.hint.setVisible(True)
            self.hint.raise_()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.hint.hide()
        event.acceptProposedAction()
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        QTimer.singleShot(0, lambda: self.dropped.emit(paths))  # the other program waits until the drop is over

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.hint.setGeometry(self.rect().adjusted(8, 8, -8, -8))
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close():
            event.ignore()
            return
        geometry = self.saveGeometry().toBase64().toStdString()
        self.setting_changed.emit("window.geometry", geometry)
        event.accept()

    def _make_checks(self) -> QWidget:
        from studio.app.pages.checks_page import ChecksPage

        page = ChecksPage(self.theme)
        page.started.connect(self.checked)
        page.cancelled.connect(self.checks_cancelled)
        page.mended.connect(self.mended)
        page.show_enabled(self._situation.model, self._situation.correctable)
        page.show_state(self._checks)
        return page

    def _feed_checks(self) -> None:
        if Page.CHECKS in self._made:
            page: Any = self._made[Page.CHECKS]
            page.show_enabled(self._situation.model, self._situation.correctable)
            page.show_state(self._checks)

    def _make_settings(self) -> QWidget:
        from studio.app.pages.settings_page import SettingsPage

        page = SettingsPage(self._settings)
        page.changed.connect(self.change_setting)
        page.rescan.connect(self.rescan)
        page.show_device(self._device)
        page.show_midi(self._midi)
        return page

    def _make_help(self) -> QWidget:
        from studio.app.pages.help_page import HelpPage

        return HelpPage(self._resources / "help")

    def _drop_hint(self) -> QLabel:
        hint = label("Drop to open", "drop", self)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        hint.hide()
        return hint

    def _restore(self) -> None:
        self.resize(*SIZE)
        saved = self._settings["window.geometry"]
        if saved:
            self.restoreGeometry(QByteArray.fromBase64(saved.encode()))

    def _lay_out(self) -> None:
        for page in self._made.values():
            self.pages.addWidget(page)
        main = QVBoxLayout()
        main.setContentsMargins(4, 8, 8, 8)
        main.setSpacing(8)
        main.addWidget(self.last_time)
        main.addWidget(self.strip)
        main.addWidget(self.pages, 1)
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(self.rail)
        across.addLayout(main, 1)
        centre = QWidget()
        lay = QVBoxLayout(centre)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(0)
        lay.addLayout(across, 1)
        lay.addWidget(self.status)
        self.setCentralWidget(centre)
