"""One sound after the other without a gap: the engine has them in a row, the window follows the play head."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from studio.app.row import Row
from studio.app.sounds import sound_name
from studio.app.state import Sound
from studio.document.project import Project

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller

PATIENCE = 15  # looks, half a second, until the engine must have made a jump


Made = tuple[tuple[str, ...], int]  # the list and the rate in Hz that a row was made of
NOTHING: Made = ((), 0)


class InARow(QObject):
    """Builds the row around the sound that is heard, while that goes on sounding, and grows it as files are decoded.

    The row begins with the sound that was there first. Those that stand before it in the list are put in front as
    soon as nobody hears how the row is exchanged, or where the end of the list is to lead back to its start.

    Attributes:
        row: what the engine has; empty while sounds are played one by one.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.row = Row()
        self._now = 0  # place of the sound that is heard
        self._made_of: Made = NOTHING
        self._front = False  # whether decoded sounds stand in front of the first
        self._followed = -1  # what the document said last
        self._awaited: int | None = None  # place that the play head was sent to
        self._patience = 0
        controller.playing.ticked.connect(self._look)

    @property
    def is_on(self) -> bool:
        return bool(self.row.sounds)

    def heard(self, project: Project) -> int:
        """The number of the sound that is heard, of the one that was chosen while they are played one by one."""
        return self.row.numbers[self._now] if self.is_on else project.audio_index

    def switch(self, on: bool) -> None:
        """Play all in a row, or the present one alone."""
        project = self._controller.project
        said = "Play all in a row" if on else "Play one sound"
        self._controller.editing.change(said, in_a_row=on, audio_index=self.heard(project))

    def follow(self, project: Project) -> bool:
        """Make true what the document says; False where sounds are played one by one."""
        now, rate = self._controller.listening.now, self._controller.playing.device.sample_rate
        if not project.in_a_row or len(project.audio) < 2 or now is None:
            self._leave()
            return False
        if not rate or now.raw.sample_rate != rate:
            return self.is_on  # no device, or the sound is being decoded for another one
        if (project.audio, rate) != self._made_of:
            if str(now.path) not in project.audio:
                return False
            self._begin(project, now, rate)
        if project.audio_index != self._followed:
            self._followed = project.audio_index
            self._jump(project.audio_index)
        return True

    def forget(self) -> None:
        """The engine gets a sound of its own now."""
        self.row, self._made_of, self._front = Row(), NOTHING, False
        self._controller.tasks.drop("row")

    def choose(self, number: int) -> bool:
        """Go to the start of another sound; False where they are played one by one."""
        if not self.is_on:
            return False
        self._followed = number
        name = sound_name(self._controller.project.audio[number])
        self._controller.editing.change(f"Hear {name}", "sound", audio_index=number)
        self._jump(number)
        return True

    def _begin(self, project: Project, now: Sound, rate: int) -> None:
        """Around the sound that is heard, which goes on."""
        before, before_rate = self._made_of
        self._made_of = (project.audio, rate)
        if self.is_on and before_rate == rate and project.audio[: len(before)] == before:
            self._grow()
            return
        chosen = project.audio_index
        number = chosen if project.audio[chosen] == str(now.path) else project.audio.index(str(now.path))
        self._followed, self._awaited = chosen, None
        if len(self.row.sounds) > 1:  # the engine has others around it, which may stand elsewhere now
            self._line_up(number, self._controller.playing.frame)
        else:
            self.row, self._now = Row((now,), (number,)), 0
            self._controller.playing.enter(self.row, 0)
        self._grow()

    def _leave(self) -> None:
        """Back to one sound, at the place where it is."""
        control, row = self._controller, self.row
        if not self.is_on:
            return
        self.forget()
        sound = row.sounds[self._now]
        if control.listening.now is sound and len(row.sounds) > 1:
            control.playing.line_up(Row((sound,), (0,)), 0, control.playing.frame)

    def _grow(self) -> None:
        """Put behind the last what comes next in the list; decode it first where nobody did."""
        paths, rate = self._made_of
        listening = self._controller.listening
        last = self.row.numbers[-1]
        for number in (*range(last + 1, len(paths)), *range(self.row.numbers[0])):
            path = Path(paths[number])
            if path in listening.lost:
                continue
            sound = listening.known(path, rate)
            if sound is None:
                self._fetch(path, rate)
                return
            if number > last:
                self.row = self.row.with_last(sound, number)
                self._controller.playing.append(self.row)
        self._front = self._run(self.row.numbers[0]).numbers[0] < self.row.numbers[0]
        self._complete()

    def _fetch(self, path: Path, rate: int) -> None:
        def skip(error: Exception) -> None:
            self._controller.told.emit(f"{sound_name(path)} is skipped: {error}")
            self._grow()

        self._controller.listening.fetch(path, rate, self._grow, skip)

    def _complete(self) -> None:
        """Put in front what stands before the first, when it can be done unheard or has to be done."""
        playing = self._controller.playing
        if self._front and (playing.looping or not playing.playing):
            self._front = False
            self._line_up(self.row.numbers[self._now], playing.frame)

    def _run(self, around: int) -> Row:
        """The longest stretch of decoded sounds around a number; what cannot be read does not break it."""
        paths, rate = self._made_of
        listening = self._controller.listening
        found: dict[int, Sound] = {}

        def collect(numbers: range) -> None:
            for number in numbers:
                path = Path(paths[number])
                sound = listening.known(path, rate)
                if sound is not None:
                    found[number] = sound
                elif path not in listening.lost:
                    return

        collect(range(around, len(paths)))
        collect(range(around - 1, -1, -1))
        numbers = tuple(sorted(found))
        return Row(tuple(found[number] for number in numbers), numbers)

    def _line_up(self, number: int, frame: int) -> None:
        """Give the engine a row around this sound, at `frame` of it; it falls silent for a moment."""
        row = self._run(number)
        place = row.place(number)
        if place is None:
            return
        self.row, self._now = row, place
        self._await(place)
        self._controller.playing.line_up(row, place, frame)
        if self._controller.listening.now is not row.sounds[place]:
            self._controller.show_heard(row.sounds[place])

    def _jump(self, number: int) -> None:
        place = self.row.place(number)
        if place is not None:
            self._await(place)
            self._controller.playing.seek_whole(self.row.start(place))
            self._enter(place)
            return
        path, made_of = Path(self._made_of[0][number]), self._made_of

        def ready(_sound: Sound) -> None:
            if self._made_of != made_of or self._followed != number:
                return
            self._grow()
            if self.row.place(number) is None:
                self._line_up(number, 0)
                self._grow()
            else:
                self._jump(number)

        self._controller.open_sound(path, ready)

    def _await(self, place: int) -> None:
        self._awaited, self._patience = place, PATIENCE

    def _look(self, status: Any) -> None:
        """The play head has moved: perhaps into another sound."""
        if not self.is_on:
            return
        place = self.row.place_of(status.position)
        if self._awaited is not None:
            self._patience -= 1
            if place != self._awaited and self._patience > 0:
                return
            self._awaited = None
        if place != self._now:
            self._enter(place)
        self._complete()

    def _enter(self, place: int) -> None:
        """The play head is in this sound, or will be in a moment."""
        self._now, sound = place, self.row.sounds[place]
        self._controller.playing.enter(self.row, place)
        self._controller.show_heard(sound)
