"""Every edit goes into the journal too, and whoever ends the app early finds it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from studio.document.claim import Claim
from studio.document.keeping import Keeper
from studio.document.recovery import end_restore, journals
from studio.errors import StudioError

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller

FLUSH_S = 2.0
PROVEN_MS = 2000  # a window that shows restored work for so long is not ended by it


class Journalling(QObject):
    """Hands moves of the history to the keeper's thread.

    Attributes:
        folder: of all journals.
    """

    _told = Signal(object)

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.folder = journals()
        self._keeper = Keeper(self.folder, self._told.emit)
        self._adopted: Claim | None = None
        self._unproven: Claim | None = None
        self._pending: Claim | None = None
        self._proven = QTimer(self, interval=PROVEN_MS, singleShot=True)
        self._proven.timeout.connect(self._prove)
        controller.editing.moved.connect(self._keeper.move)
        controller.editing.began.connect(self._begin)
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._look_away)
            app.commitDataRequest.connect(lambda _manager: self.flush(), Qt.ConnectionType.DirectConnection)

    def adopt(self, claim: Claim) -> None:
        """The project that begins next was restored from the journal this lock belongs to."""
        self._adopted = claim

    def try_restore(self, claim: Claim) -> None:
        """A restore has begun that could end the app."""
        self._give_up()
        self._unproven = self._pending = claim

    def flush(self) -> bool:
        """Wait until all is on the disk: the session ends."""
        return self._keeper.flush(FLUSH_S)

    def discard(self) -> None:
        """The user does not want what is not saved by now."""
        self._keeper.drop()

    def close(self) -> None:
        """Keep what is not saved for the next start."""
        self._give_up()
        self._keeper.close(keep=True)

    def _begin(self) -> None:
        editing, projects = self._controller.editing, self._controller.projects
        self._keeper.begin(editing.history, projects.file, projects.digest, self._adopted)
        if self._adopted is not None:
            self._proven.start()
            self._pending = None
        self._adopted = None

    def _give_up(self) -> None:
        """What was to be restored and is not shown yet is offered again."""
        self._prove()
        if self._pending is not None:
            self._pending.release()
        self._pending = None

    def _prove(self) -> None:
        if self._unproven is not None:
            end_restore(self._unproven)
        self._unproven = None

    def _look_away(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            self._keeper.settle()

    def _tell(self, error: StudioError | None) -> None:
        if error is None:
            self._controller.told.emit("Unsaved edits are being kept again.")
        else:
            self._controller.trouble(error)
