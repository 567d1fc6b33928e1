"""A hand on the play head: what it does is heard at once, and no oftener than the engine can follow."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer

from studio.app.controller.playing import Playing

LEAST_MS = 15  # between two frames that the engine is told


class Scrubbing(QObject):
    """Tells the player the first frame at once, then the latest one every 15 ms."""

    def __init__(self, playing: Playing) -> None:
        super().__init__()
        self._playing = playing
        self._wanted: int | None = None
        self._pause = QTimer(self, interval=LEAST_MS, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._pause.timeout.connect(self._tell)

    def move(self, frame: int) -> None:
        """The hand is at this frame of the present sound."""
        self._wanted = frame
        if not self._pause.isActive():
            self._tell()

    def end(self) -> None:
        """The hand lets go: the sound goes on, or stays, where it was left."""
        self._pause.stop()
        self._tell()
        self._pause.stop()
        self._playing.scrub_end()

    def _tell(self) -> None:
        if self._wanted is not None:
            self._playing.scrub(self._wanted)
            self._wanted = None
            self._pause.start()
