"""MIDI in the menus of the knobs, in their tool tips and on the Settings page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from studio.app.controller.midi import described

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from studio.app.controller.controller import Controller
    from studio.app.window import Window


class MidiWiring:
    """Couples the window with the controller's `midi`."""

    def __init__(self, window: Window, controller: Controller) -> None:
        self._window, self._controller, self._midi = window, controller, controller.midi
        knobs = window.model.knobs
        knobs.menu_asked.connect(self._fill_menu)
        self._midi.turned.connect(knobs.moved)  # as a hand does
        self._midi.turned.connect(knobs.show_position)
        self._midi.learning_changed.connect(self._show)
        self._midi.said_changed.connect(lambda: window.show_midi(self._midi.said))
        controller.project_changed.connect(lambda _project: self._show())
        window.setting_changed.connect(lambda key, _value: self._midi.start() if key == "midi.on" else None)
        self._midi.start()

    def _fill_menu(self, name: str, menu: QMenu) -> None:
        """What MIDI has to offer for a knob."""
        control = self._controller.project.midi.get(name)
        menu.addSeparator()
        if control is not None:
            menu.addAction(described(control)).setEnabled(False)
        menu.addAction("Learn MIDI", partial(self._midi.learn, name))
        if control is not None:
            menu.addAction("Forget MIDI", partial(self._midi.forget, name))

    def _show(self) -> None:
        notes = {name: described(control) for name, control in self._controller.project.midi.items()}
        self._window.model.knobs.show_midi(notes, self._midi.learning)
