"""Controllers of MIDI devices turn knobs as a hand does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from studio.document.performance import MidiControl

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.app.controller.services import Inputs
    from studio.app.midi.controllers import Move
    from studio.document.parameter import Parameter

TICK_MS = 30  # moves of a controller that come closer are one for the document; the engine has them all


class Midi(QObject):
    """What controllers move, and learning it.

    A move reaches the engine on the thread on which it arrives, however busy the window is; the document follows.

    Signals:
        learning_changed: the knob that waits for a controller is another one, or none.
        said_changed: the sentence in `said` is another one.
        turned: a knob by its name was moved to this position, 0…1.

    Attributes:
        learning: name of the knob that the next controller will move; empty while none waits.
    """

    learning_changed = Signal()
    said_changed = Signal()
    turned = Signal(str, float)
    _news = Signal()

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._control, self._playing = controller, controller.playing
        self._inputs: Inputs | None = None
        self._bound: dict[MidiControl, tuple[Parameter, ...]] = {}
        self._latest: dict[str, float] = {}  # by knob, not yet in the document
        self._learned: MidiControl | None = None
        self._is_told = False
        self.learning = ""
        self._timer = QTimer(self, interval=TICK_MS, singleShot=True)
        self._timer.timeout.connect(self._take)
        self._news.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        controller.project_changed.connect(lambda _project: self._bind())
        controller.opened_changed.connect(lambda _opened: self._bind())

    @property
    def said(self) -> str:
        """Which inputs there are, or why there are none."""
        return self._inputs.said if self._inputs is not None else "MIDI is off."

    def start(self) -> None:
        """Open all inputs, if the settings want them, or close them."""
        wanted = bool(self._control.services.settings["midi.on"])
        if wanted == (self._inputs is not None):
            return
        if not wanted:
            self.close()
        else:
            self._inputs = self._control.services.midi(self.move, self.said_changed.emit)
            self._inputs.start()
            self._inputs.look(True)
            _application().applicationStateChanged.connect(self._look)
        self.said_changed.emit()

    def close(self) -> None:
        inputs, self._inputs = self._inputs, None
        if inputs is not None:
            _application().applicationStateChanged.disconnect(self._look)
            inputs.close()

    def learn(self, name: str) -> None:
        """Let the next controller that moves move this knob."""
        if self._inputs is None or not self._inputs.is_available:
            self._control.told.emit(self.said)
            return
        self._learned = None
        self.learning = name
        self._control.told.emit(f"Move a controller for {name}; Esc cancels.")
        self.learning_changed.emit()

    def stop_learning(self) -> bool:
        """False where nothing was being learned."""
        was, self.learning = self.learning, ""
        if was:
            self._control.told.emit("")
            self.learning_changed.emit()
        return bool(was)

    def forget(self, name: str) -> None:
        editing = self._control.editing
        rest = {each: control for each, control in editing.project.midi.items() if each != name}
        editing.change(f"Forget MIDI of {name}", midi=rest)

    def move(self, move: Move) -> None:
        """A controller was moved; on any thread."""
        if self.learning:
            self._learned = self._learned or move.control
        else:
            for parameter in self._bound.get(move.control, ()):
                position = _snapped(parameter, move.position)
                self._latest[parameter.name] = position
                self._playing.turn_ahead(parameter.name, position)
        if not self._is_told:
            self._is_told = True
            self._news.emit()

    def _wake(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _take(self) -> None:
        """What came since the last time, as a hand's."""
        self._is_told = False
        if self._learned is not None and self.learning:
            self._finish_learning(self.learning, self._learned)
        for name in list(self._latest):
            position = self._latest.pop(name)
            self.turned.emit(name, position)
            self._playing.caught_up(name, position)

    def _finish_learning(self, name: str, control: MidiControl) -> None:
        editing = self._control.editing
        self.stop_learning()
        editing.change(f"Learn MIDI for {name}", midi={**editing.project.midi, name: control})
        self._control.told.emit(f"{name} follows {described(control)}.")

    def _bind(self) -> None:
        bound: dict[MidiControl, tuple[Parameter, ...]] = {}
        midi = self._control.project.midi
        for parameter in self._control.project.card.parameters:
            if parameter.is_numeric and parameter.name in midi:
                control = midi[parameter.name]
                bound[control] = (*bound.get(control, ()), parameter)
        self._bound = bound

    def _look(self, state: Qt.ApplicationState) -> None:
        if self._inputs is not None:
            self._inputs.look(state == Qt.ApplicationState.ApplicationActive)


def described(control: MidiControl) -> str:
    """A controller in words, channels counted from 1 as on devices."""
    return f"MIDI controller {control.controller}, channel {control.channel + 1}"


def _snapped(parameter: Parameter, position: float) -> float:
    """Of a choice or a switch, the nearest place that it has."""
    return position if parameter.kind == "continuous" else parameter.position(parameter.value_at(position))


def _application() -> QGuiApplication:
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    return application
