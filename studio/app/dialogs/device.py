"""Which device plays and records, in which blocks, and how late that makes the sound."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from studio.app.dialogs.frame import Dialog
from studio.app.state import Device, Figures
from studio.app.widgets.source_switch import SourceSwitch
from studio.app.widgets.words import button, label, set_tone
from studio.errors import StudioError
from studio.settings import ROWS, Settings

Choice = tuple[str, object]
PLAYED, RECORDED = "audio.outputs", "audio.inputs"
WIDTH_PX, CHANNELS_PX = 520, 88


class DeviceDialog(Dialog):
    """Every choice takes effect at once; the play head stays where it is.

    Signals:
        changed: a setting's key and its new value.
        switched: whether live input is to be heard.
        measuring: find out how late the device is.
        rescan: look for devices again.
    """

    changed = Signal(str, object)
    switched = Signal(bool)
    measuring = Signal()
    rescan = Signal()

    def __init__(self, parent: QWidget, settings: Settings, device: Device) -> None:
        super().__init__(parent, "Sound devices", "Close", lambda yes: None)
        self.no.hide()
        self._settings, self._device = settings, device
        self._shown: tuple[bool, bool] | None = None
        self.source = SourceSwitch("Sound file", "Live input")
        self.source.chosen.connect(self.switched)
        keys = ("audio.device", PLAYED, "audio.input", RECORDED, "audio.sample_rate", "audio.block", "audio.depth")
        self.boxes = {key: self._box(key) for key in keys}
        self.trouble, self.delay, self.parts = _wrapped("danger"), label(tone="head"), _wrapped("small")
        self.said, self.priority = _wrapped("small"), _wrapped("warn")
        self.measure = button("Measure…", self._measure, tip="Send a sound out and wait until it comes in")
        self.look = button("Look for devices again", self.rescan.emit, "link")
        self._lay_out()
        self.setFixedWidth(WIDTH_PX)
        self.show_device(device)
        self.show_figures(Figures())

    def show_device(self, device: Device) -> None:
        """What is open now, and what there is to choose from."""
        self._device = device
        self.source.show_live(device.live)
        self.trouble.setText(device.trouble or device.note)
        set_tone(self.trouble, "tone", "danger" if device.trouble else "warn")
        self.trouble.setVisible(bool(self.trouble.text()))
        self.measure.setEnabled(bool(device.name))
        settings, output = self._settings, device.offer(self._settings["audio.device"])
        self._fill("audio.device", [("The system's own choice", ""), *((each, each) for each in device.choices)])
        self._fill("audio.input", [("Same as the output", ""), *((each, each) for each in device.sources)])
        self._fill(PLAYED, _pairs(output.channels or 2))
        recording = device.offer(settings["audio.input"] or device.source or output.name)
        self._fill(RECORDED, _pairs(recording.inputs or 2, alone=True))
        self._fit()

    def show_figures(self, now: Figures) -> None:
        """The way from the sound to the ear, as it is at this moment."""
        _say(self.delay, f"{now.latency_ms:.1f} ms ({now.latency_samples} samples)" if now.running else "nothing plays")
        words = (f"{each.what} {each.ms:.1f} ms ({each.how})" for each in now.delays if each.samples)
        _say(self.parts, " · ".join(words) if now.running else "")
        _say(self.priority, now.priority)
        shown = bool(self.parts.text()), bool(now.priority)
        if shown != self._shown:
            self._shown = shown
            self.parts.setVisible(shown[0])
            self.priority.setVisible(shown[1])
            self._fit()

    def show_measured(self, found: int | StudioError) -> None:
        """What came of the measurement."""
        self.measure.setEnabled(bool(self._device.name))
        if isinstance(found, StudioError):
            self._answer(f"{found.sentence} {found.hint}", "warn")
            return
        late_ms = found / max(1, self._device.sample_rate) * 1000
        self._answer(f"Measured: {found} samples, {late_ms:.1f} ms. It is used for this device from now on.", "ok")

    def _measure(self) -> None:
        self.measure.setEnabled(False)
        self._answer("Listening for a short sweep…", "small")
        self.measuring.emit()

    def _answer(self, said: str, tone: str) -> None:
        self.said.setText(said)
        set_tone(self.said, "tone", tone)
        self._fit()

    def _fit(self) -> None:
        """As high as what there is to say: a dialog does not grow by itself with words that wrap."""
        frame = self.layout()
        if frame is not None:
            frame.activate()
            high = frame.totalHeightForWidth(WIDTH_PX) if frame.hasHeightForWidth() else frame.totalSizeHint().height()
            self.setFixedHeight(high)

    def _box(self, key: str) -> QComboBox:
        row, box = ROWS[key], QComboBox()
        box.setAccessibleName(row.text or ("Output channels" if key == PLAYED else "Input channels"))
        box.setToolTip(row.help)
        for word, value in zip(row.words or tuple(map(str, row.choices)), row.choices, strict=True):
            box.addItem(f"{word} {row.unit}" if word[:1].isdigit() else word, value)
        box.setCurrentIndex(max(0, box.findData(self._settings[key])))
        if key in (PLAYED, RECORDED):
            box.setFixedWidth(CHANNELS_PX)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.activated.connect(lambda _index: self.changed.emit(key, box.currentData()))
        return box

    def _fill(self, key: str, choices: Iterable[Choice]) -> None:
        """What can be chosen; a choice that is not there is kept, since it may come back."""
        box, chosen = self.boxes[key], self._settings[key]
        with QSignalBlocker(box):
            box.clear()
            for word, value in choices:
                box.addItem(word, value)
            if box.findData(chosen) < 0:
                box.addItem(f"{chosen} (not there)", chosen)
            box.setCurrentIndex(box.findData(chosen))
            box.setEnabled(box.count() > 1)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(16)
        form.addRow(label("Hear", "dim"), _beside(self.source))
        form.addRow(label("Output", "dim"), _beside(self.boxes["audio.device"], self.boxes[PLAYED]))
        form.addRow(label("Input", "dim"), _beside(self.boxes["audio.input"], self.boxes[RECORDED]))
        for key in ("audio.sample_rate", "audio.block", "audio.depth"):
            form.addRow(label(ROWS[key].text, "dim"), self.boxes[key])
        form.addRow(label("Round trip", "dim"), _beside(self.delay, None, self.measure))
        self.body.addWidget(self.trouble)
        self.body.addLayout(form)
        for each in (self.parts, self.said, self.priority):
            self.body.addWidget(each)
        self.row.insertWidget(0, self.look)


def _pairs(most: int, *, alone: bool = False) -> list[Choice]:
    """Two channels beside each other, and where they may be `alone` each by itself."""
    pairs = [f"{first}-{first + 1}" for first in range(1, most, 2)]
    single = [str(each) for each in range(1, most + 1)] if alone or most == 1 else []
    return [(pairs[0] if pairs else "1", ""), *((each, each) for each in [*pairs[1:], *single])]


def _beside(*widgets: QWidget | None) -> QHBoxLayout:
    """In a row, the first one wide; None: a gap that gives way."""
    lay = QHBoxLayout()
    lay.setSpacing(8)
    for index, each in enumerate(widgets):
        if each is None:
            lay.addStretch(1)
        else:
            lay.addWidget(each, int(index == 0 and isinstance(each, QComboBox)))
    if len(widgets) == 1:
        lay.addStretch(1)
    return lay


def _wrapped(tone: str) -> QLabel:
    made = label(tone=tone)
    made.setWordWrap(True)
    return made


def _say(words: QLabel, said: str) -> None:
    if words.text() != said:
        words.setText(said)
