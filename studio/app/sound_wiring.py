"""The part of the wiring that is about sounds, the play head and the engine's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.app.state import Device, Figures, Stem
from studio.document.project import Project

if TYPE_CHECKING:
    from studio.app.commands import Commands
    from studio.app.controller.controller import Controller
    from studio.app.window import Window


class SoundWiring(QObject):
    """Couples the audio panel and the status line to the controller."""

    def __init__(self, window: Window, controller: Controller, commands: Commands) -> None:
        super().__init__(window)  # with the window its connections go
        self._window, self._controller = window, controller
        self._stems: tuple[str, ...] = ()
        audio = window.model.audio
        audio.row_switched.connect(controller.in_a_row.switch)
        audio.scrubbed.connect(controller.scrubbing.move)
        audio.let_go.connect(controller.scrubbing.end)
        audio.notice.asked.connect(commands.devices.choose)
        audio.head.live_chosen.connect(commands.devices.set_live)
        controller.playing.device_changed.connect(self._show_input)
        window.status.load_asked.connect(commands.sounds.show_load)
        controller.listening.stems_changed.connect(self._show_stems)
        controller.project_changed.connect(self._show_project)
        controller.figuring.changed.connect(self._show_figures)

    def _show_project(self, project: Project) -> None:
        audio, control = self._window.model.audio, self._controller
        lost = frozenset(str(path) for path in control.listening.lost)
        audio.show_list(project.audio, control.in_a_row.heard(project), lost)
        audio.show_row(project.in_a_row)
        self._show_levels(project)

    def _show_input(self, device: Device) -> None:
        channels = f", channel{'s' * ('-' in device.inputs)} {device.inputs}" if device.inputs else ""
        self._window.model.audio.show_input(f"{device.source or 'Live input'}{channels}" if device.live else "")

    def _show_stems(self, stems: tuple[Stem, ...]) -> None:
        self._stems = tuple(each.name for each in stems)
        self._window.model.audio.show_stems(stems)
        self._show_levels(self._controller.project)

    def _show_levels(self, project: Project) -> None:
        if self._stems:
            self._window.model.audio.stems.show_levels(project.mixer.stem_db(self._stems))

    def _show_figures(self, now: Figures) -> None:
        self._window.status.show_figures(now)
        self._window.model.audio.notice.show_ailment(now.ails)
