"""Levels around the model: one line that opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.app.theme.theme import Theme
from studio.app.widgets.level import Level, decibels
from studio.app.widgets.reduction import Reduction
from studio.app.widgets.section import Section
from studio.app.widgets.words import Elided, label

if TYPE_CHECKING:
    from studio.document.mixer import Mixer, StemLevel

SILENT_DB = -90.0
LOW_DB, INPUT_DB, STEM_DB, CEILING_DB = -60.0, 24.0, 12.0, -24.0  # the lowest is silence
STEM_ROWS, STEM_PX = 2, 32


class MixerPanel(QFrame):
    """Input, dry/wet, limiter, and a strip for each output of a model that has several.

    Signals:
        input_moved: gain before the model in dB.
        wet_moved: its share, 0…1.
        ceiling_moved: of the limiter, in dB.
        limiter_switched: on or off.
        stem_moved, muted, soloed: an output by its name, and its level in dB or the switch.
        let_go: a gesture ended.
    """

    input_moved = Signal(float)
    wet_moved = Signal(float)
    ceiling_moved = Signal(float)
    limiter_switched = Signal()
    stem_moved = Signal(str, float)
    muted = Signal(str, bool)
    soloed = Signal(str, bool)
    let_go = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.input = Level("Input level", LOW_DB, INPUT_DB, 0.0, _or_off, "How loud the sound goes into the model.")
        self.wet = Level("Dry/wet", 0.0, 100.0, 100.0, _percent, "The model's share; the rest is the sound as it is.")
        self.limiter = QCheckBox("Limiter")
        self.limiter.setToolTip("Keep true peaks under the ceiling; it looks ahead, which adds latency")
        self.ceiling = Level("Limiter ceiling", CEILING_DB, 0.0, -1.0, decibels, "No true peak passes it.")
        self.reduction = Reduction(theme)
        self.strips: dict[str, StemStrip] = {}
        self._connect()
        self._lay_out()

    def show_stems(self, names: Sequence[str]) -> None:
        """Outputs of the model; none where it has but one."""
        if tuple(names) == tuple(self.strips):
            return
        for strip in self.strips.values():
            self._grid.removeWidget(strip)
            strip.hide()
            strip.deleteLater()
        self.strips = {name: StemStrip(name) for name in names}
        for index, (name, strip) in enumerate(self.strips.items()):
            self._grid.addWidget(strip, index // 2, index % 2)
            self._couple(name, strip)
        rows = min(STEM_ROWS, (len(names) + 1) // 2)
        self._stems.setFixedHeight(rows * STEM_PX)
        self._stems.setVisible(bool(names))

    def show_mixer(self, mixer: Mixer) -> None:
        self.input.show_value(mixer.input_db)
        self.wet.show_value(100 * mixer.wet)
        limited = mixer.ceiling_db is not None
        self.limiter.setChecked(limited)
        self.ceiling.setEnabled(limited)
        self.reduction.setEnabled(limited)
        if mixer.ceiling_db is not None:
            self.ceiling.show_value(mixer.ceiling_db)
        for name, strip in self.strips.items():
            strip.show_stem(mixer.stems.get(name))
        self.section.show_about(_summary(mixer, self.strips))

    def show_reduction(self, reduction_db: float) -> None:
        self.reduction.show_reduction(reduction_db)

    def _connect(self) -> None:
        self.input.moved.connect(lambda level: self.input_moved.emit(_silent(level)))
        self.wet.moved.connect(lambda share: self.wet_moved.emit(share / 100))
        self.ceiling.moved.connect(self.ceiling_moved)
        self.limiter.clicked.connect(lambda _on: self.limiter_switched.emit())
        for each in (self.input, self.wet, self.ceiling):
            each.let_go.connect(self.let_go)

    def _couple(self, name: str, strip: StemStrip) -> None:
        strip.level.moved.connect(lambda level: self.stem_moved.emit(name, _silent(level)))
        strip.level.let_go.connect(self.let_go)
        strip.mute.clicked.connect(lambda on: self.muted.emit(name, on))
        strip.solo.clicked.connect(lambda on: self.soloed.emit(name, on))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        for title, level in (("Input", self.input), ("Wet", self.wet)):
            row.addWidget(label(title, "dim"))
            row.addWidget(level, 1)
            row.addSpacing(4)
        row.addWidget(self.limiter)
        row.addWidget(self.ceiling, 1)
        row.addWidget(self.reduction)
        inside = QWidget()
        inside.setProperty("plain", True)
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self._stems = QScrollArea(widgetResizable=True)
        self._stems.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stems.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stems.setAccessibleName("Outputs of the model")
        self._stems.setWidget(inside)
        self._stems.hide()
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(5, 0, 0, 4)
        inner.setSpacing(6)
        inner.addLayout(row)
        inner.addWidget(self._stems)
        self.section = Section("Mixer", body)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(8, 4, 12, 4)
        lay.addWidget(self.section)


class StemStrip(QWidget):
    """Level, mute and solo of one output."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.level = Level(f"Level of {name}", LOW_DB, STEM_DB, 0.0, _or_off)
        self.mute = _switch("M", f"Mute {name}", "mute")
        self.solo = _switch("S", f"Solo {name}: hear only what is soloed", "solo")
        title = Elided(name)
        title.setFixedWidth(72)
        lay = QHBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(6)
        lay.addWidget(title)
        lay.addWidget(self.level, 1)
        lay.addWidget(self.mute)
        lay.addWidget(self.solo)

    def show_stem(self, stem: StemLevel | None) -> None:
        self.level.show_value(stem.level_db if stem else 0.0)
        self.mute.setChecked(stem is not None and stem.muted)
        self.solo.setChecked(stem is not None and stem.soloed)


def _switch(text: str, name: str, role: str) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setProperty("role", role)
    made.setCheckable(True)
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def _silent(level_db: float) -> float:
    return SILENT_DB if level_db <= LOW_DB else level_db


def _or_off(level_db: float) -> str:
    return "off" if level_db <= LOW_DB else decibels(level_db)


def _percent(share: float) -> str:
    return f"{share:.0f} %"


def _summary(mixer: Mixer, stems: Sequence[str] | dict[str, StemStrip]) -> str:
    """What is not as usual."""
    said = [f"input {_or_off(mixer.input_db)}"] if mixer.input_db else []
    said += [f"{100 * mixer.wet:.0f} % wet"] if mixer.wet < 1 else []
    for word, names in (
        ("only", [name for name, each in mixer.stems.items() if each.soloed and name in stems]),
        ("without", [name for name, each in mixer.stems.items() if each.muted and name in stems]),
    ):
        said += [f"{word} {', '.join(names)}"] if names else []
    said += [f"limiter at {decibels(mixer.ceiling_db)}"] if mixer.ceiling_db is not None else []
    return " · ".join(said)
