"""Sees when the file of the model that is heard becomes another."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

from studio.document.opened import ModelSource


class Watching(QObject):
    """Looks at the file and its folder: editors replace a file instead of writing into it.

    Signals:
        changed: whether the files are others than when the model was opened.
    """

    changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[Path, tuple[int, int]] = {}
        self._system = QFileSystemWatcher(self)
        self._system.fileChanged.connect(self._look)
        self._system.directoryChanged.connect(self._look)

    def watch(self, source: ModelSource) -> None:
        """From now on these; as they are now is how they are known."""
        old = [*self._system.files(), *self._system.directories()]
        if old:
            self._system.removePaths(old)
        files = [Path(each) for each in (source.path, source.source) if each]
        self._seen = {path: _stamp(path) for path in files}
        self._system.addPaths([str(each) for path in files for each in (path, path.parent)])
        self.changed.emit(False)

    def _look(self) -> None:
        others = [path for path, stamp in self._seen.items() if path.exists() and _stamp(path) != stamp]
        self._system.addPaths([str(path) for path in self._seen if path.exists()])
        self.changed.emit(bool(others))


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of the last change; zeros where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns
