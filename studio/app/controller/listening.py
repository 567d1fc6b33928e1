"""The sounds a model is heard on, and how it makes them look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.app.controller.drawn import Drawn, Setting, draw
from studio.app.controller.services import Services
from studio.app.sounds import sound_name
from studio.app.state import Sound
from studio.app.tasks import Tasks
from studio.document.opened import OpenedModel
from studio.errors import Cancelled

SETTLE_MS = 600
KEPT_DRAWINGS = 8


class Listening(QObject):
    """Decodes sounds once and renders the present model over the present sound when things have settled.

    Signals:
        failed: a sound could not be read: the error and the path.
        wet_changed: peaks of the rendered sound or None, whether they are stale, and a note.
        stems_changed: the outputs of the rendered sound where there are several, a tuple of Stem.
        labels_changed: what a labeller found, labels in seconds; None for an effect.
    """

    failed = Signal(object, object)
    wet_changed = Signal(object, bool, str)
    stems_changed = Signal(object)
    labels_changed = Signal(object)

    def __init__(self, services: Services, tasks: Tasks) -> None:
        super().__init__()
        self._services, self._tasks = services, tasks
        self._known: dict[tuple[Path, int | None], Sound] = {}
        self._drawn = Drawn()
        self._drawings: dict[tuple[Any, ...], Drawn] = {}
        self._wanted: tuple[Any, ...] = ()
        self.now: Sound | None = None
        self.lost: set[Path] = set()  # files that could not be read when they were last wanted
        self._settle = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._render)

    def close(self) -> None:
        """Render nothing any more."""
        self._settle.stop()

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
            f"Reading {sound_name(path)}",
            lambda report, cancel: self._services.load_sound(path, rate, self._services.session, report, cancel),
            done,
            failed,
            key="sound",
        )

    def known(self, path: Path, rate: int) -> Sound | None:
        """The sound where it was decoded before."""
        return self._known.get((path, rate))

    def fetch(self, path: Path, rate: int, ready: Callable[[], None], refused: Callable[[Exception], None]) -> None:
        """Decode a sound that is heard later; only one such is read at a time."""

        def done(sound: Sound) -> None:
            self._known[(path, rate)] = sound
            ready()

        def failed(error: Exception) -> None:
            if not isinstance(error, Cancelled):
                self.lost.add(path)
                refused(error)

        self._tasks.run(
            f"Reading {sound_name(path)}",
            lambda report, cancel: self._services.load_sound(path, rate, self._services.session, report, cancel),
            done,
            failed,
            key="row",
            quiet=True,
        )

    def keep(self, sound: Sound | None) -> None:
        """This is the sound now; a rendering of another one is no longer worth showing."""
        self.now = sound
        self._wanted = ()
        self._forget()

    def follow(self, opened: OpenedModel | None, setting: Setting, block: int) -> None:
        """Show how this model, at this setting, makes the present sound look; soon, once nothing changes any more."""
        if opened is None or self.now is None:
            self._tasks.drop("wet")
            self._wanted = ()
            self._forget()
            return
        wanted = (opened.captured, self.now.raw.path, repr(setting), block)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._job = (opened, setting, block)
        self._tasks.drop("wet")
        known = self._drawings.get(wanted)
        if known is not None:
            self._settle.stop()
            self._show(known)
            return
        if opened.call.labels != (self._drawn.labels is not None):
            self._drawn = Drawn(labels=() if opened.call.labels else None)
        self._tell(stale=True)
        self._settle.start()

    def _forget(self) -> None:
        self._drawn = Drawn()
        self.stems_changed.emit(())
        self.wet_changed.emit(None, False, "")
        self.labels_changed.emit(None)

    def _show(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self.stems_changed.emit(drawn.stems)
        self._tell(stale=False)

    def _tell(self, stale: bool, note: str = "") -> None:
        labels, outputs = self._drawn.labels, self._drawn.outputs
        wait = "listening…" if labels is not None else "rendering…"
        note = note or (wait if stale else "")
        if labels is not None and self.now is not None:
            count = len(labels)
            said = f"{count} label{'s' if count != 1 else ''}" if count else "no labels found"
            self.wet_changed.emit(self.now.peaks, True, note or said)
            self.labels_changed.emit(labels)
            return
        self.wet_changed.emit(outputs[0].peaks if outputs else None, stale, note)
        self.labels_changed.emit(None)

    def _render(self) -> None:
        opened, setting, block = self._job
        sound, wanted = self.now, self._wanted
        if sound is None:
            return

        def done(drawn: Drawn) -> None:
            self._keep_drawing(wanted, drawn)
            self._show(drawn)

        def failed(error: Exception) -> None:
            self._drawn, self._wanted = Drawn(), ()
            self.stems_changed.emit(())
            self._tell(stale=False, note=str(error))

        self._tasks.run(
            f"Drawing {opened.name} over {sound_name(sound.path)}",
            lambda report, cancel: draw(self._services, opened, sound, setting, block, report, cancel),
            done,
            failed,
            key="wet",
            quiet=True,
        )

    def _keep_drawing(self, wanted: tuple[Any, ...], drawn: Drawn) -> None:
        """The last few stay, so that a sound that comes round again is seen at once."""
        self._drawings[wanted] = drawn
        while len(self._drawings) > KEPT_DRAWINGS:
            self._drawings.pop(next(iter(self._drawings))).clear_away()
