"""What goes in and what comes out, seen over the same stretch of time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QScrollBar, QSizePolicy, QVBoxLayout

from studio.app.theme.theme import Theme
from studio.app.widgets.meter import Meter
from studio.app.widgets.regions import Region
from studio.app.widgets.transport import Transport
from studio.app.widgets.waveform import Waveform
from studio.app.widgets.words import Elided, button

if TYPE_CHECKING:
    from studio.app.state import Labels, Sound
    from studio.app.widgets.lines import PeakSource
    from studio.audio.label import Label

SHORTEST = 32.0  # frames seen at the closest zoom
SCROLL_STEPS = 10_000


class AudioPanel(QFrame):
    """Two waveforms that zoom, scroll and select together, their meters, and the transport.

    Signals:
        sound_chosen: another of the open sounds, by index.
        opening, saving, saving_labels: the button was pressed.
        sought: go to this frame.
        selected: loop between two frames.
    """

    sound_chosen = Signal(int)
    opening = Signal()
    saving = Signal()
    saving_labels = Signal()
    sought = Signal(int)
    selected = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self._frames, self._rate, self._view, self._playhead = 0, 1, (0.0, 1.0), 0
        self._labels: Labels | None = None
        self.sounds = QComboBox()
        self.sounds.setAccessibleName("Sound to hear the model on")
        self.sounds.setMinimumContentsLength(9)
        self.sounds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.sounds.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.facts = Elided(tone="dim")
        self.dry, self.wet = Waveform(theme, "wave_dry", "Dry"), Waveform(theme, "wave_wet", "Wet")
        self.meter_in, self.meter_out = Meter(theme, "Input level"), Meter(theme, "Output level")
        self.transport = Transport(theme)
        self.part = QScrollBar(Qt.Orientation.Horizontal)
        self.part.setAccessibleName("Part of the sound that is seen")
        policy = self.part.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.part.setSizePolicy(policy)
        self.open = button("Open sound…", self.opening.emit, tip="Open sound files; several make a list")
        self.save = button("Save sound…", self.saving.emit, tip="Write what is heard to a file (Ctrl+Shift+E)")
        self.save_labels = button("Save labels…", self.saving_labels.emit, tip="Write the labels to a file (Ctrl+L)")
        self.save_labels.hide()
        self._lay_out()
        self._connect()
        self.show_sound(None)

    def _connect(self) -> None:
        for each in (self.dry, self.wet):
            each.sought.connect(self.sought)
            each.selected.connect(self.selected)
            each.zoomed.connect(self.zoom)
            each.panned.connect(self._pan)
        self.sounds.activated.connect(self.sound_chosen)
        self.part.valueChanged.connect(self._scrolled)

    def show_list(self, paths: tuple[str, ...], index: int) -> None:
        with QSignalBlocker(self.sounds):
            self.sounds.clear()
            self.sounds.addItems([Path(path).name for path in paths])
            self.sounds.setCurrentIndex(index if paths else -1)
        self.sounds.setVisible(bool(paths))

    def show_sound(self, sound: Sound | None) -> None:
        self._frames = sound.frames if sound else 0
        self._rate = sound.raw.sample_rate if sound else 1
        empty = "" if sound else "Drop a sound here, or open one."
        self.dry.show_peaks(sound.peaks if sound else None, note=empty)
        self.facts.setText(_facts(sound) if sound else "")
        if self._labels is not None:
            self.show_labels(self._labels)
        self.show_loop(0, 0)
        self.show_all()
        self.show_position(0)

    def show_labels(self, labels: Labels) -> None:
        """Labels of a file over the dry sound, those that the model found over the other."""
        self._labels = labels
        self.dry.show_regions(self._regions(labels.dropped))
        self.wet.show_regions(self._regions(labels.found or ()))
        self.dry.show_title(f"Dry · {labels.name}" if labels.dropped else "Dry")
        self.wet.show_title("Wet" if labels.found is None else "Labels")

    def _regions(self, labels: Sequence[Label]) -> list[Region]:
        found = (Region(round(each.start * self._rate), round(each.end * self._rate), each.name) for each in labels)
        return sorted(found)

    def show_saving(self, sound: bool, labels: bool) -> None:
        """What can be written now; a labeller gives labels in the place of sound."""
        self.save.setEnabled(sound)
        self.save.setVisible(not labels)
        self.save_labels.setVisible(labels)

    def show_wet(self, peaks: PeakSource | None, stale: bool, note: str) -> None:
        self.wet.show_peaks(peaks, stale, note)

    def show_loop(self, start: int, end: int) -> None:
        self.dry.show_loop(start, end)
        self.wet.show_loop(start, end)
        self.transport.show_selection(start / self._rate, end / self._rate)

    def show_position(self, frame: int) -> None:
        """Move the playhead; near the edge of what is seen the page turns."""
        moved, self._playhead = frame != self._playhead, frame
        start, end = self._view
        if moved and not start <= frame < end and self._frames:
            self._set_view(float(frame), frame + end - start)
        self.dry.show_playhead(frame)
        self.wet.show_playhead(frame)
        self.transport.show_time(frame / self._rate, self._frames / self._rate)

    def show_levels(self, peaks: tuple[float, float, float, float]) -> None:
        self.meter_in.show_peaks(peaks[0], peaks[1])
        self.meter_out.show_peaks(peaks[2], peaks[3])

    def show_all(self) -> None:
        self._set_view(0.0, float(max(1, self._frames)))

    def zoom(self, factor: float, anchor: float | None = None) -> None:
        """Show less (`factor` above 1) or more; `anchor` in frames stays where it is, the playhead by default."""
        start, end = self._view
        at = float(self._playhead) if anchor is None else anchor
        at = min(max(at, start), end)
        span = min(max((end - start) / factor, SHORTEST), float(max(1, self._frames)))
        first = at - (at - start) / (end - start) * span
        self._set_view(first, first + span)

    def _pan(self, share: float) -> None:
        start, end = self._view
        self._set_view(start + share * (end - start), end + share * (end - start))

    def _scrolled(self, value: int) -> None:
        span = self._view[1] - self._view[0]
        start = value / SCROLL_STEPS * self._frames
        self._set_view(start, start + span)

    def _set_view(self, start: float, end: float) -> None:
        all_frames = float(max(1, self._frames))
        span = min(end - start, all_frames)
        start = min(max(0.0, start), all_frames - span)
        self._view = (start, start + span)
        self.dry.show_view(*self._view)
        self.wet.show_view(*self._view)
        with QSignalBlocker(self.part):
            page = math.ceil(span / all_frames * SCROLL_STEPS)
            self.part.setPageStep(page)
            self.part.setRange(0, SCROLL_STEPS - page)
            self.part.setValue(round(start / all_frames * SCROLL_STEPS))
        self.part.setVisible(span < all_frames)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        for widget, stretch in (
            (self.sounds, 0),
            (self.facts, 1),
            (self.open, 0),
            (self.save, 0),
            (self.save_labels, 0),
        ):
            head.addWidget(widget, stretch)
        grid = QGridLayout()
        grid.setSpacing(4)
        grid.setHorizontalSpacing(8)
        grid.addWidget(self.dry, 0, 0)
        grid.addWidget(self.meter_in, 0, 1)
        grid.addWidget(self.wet, 1, 0)
        grid.addWidget(self.meter_out, 1, 1)
        grid.addWidget(self.part, 2, 0)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(12, 8, 12, 10)
        lay.setSpacing(8)
        lay.addLayout(head)
        lay.addLayout(grid, 1)
        lay.addWidget(self.transport)


def _facts(sound: Sound) -> str:
    channels = {1: "mono", 2: "stereo"}.get(sound.own_channels, f"{sound.own_channels} channels")
    return f"{sound.own_rate / 1000:g} kHz · {channels} · {sound.seconds:.1f} s"
