"""The row above the waveforms: which sounds there are, which is heard, and the buttons that open and save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from studio.app.sounds import is_test_sound, sound_name
from studio.app.theme.theme import Theme
from studio.app.widgets.source_switch import SourceSwitch
from studio.app.widgets.words import Elided, button, icon_button

if TYPE_CHECKING:
    from studio.app.state import Sound

SHORT_PX = 72
ROOMY_PX = 680  # narrower, the buttons say less


class SoundHead(QWidget):
    """The list itself stands in a menu; here is what is heard.

    Signals:
        chosen: another of the sounds, by index.
        row_switched: play all in a row, or one.
        live_chosen: hear the input, or a sound.
        opening, saving, saving_labels: the button was pressed.
    """

    chosen = Signal(int)
    row_switched = Signal(bool)
    live_chosen = Signal(bool)
    opening = Signal()
    saving = Signal()
    saving_labels = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._listed: tuple[object, ...] = ()
        self._sound: Sound | None = None
        self._input = ""
        self.source = SourceSwitch("File", "Live")
        self.source.chosen.connect(self.live_chosen)
        self.sounds = QComboBox()
        self.sounds.setAccessibleName("Sound to hear the model on")
        self.sounds.setMinimumContentsLength(9)
        self.sounds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.sounds.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.sounds.activated.connect(self.chosen)
        self.row = icon_button(theme, "row", "Play all sounds in a row (Shift+L)")
        self.row.setCheckable(True)
        self.row.clicked.connect(self.row_switched)
        self.list = icon_button(theme, "list", "The list of sounds: add, order, test sounds")
        self.list.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.facts = Elided(tone="dim")
        self.open = button("Open sound…", self.opening.emit, tip="Open sound files; several make a list")
        self.save = button("Save sound…", self.saving.emit, tip="Write what is heard to a file (Ctrl+Shift+E)")
        self.save_labels = button("Save labels…", self.saving_labels.emit, tip="Write the labels to a file (Ctrl+L)")
        self.save_labels.hide()
        lay = QHBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(8)
        for each in (self.source, self.sounds, self.row, self.list):
            lay.addWidget(each)
        lay.addWidget(self.facts, 1)
        for pressed in (self.open, self.save, self.save_labels):
            pressed.setAccessibleName(pressed.text())
            pressed.setMinimumWidth(SHORT_PX)  # else the longer word would keep the window from becoming narrow
            lay.addWidget(pressed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for pressed in (self.open, self.save, self.save_labels):
            name = pressed.accessibleName()
            pressed.setText(name if self.width() >= ROOMY_PX else f"{name.partition(' ')[0]}…")

    def show_list(self, paths: tuple[str, ...], index: int, lost: frozenset[str]) -> None:
        """The sounds there are, the one that is heard, and those that cannot be read."""
        with QSignalBlocker(self.sounds):
            if (paths, lost, self._theme.name) != self._listed:
                self._listed = (paths, lost, self._theme.name)
                self.sounds.clear()
                for path in paths:
                    self.sounds.addItem(sound_name(path))
                    self._mark(self.sounds.count() - 1, path, path in lost)
            self.sounds.setCurrentIndex(index if paths else -1)
        self.sounds.setVisible(bool(paths) and not self._input)
        self.row.setEnabled(len(paths) > 1)

    def show_facts(self, sound: Sound | None) -> None:
        self._sound = sound
        self._write_facts()

    def show_input(self, said: str) -> None:
        """What is heard live, in a few words; empty: a sound is heard."""
        self._input = said
        self.source.show_live(bool(said))
        for each in (self.sounds, self.row, self.list):
            each.setVisible(not said and (each is not self.sounds or self.sounds.count() > 0))
        self._write_facts()

    def _write_facts(self) -> None:
        self.facts.setText(self._input or (_facts(self._sound) if self._sound else ""))

    def show_saving(self, sound: bool, labels: bool) -> None:
        """What can be written now; a labeller gives labels in the place of sound."""
        self.save.setEnabled(sound)
        self.save.setVisible(not labels)
        self.save_labels.setVisible(labels)

    def _mark(self, place: int, path: str, lost: bool) -> None:
        """A test sound has a wave before its name, one that cannot be read a warning."""
        if lost:
            self.sounds.setItemIcon(place, self._theme.icon("warn", "warning"))
        elif is_test_sound(path):
            self.sounds.setItemIcon(place, self._theme.icon("tone", "text_muted"))
        tip = f"{sound_name(path)} cannot be read" if lost else "" if is_test_sound(path) else path
        self.sounds.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)


def _facts(sound: Sound) -> str:
    channels = {1: "mono", 2: "stereo"}.get(sound.own_channels, f"{sound.own_channels} channels")
    return f"{sound.seconds:.1f} s · {sound.own_rate / 1000:g} kHz · {channels}"
