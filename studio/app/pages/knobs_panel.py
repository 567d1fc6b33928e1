"""The knobs of the model in a row, as a plug-in shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.app.theme.theme import Theme
from studio.app.widgets.knob import Knob
from studio.app.widgets.snapshots import SnapshotBar
from studio.app.widgets.words import Elided, icon_button, label, set_tone

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from studio.document.parameter import Parameter

WIDTH_PX, HEIGHT_PX, NONE_PX = 88, 132, 40


class KnobView(QWidget):
    """A name, what turns, and the value to be typed.

    Signals:
        moved: to this position, 0…1.
        gripped: the mouse holds it, moving or not.
        let_go: the gesture ended.
        menu_asked: what else can be done with it, at this place of the screen.
    """

    moved = Signal(float)
    gripped = Signal()
    let_go = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, theme: Theme, parameter: Parameter) -> None:
        super().__init__()
        self.parameter = parameter
        self.setFixedWidth(WIDTH_PX)
        self.name = Elided(parameter.name)
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._show_automated: Callable[[bool], None] = lambda automated: None
        self._box: QWidget | None = None
        lay = QVBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(4)
        lay.addWidget(self.name)
        self._show: Callable[[float], None] = self._add_control(theme, lay)
        self.show_position(parameter.default_position)

    def show_position(self, position: float) -> None:
        self._show(position)

    def show_automated(self, automated: bool) -> None:
        """Whether it moves by itself."""
        set_tone(self.name, "tone", "automated" if automated else "")
        self._show_automated(automated)

    def show_midi(self, note: str, learning: bool) -> None:
        """Which controller moves it, in words, and whether it waits for one."""
        self.name.setText("learning…" if learning else self.parameter.name)
        if self._box is None:
            self.knob.show_note(note)
        else:
            self._box.setToolTip("\n\n".join(each for each in (self.parameter.description, note) if each))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    def _add_control(self, theme: Theme, lay: QVBoxLayout) -> Callable[[float], None]:
        if self.parameter.kind == "choice":
            return self._add_choice(lay)
        if self.parameter.kind == "toggle":
            return self._add_switch(lay)
        return self._add_knob(theme, lay)

    def _add_knob(self, theme: Theme, lay: QVBoxLayout) -> Callable[[float], None]:
        self.knob = Knob(theme, self.parameter)
        self.value = QLineEdit()
        self.value.setProperty("compact", True)
        self.value.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.value.setAccessibleName(f"Value of {self.parameter.name}")
        self.value.setFixedWidth(72)
        self.value.editingFinished.connect(self._typed)
        self.knob.moved.connect(self._turned)
        self.knob.gripped.connect(self.gripped)
        self._show_automated = self.knob.show_automated
        self.knob.let_go.connect(self.let_go)
        lay.addWidget(self.knob, 1, Qt.AlignmentFlag.AlignCenter)
        lay.addWidget(self.value, 0, Qt.AlignmentFlag.AlignCenter)
        return self._show_knob

    def _add_choice(self, lay: QVBoxLayout) -> Callable[[float], None]:
        box = self._box = QComboBox()
        box.setAccessibleName(self.parameter.name)
        box.setToolTip(self.parameter.description)
        box.addItems(self.parameter.choices)
        box.activated.connect(lambda index: self._chosen(self.parameter.position(self.parameter.choices[index])))
        lay.addStretch(1)
        lay.addWidget(box)
        lay.addStretch(1)
        return lambda position: box.setCurrentText(str(self.parameter.value_at(position)))

    def _add_switch(self, lay: QVBoxLayout) -> Callable[[float], None]:
        box = self._box = QCheckBox("on")
        box.setAccessibleName(self.parameter.name)
        box.setToolTip(self.parameter.description)
        box.clicked.connect(lambda on: self._chosen(float(on)))
        lay.addStretch(1)
        lay.addWidget(box, 0, Qt.AlignmentFlag.AlignCenter)
        lay.addStretch(1)

        def show(position: float) -> None:
            box.setChecked(position >= 0.5)
            box.setText("on" if position >= 0.5 else "off")

        return show

    def _chosen(self, position: float) -> None:
        self.moved.emit(position)
        self.let_go.emit()

    def _turned(self, position: float) -> None:
        self._show_value(position)
        self.moved.emit(position)

    def _show_knob(self, position: float) -> None:
        self.knob.set_position(position)
        self._show_value(position)

    def _show_value(self, position: float) -> None:
        set_tone(self.value, "wrong", False)
        with QSignalBlocker(self.value):
            self.value.setText(self.parameter.show(self.parameter.value_at(position)))

    def _typed(self) -> None:
        text = self.value.text().strip().removesuffix(self.parameter.unit).strip().replace(",", ".")
        if self.value.text() == self.parameter.show(self.parameter.value_at(self.knob.position)):
            return
        try:
            position = self.parameter.position(self.parameter.parse(text))
        except ValueError as error:
            set_tone(self.value, "wrong", True)
            self.value.setToolTip(str(error))
            return
        self.value.setToolTip("")
        self._show_knob(position)
        self._chosen(position)


class KnobsPanel(QFrame):
    """All knobs.

    Signals:
        moved: a knob by its name, and its position 0…1.
        gripped: the mouse holds the knob of this name.
        let_go: the gesture ended.
        menu_asked: a knob by its name, and the menu that takes what else can be done with it.
        armed: record moves, or no longer.
        replayed: play what was recorded, or no longer.
    """

    moved = Signal(str, float)
    gripped = Signal(str)
    let_go = Signal()
    menu_asked = Signal(str, QMenu)
    armed = Signal(bool)
    replayed = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._parameters: tuple[Parameter, ...] = ()
        self.views: dict[str, KnobView] = {}
        self.empty = label("The knobs of a model stand here.", "dim")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.snapshots = SnapshotBar(theme)
        self.record = icon_button(theme, "moves-record", "Record knob moves while the sound plays (K)", "arm")
        self.replay = icon_button(theme, "moves", "Play the recorded knob moves (Shift+K)", "key")
        for each, told in ((self.record, self.armed), (self.replay, self.replayed)):
            each.setCheckable(True)
            each.clicked.connect(told)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._lay_out()

    def show_knobs(self, parameters: tuple[Parameter, ...], position: Callable[[str], float]) -> None:
        """Show these knobs where `position(name)` says; the widgets stay while the knobs are the same."""
        numeric = tuple(each for each in parameters if each.is_numeric)
        if numeric != self._parameters or len(self.views) != len(numeric):
            self._rebuild(numeric)
        for name, view in self.views.items():
            view.show_position(position(name))

    def show_midi(self, notes: Mapping[str, str], learning: str) -> None:
        """Which controllers move which knobs, and the knob that waits for one."""
        for name, view in self.views.items():
            view.show_midi(notes.get(name, ""), name == learning)

    def show_model(self) -> None:
        """A model is open: where there are no knobs it has none."""
        self.empty.setText("This model has no knobs.")
        self.empty.setFixedHeight(NONE_PX)

    def show_position(self, name: str, position: float) -> None:
        """A knob that moves by itself, or is moved from elsewhere, stands here now."""
        if name in self.views:
            self.views[name].show_position(position)

    def show_moves(self, moving: Collection[str], *, armed: bool, replays: bool, lanes: bool) -> None:
        """Which knobs move by themselves; whether moves are recorded, played, and whether there are any."""
        for name, view in self.views.items():
            view.show_automated(name in moving)
        self.record.setChecked(armed)
        self.replay.setChecked(replays and lanes)
        self.replay.setEnabled(lanes)

    def menu_of(self, name: str) -> QMenu:
        """What can be done with a knob beside turning it."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu_asked.emit(name, menu)
        return menu

    def _rebuild(self, parameters: tuple[Parameter, ...]) -> None:
        while self._row.count() > 1:
            item = self._row.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.deleteLater()
        self._parameters = parameters
        self.views = {each.name: self._view(each) for each in parameters}
        for index, view in enumerate(self.views.values()):
            self._row.insertWidget(index, view)
        self.empty.setVisible(not parameters)
        self._area.setVisible(bool(parameters))

    def _view(self, parameter: Parameter) -> KnobView:
        view = KnobView(self._theme, parameter)
        view.moved.connect(lambda position: self.moved.emit(parameter.name, position))
        view.gripped.connect(lambda: self.gripped.emit(parameter.name))
        view.let_go.connect(self.let_go)
        view.menu_asked.connect(lambda place: self.menu_of(parameter.name).popup(place))
        return view

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label("Knobs", "head"))
        head.addSpacing(8)
        head.addWidget(self.snapshots, 1)
        head.addWidget(self.replay)
        head.addWidget(self.record)
        self._row.addStretch(1)
        inside = QWidget()
        inside.setProperty("plain", True)
        inside.setLayout(self._row)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._area = QScrollArea(widgetResizable=True)
        self._area.setWidget(inside)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFixedHeight(HEIGHT_PX)
        self._area.hide()
        self.empty.setFixedHeight(HEIGHT_PX)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(12, 8, 12, 8)
        lay.setSpacing(8)
        lay.addLayout(head)
        lay.addWidget(self._area)
        lay.addWidget(self.empty)
