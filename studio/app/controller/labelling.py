"""Labels over the sound: those a model found, those of a file that was dropped, and writing them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.app.state import Labels, Sound
from studio.app.tasks import Tasks
from studio.audio.label import Label
from studio.audio.labels import WRITERS, read_labels, write_labels

SUFFIXES = (*WRITERS, ".tsv")


class Labelling(QObject):
    """Knows the labels that are shown.

    Signals:
        changed: what is shown, a Labels.
        failed: a file could not be read or written: the error.
        saved: labels were written, the path.
    """

    changed = Signal(object)
    failed = Signal(object)
    saved = Signal(object)

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._about: Path | None = None
        self.now = Labels()

    def open(self, path: Path, about: Path) -> None:
        """Show a label file over the sound `about`."""

        def done(labels: list[Label]) -> None:
            self._about = about
            self._show(Labels(self.now.found, tuple(labels), path.name))

        self._tasks.run(
            f"Reading {path.name}",
            lambda report, cancel: read_labels(path),
            done,
            self.failed.emit,
            key="labels",
            quiet=True,
        )

    def follow_sound(self, sound: Sound | None) -> None:
        """Labels of a file belong to the sound they were dropped on."""
        if self._about is not None and (sound is None or sound.path != self._about):
            self._about = None
            self._show(Labels(self.now.found))

    def show_found(self, found: tuple[Label, ...] | None) -> None:
        """What the model says of the present sound; None where it is no labeller."""
        if found != self.now.found:
            self._show(Labels(found, self.now.dropped, self.now.name))

    def save(self, path: Path, seconds: float) -> None:
        """Write the labels of the model, else those of the file, in the format of the name's ending."""
        labels = self.now.found or self.now.dropped

        def work(report: Any, cancel: Any) -> Path:
            write_labels(path, labels, seconds)
            return path

        self._tasks.run(f"Saving {path.name}", work, self.saved.emit, self.failed.emit, key="save-labels", quiet=True)

    def _show(self, labels: Labels) -> None:
        self.now = labels
        self.changed.emit(labels)
