"""Recording what is heard, while everything else goes on."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths, Signal

from studio.app.tasks import Report, Tasks
from studio.errors import StudioError
from studio.flows.recording import Recorded

if TYPE_CHECKING:
    import threading

    from studio.app.controller.controller import Controller
    from studio.link.tape import OwnTape, Take

BITS = {"24-bit": 24, "float": 32}


class Recording(QObject):
    """One recording at a time. It has a thread of its own: no other work waits for it, and Esc does not end it.

    Signals:
        changed: it began, is being ended, or is over.
        progressed: seconds recorded so far.
        finished: what was Recorded.

    Attributes:
        name: of the file that is written; empty while none is.
        is_ending: the last of it is being written.
    """

    changed = Signal()
    progressed = Signal(float)
    finished = Signal(object)

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._control, self._services, self._playing = controller, controller.services, controller.playing
        self._tasks = Tasks(threads=1)
        self._tape: OwnTape | None = None
        self._take: Take | None = None
        self.name, self.is_ending = "", False
        controller.playing.ticked.connect(self._tick)

    def toggle(self) -> None:
        if not self.name:
            self.start()
        elif not self.is_ending:
            self.stop()

    def start(self) -> None:
        """Record from the next block on."""
        player = self._playing.player
        if player is None:
            return
        tape = player.tape
        try:
            take = tape.begin()
        except StudioError as error:
            self.changed.emit()
            self._control.trouble(error)
            return
        settings, target = self._services.settings, self.folder() / f"{self._stem()}.wav"
        bits, dry = BITS[settings["recording.format"]], settings["recording.dry"]

        def work(report: Report, cancel: threading.Event) -> Recorded:
            return self._services.record(tape, take, target, bits=bits, dry=dry, report=report, cancel=cancel)

        self._tape, self._take, self.name = tape, take, target.name
        self._tasks.run(f"Recording {target.name}", work, self._done, self._failed, quiet=True)
        self.changed.emit()

    def stop(self) -> None:
        """End it; what was heard until now is in the file in a moment."""
        if self._tape is not None:
            self.is_ending = True
            self._tape.end()
            self.changed.emit()

    def close(self) -> None:
        """Finish the file."""
        self._tasks.close()

    def folder(self) -> Path:
        """Where recordings go: as the settings say, else among the user's music."""
        chosen = self._services.settings["recording.folder"]
        music = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MusicLocation)
        return Path(chosen or Path(music or Path.home()) / "Neural Audio Studio").expanduser()

    def add_to_sounds(self, recorded: Recorded) -> None:
        """Put the files behind the sounds that are there."""
        editing, names = self._control.editing, ", ".join(each.name for each in recorded.files)
        editing.change(f"Add {names}", audio=(*editing.project.audio, *(str(each) for each in recorded.files)))

    def _stem(self) -> str:
        opened = self._control.opening.now
        name = (self._control.project.card.name or opened.name) if opened is not None else "dry"
        name = re.sub(r"[^\w .-]+", "_", name).strip(" .")
        return f"{name} {datetime.now():%Y-%m-%d %H-%M-%S}"

    def _tick(self, status: Any) -> None:
        if self._tape is not None and self._take is not None and status.sample_rate:
            self.progressed.emit((self._tape.frames - self._take.start) / status.sample_rate)

    def _over(self) -> None:
        self._tape = self._take = None
        self.name, self.is_ending = "", False
        self.changed.emit()

    def _done(self, recorded: Recorded) -> None:
        self._over()
        self.finished.emit(recorded)

    def _failed(self, error: Exception) -> None:
        self._over()
        self._control.trouble(error)
