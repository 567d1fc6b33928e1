"""The list of sounds a model is heard on: what is added, left out, put elsewhere; the next and the one before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.app.sounds import sound_name, tone_name

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.app.state import Sound


class SoundList:
    """Each change is one step of the history."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    @property
    def _heard(self) -> int:
        return self._controller.in_a_row.heard(self._controller.project)

    def add_tone(self, kind: str, frequency_hz: float = 0.0) -> None:
        """Add a test sound and hear it; one that is there already is heard."""
        name = tone_name(kind, frequency_hz)
        audio = self._controller.project.audio
        if name in audio:
            self._controller.choose_sound(audio.index(name))
        else:
            self.add([Path(name)], hear=True)

    def add(self, paths: list[Path], hear: bool = False) -> None:
        """Put sounds behind the others; the first of them is heard if nothing was, or if it is wanted."""
        control = self._controller
        said = f"Add {sound_name(paths[0])}" if len(paths) == 1 else f"Add {len(paths)} sounds"
        control.cleared.emit()
        if control.project.audio and not hear:
            control.editing.change(said, audio=(*control.project.audio, *map(str, paths)))
            return

        def ready(sound: Sound) -> None:
            before = control.project.audio
            if not control.in_a_row.is_on:
                control.keep_sound(sound)
            audio = (*before, *map(str, paths))
            control.editing.change(said, audio=audio, audio_index=len(before))

        control.open_sound(paths[0], ready)

    def remove(self) -> None:
        """Leave out the sound that is heard; the next one is heard instead."""
        audio, heard = self._controller.project.audio, self._heard
        if audio:
            rest = (*audio[:heard], *audio[heard + 1 :])
            index = min(heard, max(0, len(rest) - 1))
            self._controller.editing.change(f"Remove {sound_name(audio[heard])}", audio=rest, audio_index=index)

    def move(self, by: int) -> None:
        """Put the sound that is heard before or behind its neighbour."""
        audio, heard = list(self._controller.project.audio), self._heard
        to = heard + by
        if 0 <= to < len(audio):
            audio[heard], audio[to] = audio[to], audio[heard]
            said = f"Move {sound_name(audio[to])}"
            self._controller.editing.change(said, "move sound", audio=tuple(audio), audio_index=to)

    def step(self, by: int) -> None:
        """Hear the next sound of the list, or the one before."""
        to = self._heard + by
        if 0 <= to < len(self._controller.project.audio):
            self._controller.choose_sound(to)
