"""Start the window: the first frame at once, everything that takes time to import behind it."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from studio.app.diagnosing import hear_qt
from studio.app.ending import Ending
from studio.app.settings_writer import SettingsWriter
from studio.app.theme.theme import Theme
from studio.app.window import NAME, Window
from studio.diagnostics.marks import WINDOW
from studio.diagnostics.session import announce, diagnosed
from studio.settings import Settings
from studio.storage import resources, scratch_folder

if TYPE_CHECKING:
    from studio.app.controller.services import Services
    from studio.app.wiring import Wiring

log = logging.getLogger(__name__)


def run(paths: Sequence[Path]) -> int:
    """Open the window on these files, or on the bundled example, and stay until it is closed.

    Returns: the exit status.
    """
    with diagnosed(WINDOW) as crashed, scratch_folder("session") as session:
        hear_qt()
        app = QApplication(sys.argv[:1])
        app.setApplicationName(NAME)
        app.setStyle("Fusion")
        writer = SettingsWriter()
        folder, settings = resources(), Settings(write=writer.write)
        app.setWindowIcon(QIcon(str(folder / "icons" / "neural-audio-studio.svg")))
        theme = Theme(folder, session)
        theme.use(settings["appearance.theme"])
        window = Window(theme, settings, folder)
        theme.style()
        start = Start(window, settings, folder, session, list(paths), crashed)
        writer.failed.connect(lambda error: window.status.show_message(str(error)))
        ending = Ending(lambda: app.exit(0))  # not quit(), which would ask about what is not saved
        window.show()
        QTimer.singleShot(0, start.warm_up)
        status = app.exec()
        ending.close()
        start.close()
        writer.close()
    return status


class Start(QObject):
    """Imports the rest in a thread, so that the window answers meanwhile, then couples it to the window."""

    _warm = Signal(object)
    _broken = Signal(object)

    def __init__(
        self,
        window: Window,
        settings: Settings,
        folder: Path,
        session: Path,
        paths: list[Path],
        crashed: bool = False,
    ) -> None:
        super().__init__()
        self._crashed = crashed
        self._window, self._settings, self._folder, self._session = window, settings, folder, session
        self._paths = paths
        self.wiring: Wiring | None = None
        self._warm.connect(self._couple, Qt.ConnectionType.QueuedConnection)
        self._broken.connect(self._say_broken, Qt.ConnectionType.QueuedConnection)

    def warm_up(self) -> None:
        load = _Import(self._settings, self._folder, self._session, self._warm.emit, self._broken.emit)
        QThreadPool.globalInstance().start(load)

    def close(self) -> None:
        if self.wiring is not None:
            self.wiring.close()

    def _couple(self, services: Services) -> None:
        """One step after the other, with a look at the mouse and the keys between."""
        from studio.app.controller.controller import Controller
        from studio.app.dialogs.questions import WindowQuestions
        from studio.app.wiring import Wiring

        def wire() -> None:
            self.wiring = Wiring(self._window, controller)
            self._window.last_time.setVisible(self._crashed)
            if self._settings.note:
                controller.told.emit(self._settings.note)

        controller = Controller(services, WindowQuestions(self._window, services.trust.remember_folder))
        page = self._window.model
        steps = (controller.playing.start, lambda: page.inputs, lambda: page.editor, wire, self._open)
        for step in steps:
            QTimer.singleShot(0, self, step)

    def _say_broken(self, error: Exception) -> None:
        """A package or a library is missing: nothing works, but why can be read."""
        details = "".join(traceback.format_exception(error))
        hint = "Install the program again. In a terminal, studio doctor says more."
        self._window.strip.show_problem(f"Part of the program cannot be loaded: {error}.", hint, details)

    def _open(self) -> None:
        assert self.wiring is not None
        self.wiring.commands.begin(self._paths)


class _Import(QRunnable):
    def __init__(
        self,
        settings: Settings,
        folder: Path,
        session: Path,
        done: Callable[[object], None],
        broken: Callable[[object], None],
    ) -> None:
        super().__init__()
        self._settings, self._folder, self._session = settings, folder, session
        self._done, self._broken = done, broken

    def run(self) -> None:
        announce()
        try:
            self._done(self._services())
        except Exception as error:  # the user would wait for ever
            log.exception("Part of the program cannot be loaded.")
            self._broken(error)

    def _services(self) -> Services:
        import studio.app.pages.knob_editor
        import studio.app.wiring  # noqa: F401  imported here so that the window's thread finds them ready
        from studio.app.real import real_services
        from studio.document.limits import hosts

        hosts()  # reads the metadata of every installed package once
        return real_services(self._settings, self._folder, self._session)
