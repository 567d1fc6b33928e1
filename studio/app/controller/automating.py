"""Moves of the knobs: recorded while the sound plays, replayed by the engine, put aside while a hand holds a knob."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.document.performance import Lane
from studio.document.take import Take
from studio.link.shared import KNOBS

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.document.opened import OpenedModel
    from studio.document.project import Project

IDLE_MS = 500  # a wheel or a key that rests as long has let go


class Automating(QObject):
    """Every move of a knob by a hand comes through here.

    Signals:
        shown: where a knob stands that moves by itself: its name and position.
        turned: a hand moved a knob that is recorded, which the document does not know yet.

    Attributes:
        armed: moves are recorded while the sound plays.
        replays: what was recorded moves the knobs.
    """

    shown = Signal(str, float)
    turned = Signal(str, float)

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._control, self._editing, self._playing = controller, controller.editing, controller.playing
        self.armed, self.replays = False, True
        self._held: dict[str, Take | None] = {}  # knobs in a hand, and what is recorded of them
        self._gripped: set[str] = set()  # of these, those that a mouse button holds
        self._at: dict[str, float] = {}  # where knobs were heard last
        self._told: dict[int, Lane] | None = None
        self._second: list[str] = []
        self._moved: frozenset[str] = frozenset()  # by themselves, when it was last looked
        self._pass = 0
        self._idle = QTimer(self, interval=IDLE_MS, singleShot=True)
        self._idle.timeout.connect(self._rest)
        controller.project_changed.connect(lambda _project: self._tell())
        controller.opened_changed.connect(self._follow_model)
        controller.playing.ticked.connect(self._tick)
        controller.playing.switched.connect(self._end_pass)

    @property
    def _project(self) -> Project:
        return self._control.project

    @property
    def lanes(self) -> dict[str, Lane]:
        """Of the knobs that are there, by name."""
        names = {each.name for each in self._playing.knobs}
        return {name: lane for name, lane in self._project.automation.items() if name in names}

    def played(self) -> dict[str, Lane]:
        """The same where they are played."""
        return self.lanes if self.replays else {}

    def moving(self) -> frozenset[str]:
        """Knobs that move by themselves now."""
        return frozenset(self.lanes if self.replays else ()) - self._held.keys()

    def position(self, name: str) -> float:
        """Where a knob is seen: as heard where it moves by itself or is recorded, else as the document says."""
        if self._held.get(name) is not None or name in self.moving():
            return self._at.get(name, self._project.knob(name))
        return self._project.knob(name)

    # a hand

    def grip(self, name: str) -> None:
        """A mouse button holds the knob, moving or not."""
        moved = name in self.moving()
        at = self.position(name)
        self._gripped.add(name)
        self._take(name)
        if moved or self._held[name] is not None:
            self.turn(name, at)

    def turn(self, name: str, position: float) -> None:
        """Move a knob; while armed and playing the move is recorded."""
        self._take(name)
        take = self._held[name]
        if take is None:
            self._editing.set_knob(name, position)
        else:
            self._at[name] = position
            self._playing.turn_one(name, position)
            self.turned.emit(name, position)
            take.move(self._seconds(), position, self._turned_back_at())
        if name not in self._gripped:
            self._idle.start()

    def let_go(self) -> None:
        """All hands are off; what was recorded becomes part of the document."""
        self._idle.stop()
        takes = {name: take for name, take in self._held.items() if take is not None}
        for name, take in takes.items():
            take.move(self._seconds(), self._at[name], self._turned_back_at())
        self._held, self._gripped = {}, set()
        if takes:
            lanes = {
                name: take.over(self._project.automation.get(name), self._project.knob(name))
                for name, take in takes.items()
            }
            knobs = {name: self._at[name] for name in takes}
            self._editing.change(
                "Record knob moves",
                f"pass:{self._pass}",
                automation={**self._project.automation, **lanes},
                knobs={**self._project.knobs, **knobs},
            )
        else:
            self._editing.close_merge()
        self._tell()

    # switches

    def arm(self, on: bool) -> None:
        self.armed = on
        self._end_pass()
        self._control.resituate()

    def replay(self, on: bool) -> None:
        self.replays = on
        self._tell()
        self._control.redraw()
        self._control.resituate()

    def clear(self, name: str) -> None:
        rest = {each: lane for each, lane in self._project.automation.items() if each != name}
        self._editing.change(f"Clear moves of {name}", automation=rest)

    def clear_all(self) -> None:
        self._editing.change("Clear all knob moves", automation={})

    def follow_second(self, names: list[str]) -> None:
        """The second model has these knobs; those of the same name move as the first's do."""
        self._second = names
        self._tell()

    # inside

    def _take(self, name: str) -> None:
        """The knob is in a hand from now on: the engine no longer moves it."""
        if name in self._held:
            return
        if name in self.moving():
            self._playing.turn_one(name, self._at.get(name, self._project.knob(name)))  # from there, without a jump
        stepped = any(each.name == name and each.kind != "continuous" for each in self._playing.knobs)
        self._held[name] = Take(stepped) if self.armed and self._playing.playing else None
        self._tell()

    def _rest(self) -> None:
        if not self._gripped:
            self.let_go()

    def _end_pass(self) -> None:
        """Recorded next is a step of its own in the history."""
        if not (self.armed and self._playing.playing):
            if any(take is not None for take in self._held.values()):
                self.let_go()
            self._pass += 1

    def _tick(self, status: Any) -> None:
        for take in self._held.values():
            if take is not None:
                take.rest(self._seconds(), self._turned_back_at())
        lanes, moving = self.lanes, self.moving()
        heard = status.playing and status.voice == 0  # the other model's knobs stand in an order of their own
        for index, parameter in enumerate(self._playing.knobs[:KNOBS]):
            name = parameter.name
            if name in moving:
                self._at[name] = status.heard_knobs[index] if heard else lanes[name].at(self._seconds())
                self.shown.emit(name, self._at[name])

    def _seconds(self) -> float:
        """The play head, in seconds of the sound, or of all sounds in a row."""
        sound, player = self._control.listening.now, self._playing.player
        return player.status().position / sound.raw.sample_rate if sound is not None and player is not None else 0.0

    def _turned_back_at(self) -> float | None:
        """Where the sound jumps back while it loops, in seconds."""
        sound = self._control.listening.now
        if sound is None or not self._playing.looping:
            return None
        (start, end), (before, frames) = self._playing.selection, self._playing.span
        return (before + end if end > start else frames) / sound.raw.sample_rate

    def _follow_model(self, opened: OpenedModel | None) -> None:
        self._told = None
        self._tell()

    def _tell(self) -> None:
        """The engine moves what is recorded, but for what a hand holds."""
        moving, lanes = self.moving(), self.lanes
        names = [each.name for each in self._playing.knobs]
        wanted = {index: lanes[name] for index, name in enumerate(names[:KNOBS]) if name in moving}
        second = enumerate(self._second[:KNOBS], start=KNOBS)
        wanted |= {index: lanes[name] for index, name in second if name in moving}
        for name in self._moved - moving - self._held.keys():
            self.shown.emit(name, self.position(name))
        self._moved = moving
        if wanted != self._told and self._playing.player is not None:
            self._told = wanted
            self._playing.player.automate(wanted)
