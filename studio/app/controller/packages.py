"""From the document to packages: what stands in the way, the export and its ways out, the card of an open package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.app.state import Way
from studio.errors import ModelError

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller


class Packages(QObject):
    """Exports, and writes cards.

    Signals:
        checks_asked: the user wants to see what the checks found.
    """

    checks_asked = Signal()

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        controller.exporting.failed.connect(self._failed)
        controller.exporting.card_saved.connect(self._card_saved)

    @property
    def is_open(self) -> bool:
        """Whether what is heard is a package."""
        now = self._controller.opening.now
        return now is not None and now.how == "package"

    def first_problem(self) -> str:
        """The field of the first problem of a ticked host; empty where there is none."""
        rows = [row for row in self._controller.exporting.rows(self._controller.project) if row.ticked]
        return next((problem.field for row in rows for problem in row.problems), "")

    def set_folder(self, folder: str) -> None:
        self._controller.editing.change("Choose the folder", export_folder=folder)

    def export(self, folder: Path, *, anyway: bool = False) -> None:
        """Write a package for every ticked host; `anyway` although a check failed, where hosts live with that."""
        opened = self._controller.opening.now
        if opened is not None:
            self._controller.cleared.emit()
            self._controller.exporting.start(opened, self._controller.project, folder.expanduser(), anyway=anyway)

    def found(self) -> list[tuple[str, Path]]:
        """Title and path of what can be published: the last export's, and the package that is open."""
        found = self._controller.exporting.written()
        opened = self._controller.opening.now
        if opened is not None and self.is_open:
            path = Path(opened.source.path)
            found.append((path.name, path.parent if path.with_name("metadata.json").is_file() else path))
        return found

    def save_card(self) -> None:
        """Put the card into the package that is open."""
        opened = self._controller.opening.now
        if opened is not None and self.is_open:
            self._controller.cleared.emit()
            self._controller.exporting.save_card(opened, self._controller.project.card)

    def _card_saved(self, path: Path) -> None:
        self._controller.told.emit(f"The card is in {path.name}.")
        opened = self._controller.opening.now
        if opened is not None and opened.source.path == str(path):
            self._controller.models.reload()

    def _failed(self, error: Exception, target: Path) -> None:
        ways: list[Way] = []
        if isinstance(error, ModelError) and "checks" in error.fields:
            ways.append(("See the checks", self._see_checks))
            if "anyway" in error.choices:
                ways.append(("Export anyway", lambda: self.export(target, anyway=True)))
        self._controller.trouble(error, *ways)

    def _see_checks(self) -> None:
        self.checks_asked.emit()
        if not self._controller.checking.is_current:
            self._controller.models.check()
