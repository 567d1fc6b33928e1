"""The sounds a model is heard on, and how it makes them look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.app.controller.services import Services
from studio.app.state import Sound
from studio.app.tasks import Tasks
from studio.document.opened import OpenedModel
from studio.errors import Cancelled

SETTLE_MS = 600


class Listening(QObject):
    """Decodes sounds once and renders the present model over the present sound when things have settled.

    Signals:
        failed: a sound could not be read: the error and the path.
        wet_changed: peaks of the rendered sound or None, whether they are stale, and a note.
    """

    failed = Signal(object, object)
    wet_changed = Signal(object, bool, str)

    def __init__(self, services: Services, tasks: Tasks) -> None:
        super().__init__()
        self._services, self._tasks = services, tasks
        self._known: dict[tuple[Path, int | None], Sound] = {}
        self._wet: Sound | None = None
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
        self.now, self._wet = sound, None
        self.wet_changed.emit(None, False, "")

    def follow(self, opened: OpenedModel | None, knobs: dict[str, float], block: int) -> None:
        """Show how this model, at these knobs, makes the present sound look; soon, once nothing changes any more."""
        if opened is None or self.now is None:
            self._tasks.drop("wet")
            self._wet, self._wanted, self._shown = None, (), ()
            self.wet_changed.emit(None, False, "")
            return
        wanted = (opened.captured, self.now.raw.path, tuple(sorted(knobs.items())), block)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._job = (opened, dict(knobs), block)
        self._tasks.drop("wet")
        if wanted == self._shown:
            self._settle.stop()
            self._tell(stale=False)
            return
        self._tell(stale=True)
        self._settle.start()

    def _tell(self, stale: bool, note: str = "") -> None:
        note = note or ("rendering…" if stale else "")
        self.wet_changed.emit(self._wet.peaks if self._wet else None, stale, note)

    def _render(self) -> None:
        opened, knobs, block = self._job
        sound, wanted = self.now, self._wanted
        if sound is None:
            return
        target = self._services.session / "wet.wav"

        def work(report: Any, cancel: Any) -> Sound:
            rate = sound.raw.sample_rate
            made = self._services.render_file(
                opened, sound.path, target, knobs=knobs, sample_rate=rate, block=block, report=report, cancel=cancel
            )
            return self._services.load_sound(Path(made["output"]), rate, self._services.session, report, cancel)

        def done(wet: Sound) -> None:
            self._wet, self._shown = wet, wanted
            self._tell(stale=False)

        def failed(error: Exception) -> None:
            self._wet, self._wanted = None, ()
            self._tell(stale=False, note=str(error))

        self._tasks.run(f"Drawing {opened.name} over {sound.path.name}", work, done, failed, key="wet", quiet=True)
