"""What goes in and what comes out, seen over the same stretch of time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollBar, QStackedWidget, QVBoxLayout, QWidget

from studio.app.pages.sound_head import SoundHead
from studio.app.theme.theme import Theme
from studio.app.widgets.level_history import LevelHistory
from studio.app.widgets.meter import Meter
from studio.app.widgets.notice import Notice
from studio.app.widgets.regions import Region
from studio.app.widgets.ruler import Ruler
from studio.app.widgets.stems import Stems
from studio.app.widgets.transport import Transport
from studio.app.widgets.waveform import Waveform

if TYPE_CHECKING:
    from studio.app.state import Labels, Sound, Stem
    from studio.app.widgets.lines import PeakSource
    from studio.audio.label import Label

SHORTEST = 32.0  # frames seen at the closest zoom
SCROLL_STEPS = 10_000


class AudioPanel(QFrame):
    """Two waveforms that zoom, scroll and select together, their meters, and the transport.

    While live input is heard there is no waveform: the levels of the last seconds stand there instead.

    Signals:
        sound_chosen: another of the open sounds, by index.
        opening, saving, saving_labels: the button was pressed.
        sought: go to this frame.
        selected: loop between two frames.
        row_switched: play all sounds in a row, or one.
        scrubbed: a hand holds the play head at this frame.
        let_go: it no longer does.
    """

    sound_chosen = Signal(int)
    opening = Signal()
    saving = Signal()
    saving_labels = Signal()
    sought = Signal(int)
    selected = Signal(int, int)
    row_switched = Signal(bool)
    scrubbed = Signal(int)
    let_go = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self._frames, self._rate, self._view, self._playhead = 0, 1, (0.0, 1.0), 0
        self._loop = (0, 0)
        self._labels: Labels | None = None
        self._held = False
        self.head = SoundHead(theme)
        self.sounds, self.row, self.list = self.head.sounds, self.head.row, self.head.list
        self.open, self.save, self.save_labels = self.head.open, self.head.save, self.head.save_labels
        self.ruler, self.stems, self.notice = Ruler(theme), Stems(theme), Notice(theme)
        self.dry, self.wet = Waveform(theme, "wave_dry", "Dry"), Waveform(theme, "wave_wet", "Wet")
        self.meter_in, self.meter_out = Meter(theme, "Input level"), Meter(theme, "Output level")
        self.live_in = LevelHistory(theme, "wave_dry", "Input")
        self.live_out = LevelHistory(theme, "wave_wet", "Output")
        self._places = QStackedWidget(), QStackedWidget()
        self.transport = Transport(theme)
        self.part = QScrollBar(Qt.Orientation.Horizontal)
        self.part.setAccessibleName("Part of the sound that is seen")
        policy = self.part.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.part.setSizePolicy(policy)
        self._lay_out()
        self._connect()
        self.show_sound(None)

    def _connect(self) -> None:
        for each in (self.dry, self.wet):
            self._connect_wave(each)
        self.stems.made.connect(self._add_stem)
        self.ruler.scrubbed.connect(self._scrub)
        self.ruler.let_go.connect(self._let_go)
        self.transport.selection_typed.connect(self._select_seconds)
        self.head.chosen.connect(self.sound_chosen)
        self.head.row_switched.connect(self.row_switched)
        self.head.opening.connect(self.opening)
        self.head.saving.connect(self.saving)
        self.head.saving_labels.connect(self.saving_labels)
        self.part.valueChanged.connect(self._scrolled)

    def _connect_wave(self, wave: Waveform) -> None:
        wave.sought.connect(self.sought)
        wave.selected.connect(self.selected)
        wave.zoomed.connect(self.zoom)
        wave.panned.connect(self._pan)
        wave.zoomed_to.connect(self._show_stretch)
        wave.scrubbed.connect(self._scrub)
        wave.let_go.connect(self._let_go)

    def _add_stem(self, wave: Waveform) -> None:
        self._connect_wave(wave)
        wave.show_view(*self._view)
        wave.show_loop(*self._loop)
        wave.show_playhead(self._playhead)

    def _waves(self) -> tuple[Waveform, ...]:
        return self.dry, self.wet, *self.stems.waves

    def show_list(self, paths: tuple[str, ...], index: int, lost: frozenset[str] = frozenset()) -> None:
        """The sounds there are, the one that is heard, and those that cannot be read."""
        self.head.show_list(paths, index, lost)

    def show_row(self, on: bool) -> None:
        """Whether all are played in a row."""
        self.row.setChecked(on)

    def show_input(self, said: str) -> None:
        """What is heard live, in a few words; empty: a sound is heard."""
        self.head.show_input(said)
        for place in self._places:
            place.setCurrentIndex(int(bool(said)))
        self.ruler.setVisible(not said)
        self.transport.show_live(bool(said))
        self._show_part()
        if not said:
            self.live_in.clear()
            self.live_out.clear()

    @property
    def _is_live(self) -> bool:
        return self._places[0].currentIndex() == 1

    def show_sound(self, sound: Sound | None) -> None:
        self._frames = sound.frames if sound else 0
        self._rate = sound.raw.sample_rate if sound else 1
        empty = "" if sound else "Drop a sound here, or open one."
        self.dry.show_peaks(sound.peaks if sound else None, note=empty)
        self.ruler.show_sound(self._frames, self._rate)
        self._held = False
        self.head.show_facts(sound)
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
        self.head.show_saving(sound, labels)

    def show_wet(self, peaks: PeakSource | None, stale: bool, note: str) -> None:
        self.wet.show_peaks(peaks, stale, note)
        self.stems.show_stale(stale, note)

    def show_stems(self, stems: Sequence[Stem]) -> None:
        """The outputs of a model that has several; they stand where the one output of others does."""
        self.stems.show_stems(stems)
        self.wet.setVisible(not stems)

    def show_ready(self, frame: int) -> None:
        """Up to here it is rendered ahead of the play head; 0 where nothing is."""
        for each in self._waves():
            each.show_ready(frame)

    def show_loop(self, start: int, end: int) -> None:
        self._loop = (start, end)
        for each in self._waves():
            each.show_loop(start, end)
        self.transport.show_selection(start / self._rate, end / self._rate)

    def show_position(self, frame: int) -> None:
        """Move the playhead; near the edge of what is seen the page turns. A hand that holds it is stronger."""
        if not self._held:
            self._show_position(frame)

    def _show_position(self, frame: int) -> None:
        moved, self._playhead = frame != self._playhead, frame
        start, end = self._view
        if moved and not start <= frame < end and self._frames:
            self._set_view(float(frame), frame + end - start)
        self.ruler.show_playhead(frame)
        for each in self._waves():
            each.show_playhead(frame)
        self.transport.show_time(frame / self._rate, self._frames / self._rate)

    def show_levels(self, peaks: tuple[float, float, float, float]) -> None:
        self.meter_in.show_peaks(peaks[0], peaks[1])
        self.meter_out.show_peaks(peaks[2], peaks[3])
        if self._is_live:
            self.live_in.show_level(max(peaks[:2]))
            self.live_out.show_level(max(peaks[2:]))

    def show_all(self) -> None:
        self._set_view(0.0, float(max(1, self._frames)))

    def nudge(self, steps: int) -> None:
        """Move the playhead by fiftieths of what is seen."""
        start, end = self._view
        frame = self._playhead + steps * (end - start) / 50
        self.sought.emit(round(min(max(frame, 0.0), float(self._frames))))

    def _show_stretch(self, start: int, end: int) -> None:
        """A selection, with a little of what is around it."""
        around = max((end - start) * 0.04, SHORTEST / 2)
        self._set_view(start - around, end + around)

    def _select_seconds(self, start_s: float, end_s: float) -> None:
        ends = (min(round(each * self._rate), self._frames) for each in (start_s, end_s))
        self.selected.emit(*ends)

    def _scrub(self, frame: int) -> None:
        self._held = True
        self._show_position(frame)
        self.scrubbed.emit(frame)

    def _let_go(self) -> None:
        self._held = False
        self.let_go.emit()

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
        self.ruler.show_view(*self._view)
        for each in self._waves():
            each.show_view(*self._view)
        with QSignalBlocker(self.part):
            page = math.ceil(span / all_frames * SCROLL_STEPS)
            self.part.setPageStep(page)
            self.part.setRange(0, SCROLL_STEPS - page)
            self.part.setValue(round(start / all_frames * SCROLL_STEPS))
        self._show_part()

    def _show_part(self) -> None:
        self.part.setVisible(self._view[1] - self._view[0] < self._frames and not self._is_live)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        outputs = QWidget()
        lay_outputs = QVBoxLayout(outputs)
        lay_outputs.setContentsMargins(0, 0, 0, 0)
        lay_outputs.addWidget(self.wet)
        lay_outputs.addWidget(self.stems)
        for place, sound, live in zip(self._places, (self.dry, outputs), (self.live_in, self.live_out), strict=True):
            place.addWidget(sound)
            place.addWidget(live)
        grid.addWidget(self.ruler, 0, 0)
        grid.addWidget(self._places[0], 1, 0)
        grid.addWidget(self.meter_in, 1, 1)
        grid.addWidget(self._places[1], 2, 0)
        grid.addWidget(self.meter_out, 2, 1)
        grid.addWidget(self.part, 3, 0)
        grid.setRowStretch(1, 1)
        grid.setRowStretch(2, 1)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(12, 8, 12, 10)
        lay.setSpacing(8)
        lay.addWidget(self.head)
        lay.addLayout(grid, 1)
        lay.addWidget(self.notice)
        lay.addWidget(self.transport)
