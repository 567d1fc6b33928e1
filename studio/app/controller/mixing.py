"""Levels around the model: edited as the rest of the document, and told to the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.document.mixer import Mixer, StemLevel
from studio.link.shared import STEMS

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.document.opened import OpenedModel
    from studio.document.project import Project

CEILING_DB = -1.0  # at which the limiter is switched on


class Mixing(QObject):
    """The mixer of the project."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._editing, self._playing = controller.editing, controller.playing
        self._outputs: tuple[str, ...] = ()
        self._ceiling_db: float | None = None
        controller.project_changed.connect(self._follow)
        controller.opened_changed.connect(self._follow_model)

    @property
    def mixer(self) -> Mixer:
        return self._editing.project.mixer

    def set_input(self, gain_db: float) -> None:
        self._change("Input level", "input", input_db=gain_db)

    def set_wet(self, share: float) -> None:
        self._change("Dry/wet", "wet", wet=share)

    def set_ceiling(self, ceiling_db: float) -> None:
        self._change("Limiter ceiling", "ceiling", ceiling_db=ceiling_db)

    def switch_limiter(self) -> None:
        on = self.mixer.ceiling_db is None
        self._change(f"Limiter {'on' if on else 'off'}", ceiling_db=CEILING_DB if on else None)

    def set_stem(self, name: str, level_db: float) -> None:
        self._change_stem(f"Level of {name}", name, f"stem:{name}", level_db=level_db)

    def mute(self, name: str, on: bool) -> None:
        self._change_stem(f"{'Mute' if on else 'Unmute'} {name}", name, muted=on)

    def solo(self, name: str, on: bool) -> None:
        self._change_stem(f"{'Solo' if on else 'No solo of'} {name}", name, soloed=on)

    def reset(self) -> None:
        """Everything as it is in a new project."""
        self._editing.change("Reset the mixer", mixer=Mixer())

    def _change_stem(self, said: str, name: str, merge: str = "", **fields: object) -> None:
        stem = self.mixer.stems.get(name, StemLevel()).model_copy(update=fields)
        self._change(said, merge, stems={**self.mixer.stems, name: stem})

    def _change(self, said: str, merge: str = "", **fields: object) -> None:
        mixer = self.mixer.model_copy(update=fields)
        self._editing.change(said, f"mixer:{merge}" if merge else "", mixer=mixer)

    def _follow_model(self, opened: OpenedModel | None) -> None:
        outputs = opened.call.outputs if opened is not None else ()
        self._outputs = tuple(each.name for each in outputs)[:STEMS] if len(outputs) > 1 else ()
        self._follow(self._editing.project)

    def _follow(self, project: Project) -> None:
        player, mixer = self._playing.player, project.mixer
        if player is None:
            return
        player.set_input_gain(mixer.input_db)
        player.set_wet(mixer.wet)
        levels = mixer.stem_db(self._outputs)
        for index in range(STEMS):
            player.set_stem(index, levels[index] if index < len(levels) else 0.0)
        if mixer.ceiling_db != self._ceiling_db:
            self._ceiling_db = mixer.ceiling_db
            player.limit(mixer.ceiling_db)
