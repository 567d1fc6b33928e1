"""Nothing is lost when the window closes: what is not saved is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

from studio.app.dialogs.frame import Dialog

if TYPE_CHECKING:
    from studio.app.commands import Commands
    from studio.app.controller.controller import Controller
    from studio.app.window import Window


class Leaving:
    """Lets the window close at once, or after the question was answered."""

    def __init__(self, window: Window, controller: Controller, commands: Commands) -> None:
        self._window, self._controller, self._commands = window, controller, commands
        self._decided = False

    def may_close(self) -> bool:
        if self._decided or self._controller.editing.history.is_saved:
            self._controller.close()
            return True
        self._ask()
        return False

    def _ask(self) -> None:
        file = self._controller.projects.file
        dialog = Dialog(self._window, "Unsaved changes", "Save", self._answered)
        dialog.say(f"Save the changes to {file.name if file else 'this project'}?", "title")
        dialog.say("Otherwise what was changed since the last save is lost.", "dim")
        discard = QPushButton("Close without saving")
        discard.setAutoDefault(False)
        discard.clicked.connect(lambda: self._discard(dialog))
        dialog.body.addWidget(discard)
        dialog.open()

    def _answered(self, yes: bool) -> None:
        if not yes:
            return
        self._commands.save(self._saved)

    def _saved(self) -> None:
        if self._controller.editing.history.is_saved:
            self._close()

    def _discard(self, dialog: Dialog) -> None:
        dialog.done(Dialog.DialogCode.Rejected)
        self._controller.journalling.discard()
        self._close()

    def _close(self) -> None:
        self._decided = True
        self._window.close()
