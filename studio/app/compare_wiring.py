"""The part of the wiring that is about snapshots, two models, recorded moves and the mixer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QMenu

from studio.app.state import Situation
from studio.document.opened import OpenedModel
from studio.document.project import Project

if TYPE_CHECKING:
    from studio.app.commands import Commands
    from studio.app.controller.controller import Controller
    from studio.app.window import Window


class CompareWiring:
    """Couples the knobs panel, the mixer and the second row of the header to the controller."""

    def __init__(self, window: Window, controller: Controller, commands: Commands) -> None:
        self._window, self._control, self._commands = window, controller, commands
        self._from_knobs()
        self._from_mixer()
        self._from_header()
        control = controller
        control.project_changed.connect(self._show_project)
        control.opened_changed.connect(self._show_opened)
        control.situation_changed.connect(self._show_situation)
        control.automating.shown.connect(window.model.knobs.show_position)
        control.matching.changed.connect(window.model.knobs.snapshots.show_match)
        control.second.changed.connect(window.model.header.pair.show_pair)
        control.playing.ticked.connect(self._tick)

    def _from_knobs(self) -> None:
        knobs, control = self._window.model.knobs, self._control
        automating, comparing, bar = control.automating, control.comparing, knobs.snapshots
        knobs.moved.connect(automating.turn)
        knobs.gripped.connect(automating.grip)
        knobs.let_go.connect(automating.let_go)
        knobs.menu_asked.connect(self._fill_menu)
        knobs.armed.connect(automating.arm)
        knobs.replayed.connect(automating.replay)
        bar.recalled.connect(comparing.recall)
        bar.stored.connect(comparing.store)
        bar.cleared.connect(comparing.clear)
        bar.copied.connect(comparing.copy)
        bar.matched.connect(control.matching.switch)

    def _from_mixer(self) -> None:
        mixer, mixing = self._window.model.mixer, self._control.mixing
        mixer.input_moved.connect(mixing.set_input)
        mixer.wet_moved.connect(mixing.set_wet)
        mixer.ceiling_moved.connect(mixing.set_ceiling)
        mixer.limiter_switched.connect(mixing.switch_limiter)
        mixer.stem_moved.connect(mixing.set_stem)
        mixer.muted.connect(mixing.mute)
        mixer.soloed.connect(mixing.solo)
        mixer.let_go.connect(self._control.editing.close_merge)

    def _from_header(self) -> None:
        header, second = self._window.model.header, self._control.second
        header.compared.connect(self._commands.compare.open_second)
        header.pair.heard.connect(second.hear)
        header.pair.swapped.connect(second.swap)
        header.pair.closed.connect(second.close)
        header.pair.cancelled.connect(second.cancel)

    def _fill_menu(self, name: str, menu: QMenu) -> None:
        control = self._control
        default = next(each.default_position for each in control.project.card.parameters if each.name == name)
        menu.addAction("Back to the default", lambda: self._reset(name, default))
        clear = menu.addAction(f"Clear moves of {name}", lambda: control.automating.clear(name))
        clear.setEnabled(name in control.automating.lanes)

    def _reset(self, name: str, position: float) -> None:
        self._control.automating.turn(name, position)
        self._control.automating.let_go()

    def _show_project(self, project: Project) -> None:
        page = self._window.model
        page.knobs.show_knobs(project.card.parameters, self._control.automating.position)
        page.mixer.show_mixer(project.mixer)

    def _show_opened(self, opened: OpenedModel | None) -> None:
        outputs = opened.call.outputs if opened is not None and not opened.call.labels else ()
        mixer = self._window.model.mixer
        mixer.show_stems([each.name for each in outputs] if len(outputs) > 1 else [])
        mixer.show_mixer(self._control.project.mixer)

    def _show_situation(self, now: Situation) -> None:
        page, control = self._window.model, self._control
        knobs = page.knobs
        knobs.snapshots.show_slots(control.comparing.slots())
        knobs.snapshots.setEnabled(now.model)
        moving = control.automating.moving()
        knobs.show_moves(moving, armed=now.armed, replays=now.replays, lanes=now.lanes)
        page.header.compare.setEnabled(now.model and not now.labeller)
        page.header.compare.setText("Compare…" if not now.second else "Other B…")

    def _tick(self, status: Any) -> None:
        self._window.model.mixer.show_reduction(status.reduction_db)
