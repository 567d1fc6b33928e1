"""The knobs of the model in a row, as a plug-in shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.app.theme.theme import Theme
from studio.app.widgets.knob import Knob
from studio.app.widgets.words import Elided, label, set_tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.document.parameter import Parameter

WIDTH_PX, HEIGHT_PX = 88, 132


class KnobView(QWidget):
    """A name, what turns, and the value to be typed.

    Signals:
        moved: to this position, 0…1.
        let_go: the gesture ended.
    """

    moved = Signal(float)
    let_go = Signal()

    def __init__(self, theme: Theme, parameter: Parameter) -> None:
        super().__init__()
        self.parameter = parameter
        self.setFixedWidth(WIDTH_PX)
        name = Elided(parameter.name)
        name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(4)
        lay.addWidget(name)
        self._show: Callable[[float], None] = self._add_control(theme, lay)
        self.show_position(parameter.default_position)

    def show_position(self, position: float) -> None:
        self._show(position)

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
        self.knob.let_go.connect(self.let_go)
        lay.addWidget(self.knob, 1, Qt.AlignmentFlag.AlignCenter)
        lay.addWidget(self.value, 0, Qt.AlignmentFlag.AlignCenter)
        return self._show_knob

    def _add_choice(self, lay: QVBoxLayout) -> Callable[[float], None]:
        box = QComboBox()
        box.setAccessibleName(self.parameter.name)
        box.setToolTip(self.parameter.description)
        box.addItems(self.parameter.choices)
        box.activated.connect(lambda index: self._chosen(self.parameter.position(self.parameter.choices[index])))
        lay.addStretch(1)
        lay.addWidget(box)
        lay.addStretch(1)
        return lambda position: box.setCurrentText(str(self.parameter.value_at(position)))

    def _add_switch(self, lay: QVBoxLayout) -> Callable[[float], None]:
        box = QCheckBox("on")
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
    """All knobs, and what playing costs.

    Signals:
        moved: a knob by its name, and its position 0…1.
        let_go: the gesture ended.
    """

    moved = Signal(str, float)
    let_go = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._parameters: tuple[Parameter, ...] = ()
        self.views: dict[str, KnobView] = {}
        self.load, self.latency, self.dropouts = label(tone="small"), label(tone="small"), label(tone="warn")
        self.empty = label("The knobs of a model stand here.", "dim")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
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

    def show_model(self) -> None:
        """A model is open: where there are no knobs it has none."""
        self.empty.setText("This model has no knobs.")

    def show_cost(self, load: str, latency: str, dropouts: str) -> None:
        self.load.setText(load)
        self.latency.setText(latency)
        self.dropouts.setText(dropouts)

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
        view.let_go.connect(self.let_go)
        return view

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(label("Knobs", "head"))
        head.addStretch(1)
        for each in (self.dropouts, self.load, self.latency):
            head.addWidget(each)
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
