"""Play, stop, loop, bypass; where we are; what it costs."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from studio.app.theme.theme import Theme
from studio.app.widgets.words import Elided, icon_button, label

GAIN_DB = (-60, 6)  # the lowest is silence


class Transport(QWidget):
    """The row beneath the waveforms.

    Signals:
        toggled: play or pause.
        stopped: stop and go back.
        looped: loop on or off.
        bypassed: the dry sound on or off.
        gain_moved: output gain in dB.
    """

    toggled = Signal()
    stopped = Signal()
    looped = Signal(bool)
    bypassed = Signal(bool)
    gain_moved = Signal(float)

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
        self.speaker = QLabel()
        self._tint()
        theme.changed.connect(self._tint)
        self.time, self.selection = label("00:00.000", "head"), Elided(tone="dim")
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
            each.setEnabled(enabled)

    def buttons(self) -> tuple[QToolButton, ...]:
        return self.play, self.stop, self.loop, self.bypass

    def show_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self._theme.dress(self.play, "pause" if playing else "play", "accent_text")
            self.play.setAccessibleName("Pause (Space)" if playing else "Play (Space)")
            self.play.setToolTip(self.play.accessibleName())

    def show_switches(self, loop: bool, bypass: bool) -> None:
        self.loop.setChecked(loop)
        self.bypass.setChecked(bypass)

    def show_time(self, at_s: float, all_s: float) -> None:
        self.time.setText(f"{clock(at_s)} / {clock(all_s)}")

    def show_selection(self, start_s: float, end_s: float) -> None:
        self.selection.setText(f"{start_s:.2f} – {end_s:.2f} s" if end_s > start_s else "")

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
        lay.addWidget(self.selection, 1)
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
