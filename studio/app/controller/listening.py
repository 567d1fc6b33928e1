"""The sounds a model is heard on, and how it makes them look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.app.controller.services import Services
from studio.app.state import Sound
from studio.app.tasks import Tasks
from studio.audio.label import Label
from studio.audio.labels import read_labels
from studio.document.opened import OpenedModel
from studio.errors import Cancelled

SETTLE_MS = 600


class Listening(QObject):
    """Decodes sounds once and renders the present model over the present sound when things have settled.

    Signals:
        failed: a sound could not be read: the error and the path.
        wet_changed: peaks of the rendered sound or None, whether they are stale, and a note.
        labels_changed: what a labeller found, labels in seconds; None for an effect.
    """

    failed = Signal(object, object)
    wet_changed = Signal(object, bool, str)
    labels_changed = Signal(object)

    def __init__(self, services: Services, tasks: Tasks) -> None:
        super().__init__()
        self._services, self._tasks = services, tasks
        self._known: dict[tuple[Path, int | None], Sound] = {}
        self._wet: Sound | None = None
        self._labels: tuple[Label, ...] | None = None  # of a labeller, which makes no sound
        self._wanted: tuple[Any, ...] = ()
        self._shown: tuple[Any, ...] = ()
        self.now: Sound | None = None
        self.lost: set[Path] = set()  # files that could not be read when they were last wanted
        self._settle = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._render)

    def open(
        self,
        path: Path,
        rate: int | None,
        ready: Callable[[Sound], None],
        refused: Callable[[Exception], None] | None = None,
    ) -> None:
        """Decode `path` at `rate` Hz unless it was before; `ready` gets it before anything has changed.

        A failure is told to `refused`, or signalled.
        """
        known = self._known.get((path, rate))
        if known is not None:
            ready(known)
            return

        def done(sound: Sound) -> None:
            self._known[(path, rate)] = sound
            self.lost.discard(path)
            ready(sound)

        def failed(error: Exception) -> None:
            if isinstance(error, Cancelled):
                return
            self.lost.add(path)
            if refused is None:
                self.failed.emit(error, path)
            else:
                refused(error)

        self._tasks.run(
            f"Reading {path.name}",
            lambda report, cancel: self._services.load_sound(path, rate, self._services.session, report, cancel),
            done,
            failed,
            key="sound",
        )

    def keep(self, sound: Sound | None) -> None:
        """This is the sound now; a rendering of another one is no longer worth showing."""
        self.now = sound
        self._forget()

    def follow(self, opened: OpenedModel | None, knobs: dict[str, float], block: int) -> None:
        """Show how this model, at these knobs, makes the present sound look; soon, once nothing changes any more."""
        if opened is None or self.now is None:
            self._tasks.drop("wet")
            self._wanted, self._shown = (), ()
            self._forget()
            return
        wanted = (opened.captured, self.now.raw.path, tuple(sorted(knobs.items())), block)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._job = (opened, dict(knobs), block)
        if opened.call.labels != (self._labels is not None):
            self._wet, self._labels = None, () if opened.call.labels else None
        self._tasks.drop("wet")
        if wanted == self._shown:
            self._settle.stop()
            self._tell(stale=False)
            return
        self._tell(stale=True)
        self._settle.start()

    def _forget(self) -> None:
        self._wet, self._labels = None, None
        self.wet_changed.emit(None, False, "")
        self.labels_changed.emit(None)

    def _tell(self, stale: bool, note: str = "") -> None:
        wait = "listening…" if self._labels is not None else "rendering…"
        note = note or (wait if stale else "")
        if self._labels is not None and self.now is not None:
            count = len(self._labels)
            said = f"{count} label{'s' if count != 1 else ''}" if count else "no labels found"
            self.wet_changed.emit(self.now.peaks, True, note or said)
            self.labels_changed.emit(self._labels)
            return
        self.wet_changed.emit(self._wet.peaks if self._wet else None, stale, note)
        self.labels_changed.emit(None)

    def _render(self) -> None:
        opened, knobs, block = self._job
        sound, wanted = self.now, self._wanted
        if sound is None:
            return
        target = self._services.session / ("found.txt" if opened.call.labels else "wet.wav")

        def work(report: Any, cancel: Any) -> Sound | list[Label]:
            rate = sound.raw.sample_rate
            made = self._services.render_file(
                opened, sound.path, target, knobs=knobs, sample_rate=rate, block=block, report=report, cancel=cancel
            )
            if opened.call.labels:
                return read_labels(Path(made["output"]))
            return self._services.load_sound(Path(made["output"]), rate, self._services.session, report, cancel)

        def done(made: Sound | list[Label]) -> None:
            self._wet, self._labels = (made, None) if isinstance(made, Sound) else (None, tuple(made))
            self._shown = wanted
            self._tell(stale=False)

        def failed(error: Exception) -> None:
            self._wet, self._labels, self._wanted = None, None, ()
            self._tell(stale=False, note=str(error))

        self._tasks.run(f"Drawing {opened.name} over {sound.path.name}", work, done, failed, key="wet", quiet=True)
