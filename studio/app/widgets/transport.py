"""Play, stop, loop, bypass; where we are; what it costs."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from studio.app.theme.theme import Theme
from studio.app.widgets.selection_field import SelectionField
from studio.app.widgets.words import Elided, icon_button, label

GAIN_DB = (-60, 6)  # the lowest is silence
LEAST_TIME_PX = 76
ROOMY_PX = 680  # narrower, only the time that changes is told
RECORD = "Record what is heard to a file (R)"
RECORDING_PX = 52  # the time at least; the name where there is room


class Transport(QWidget):
    """The row beneath the waveforms.

    Signals:
        toggled: play or pause.
        stopped: stop and go back.
        looped: loop on or off.
        bypassed: the dry sound on or off.
        recorded: begin or end a recording.
        gain_moved: output gain in dB.
        selection_typed: loop from one second to another.
    """

    toggled = Signal()
    stopped = Signal()
    looped = Signal(bool)
    bypassed = Signal(bool)
    recorded = Signal()
    gain_moved = Signal(float)
    selection_typed = Signal(float, float)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._playing = theme, False
        self.play = icon_button(theme, "play", "Play (Space)", "play", "accent_text")
        self.play.setIconSize(QSize(18, 18))
        self.stop = icon_button(theme, "stop", "Stop and go back to the start (Home)", "key")
        self.loop = icon_button(theme, "loop", "Loop the selection, or all of it (L)", "key")
        self.bypass = icon_button(theme, "bypass", "Bypass: hear the dry sound, in time with the wet one (B)", "key")
        self.loop.setCheckable(True)
        self.bypass.setCheckable(True)
        self.play.clicked.connect(self.toggled)
        self.stop.clicked.connect(self.stopped)
        self.loop.clicked.connect(self.looped)
        self.bypass.clicked.connect(self.bypassed)
        self.record = icon_button(theme, "record", RECORD, "key", "danger")
        self.record.setCheckable(True)
        self.record.clicked.connect(self.recorded)
        self.recording = Elided(tone="danger")
        self.recording.setMinimumWidth(RECORDING_PX)
        self.recording.hide()
        self.speaker = QLabel()
        self._tint()
        theme.changed.connect(self._tint)
        self.time, self.selection = label("00:00.000", "head"), SelectionField()
        self.selection.typed.connect(self.selection_typed)
        self.time.setMinimumWidth(LEAST_TIME_PX)  # else the longer text would keep the window from becoming narrow
        self.gain = QSlider(Qt.Orientation.Horizontal)
        self.gain.setAccessibleName("Output level")
        self.gain.setRange(*GAIN_DB)
        self.gain.setFixedWidth(80)
        self.gain_text = label("0 dB", "small")
        self.gain_text.setFixedWidth(40)
        self.gain.valueChanged.connect(self._gain_turned)
        self._lay_out()

    def show_enabled(self, enabled: bool) -> None:
        for each in self.buttons():
            if each is not self.record:  # what is heard may come from a microphone
                each.setEnabled(enabled)

    def buttons(self) -> tuple[QToolButton, ...]:
        return self.play, self.stop, self.loop, self.bypass, self.record

    def show_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self._theme.dress(self.play, "pause" if playing else "play", "accent_text")
            self.play.setAccessibleName("Pause (Space)" if playing else "Play (Space)")
            self.play.setToolTip(self.play.accessibleName())

    def show_switches(self, loop: bool, bypass: bool) -> None:
        self.loop.setChecked(loop)
        self.bypass.setChecked(bypass)

    def show_recording(self, on: bool, enabled: bool) -> None:
        self.record.setChecked(on)
        self.record.setEnabled(enabled)
        self.record.setAccessibleName("End the recording (R)" if on else RECORD)
        self.record.setToolTip(self.record.accessibleName())
        self.recording.setVisible(on)
        self.gain_text.show()

    def show_recorded(self, said: str, name: str) -> None:
        """How long the recording is; where it goes if there is room for that."""
        is_roomy = self.width() >= ROOMY_PX
        self.recording.setText(f"{said}  {name}" if is_roomy else said)
        self.gain_text.setVisible(is_roomy or not name)
        self.recording.setToolTip(name)

    def show_time(self, at_s: float, all_s: float) -> None:
        self.time.setText(f"{clock(at_s)} / {clock(all_s)}" if self.width() >= ROOMY_PX else clock(at_s))
        self.time.setToolTip(f"of {clock(all_s)}")

    def show_live(self, live: bool) -> None:
        """What comes in as it is played has no place in time, and no part to be repeated."""
        for each in (self.time, self.selection, self.loop):
            each.setVisible(not live)

    def show_selection(self, start_s: float, end_s: float) -> None:
        self.selection.show_selection(start_s, end_s)

    def show_gain(self, gain_db: float) -> None:
        """What the engine plays at; it starts models that nobody has heard at -12 dB."""
        if not self.gain.isSliderDown():
            with QSignalBlocker(self.gain):
                self.gain.setValue(round(gain_db))
            self._say_gain()

    def _gain_turned(self, gain_db: int) -> None:
        self._say_gain()
        self.gain_moved.emit(float(gain_db))

    def _say_gain(self) -> None:
        value = self.gain.value()
        self.gain_text.setText("off" if value <= GAIN_DB[0] else f"{value:+d} dB" if value else "0 dB")
        self.gain.setToolTip(f"Output level: {self.gain_text.text()}")

    def _tint(self) -> None:
        self.speaker.setPixmap(self._theme.icon("speaker", "text_muted").pixmap(16, 16))

    def _lay_out(self) -> None:
        lay = QHBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(8)
        for each in self.buttons():
            lay.addWidget(each)
        lay.addSpacing(8)
        lay.addWidget(self.time)
        lay.addWidget(self.selection)
        lay.addWidget(self.recording, 100)
        lay.addStretch(1)
        lay.addWidget(self.speaker)
        lay.addWidget(self.gain)
        lay.addWidget(self.gain_text)


def clock(seconds: float) -> str:
    """Minutes, seconds and milliseconds; hours where there are some."""
    whole = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(whole, 60_000)
    hours, minutes = divmod(minutes, 60)
    text = f"{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
    return f"{hours}:{text}" if hours else text
