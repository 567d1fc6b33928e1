"""Level match: what is compared is heard equally loud, so that the ear does not just choose the louder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.app.controller.loudness import loudness_of
from studio.app.state import Match
from studio.document.opened import OpenedModel
from studio.errors import Cancelled

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller

SETTLE_MS = 500
STRETCH_S = 15.0  # of the sound, which is enough to know how loud it is
MOST_DB = 24.0  # something much quieter than the rest does not silence the rest
DRY, NOW, SECOND = "bypass", "these knobs", "model B"
Key = tuple[object, ...]


@dataclass(frozen=True)
class Heard:
    """One thing that is compared: a model at certain knobs, or the dry sound."""

    name: str
    opened: OpenedModel | None = None
    knobs: tuple[tuple[str, float], ...] = ()


class Matching(QObject):
    """Measures how loud everything is that is compared, and lowers what is louder than the quietest of it.

    Signals:
        changed: what is shown of it, a Match.

    Attributes:
        on: whether the level is matched.
    """

    changed = Signal(object)

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._control, self._playing = controller, controller.playing
        self.on = False
        self._known: dict[Key, float] = {}  # LUFS
        self._stretch: tuple[int, int] | None = None
        self._measuring: Key | None = None
        self._failed: dict[Key, str] = {}
        self._said = Match()
        self._settle = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._measure)
        controller.situation_changed.connect(lambda _now: self.follow())
        controller.sound_changed.connect(lambda _sound: self._forget_stretch())

    def switch(self, on: bool) -> None:
        self.on = on
        for key in self._failed:
            self._known.pop(key, None)
        self._failed.clear()
        self._forget_stretch()
        self._control.resituate()

    def follow(self) -> None:
        """Measure what is missing, once nothing changes any more, and match what is heard to what is known."""
        if not self.on:
            self._settle.stop()
            self._control.tasks.drop("loudness")
            self._measuring = None
            self._playing.match(0.0)
            self._tell(Match())
            return
        self._place_stretch()
        keys = {self._key(each) for each in self._compared()}
        if self._measuring is not None and self._measuring not in keys:
            self._control.tasks.drop("loudness")
            self._measuring = None
        if self._measuring is None and self._missing() is not None:
            self._settle.start()
        self._apply()

    def _compared(self) -> Iterator[Heard]:
        control, project = self._control, self._control.project
        opened = control.opening.now
        if control.listening.now is None:
            return
        yield Heard(DRY)
        if opened is None or not opened.is_played:
            return
        names = [each.name for each in opened.card.parameters if each.is_numeric]
        for slot, snapshot in sorted(project.snapshots.items()):
            knobs = tuple((name, snapshot.knobs.get(name, project.knob(name))) for name in names)
            yield Heard(slot, opened, knobs)
        yield Heard(NOW, opened, tuple((name, project.knob(name)) for name in names))
        if control.second.now is not None:
            yield Heard(SECOND, control.second.now, tuple(control.second.positions().items()))

    def _current(self) -> Heard | None:
        """What reaches the ear."""
        name = NOW
        if self._playing.bypassed or self._control.opening.now is None:
            name = DRY
        elif self._control.second.heard == 1:
            name = SECOND
        return next((each for each in self._compared() if each.name == name), None)

    def _key(self, heard: Heard) -> Key:
        """What its loudness depends on."""
        sound, mixer = self._control.listening.now, self._control.project.mixer
        levels = (mixer.input_db, *((mixer.wet, repr(mixer.stems)) if heard.opened else ()))
        captured = heard.opened.captured if heard.opened else ""
        return (sound.raw.path if sound else None, self._stretch, levels, captured, heard.knobs)

    def _missing(self) -> Heard | None:
        """What is measured next: first what is heard."""
        current = self._current()
        wanted = ([current] if current else []) + list(self._compared())
        return next((each for each in wanted if self._key(each) not in self._known), None)

    def _measure(self) -> None:
        sound, heard = self._control.listening.now, self._missing()
        if sound is None or heard is None or self._stretch is None or not self.on:
            return
        key, stretch, mixer = self._key(heard), self._stretch, self._control.project.mixer
        services = self._control.services
        self._measuring = key

        def work(report: Any, cancel: Any) -> float:
            return loudness_of(services, sound, stretch, heard.opened, dict(heard.knobs), mixer, cancel)

        def done(loudness: float) -> None:
            self._known[key] = loudness
            self._measuring = None
            self._measure()
            self._apply()

        def failed(error: Exception) -> None:
            if not isinstance(error, Cancelled):
                self._failed[key] = str(error)
            done(math.nan)

        said = f"Measuring the loudness of {heard.name}"
        self._control.tasks.run(said, work, done, failed, key="loudness", quiet=True)

    def _apply(self) -> None:
        known = {each.name: self._known.get(self._key(each), math.nan) for each in self._compared()}
        audible = [each for name, each in known.items() if math.isfinite(each) and name != NOW]
        current = self._current()
        now = known[current.name] if current is not None else math.nan
        missing = self._missing()
        failed = self._failed.get(self._key(current), "") if current is not None else ""
        turning = current is not None and current.name == NOW and self._key(current) not in self._known
        gain_db = self._said.gain_db if turning else None
        if math.isfinite(now):
            quietest = max(min([*audible, now]), max([*audible, now]) - MOST_DB)
            gain_db = round(min(0.0, quietest - now), 1)
        self._playing.match(gain_db or 0.0)
        self._tell(Match(True, missing.name if missing is not None else "", gain_db, failed))

    def _place_stretch(self) -> None:
        """The loop where there is one, else what is around the play head; it stays there while the sound does."""
        sound = self._control.listening.now
        if sound is None:
            self._stretch = None
            return
        most = round(STRETCH_S * sound.raw.sample_rate)
        start, end = self._playing.selection if self._playing.looping else (0, 0)
        if end > start:
            self._stretch = (start, min(end - start, most))
        elif self._stretch is None or self._stretch[1] < min(most, sound.frames):
            self._stretch = _around(self._playing.frame, most, sound.frames)

    def _forget_stretch(self) -> None:
        self._stretch = None
        if self.on:
            self.follow()

    def _tell(self, said: Match) -> None:
        if said != self._said:
            self._said = said
            self.changed.emit(said)


def _around(frame: int, length: int, frames: int) -> tuple[int, int]:
    """A stretch of a sound with this frame in its middle, as far as there is sound: start and length."""
    length = min(length, frames)
    return min(max(0, frame - length // 2), frames - length), length
