"""Which model it is and how it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from studio.app.pages.compare_row import CompareRow
from studio.app.state import ModelState
from studio.app.theme.theme import Theme
from studio.app.widgets.words import Elided, button, label, set_tone

if TYPE_CHECKING:
    from studio.document.opened import OpenedModel

RATES = (0, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000)
HOW = {"trace": "traced", "script": "scripted", "package": "package"}


class ModelHeader(QFrame):
    """Name, sentence, and the ways to reload and to correct.

    Signals:
        opened, example, reloaded, corrected, compared, cancelled: the button was pressed.
        rate_told: the model's own sample rate, as the user said it.
    """

    opened = Signal()
    example = Signal()
    reloaded = Signal()
    corrected = Signal()
    compared = Signal()
    cancelled = Signal()
    rate_told = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.name = Elided("No model yet", "title")
        self.how, self.changed = label(tone="tag"), label("changed on disk", "tag")
        self.sentence = Elided("Drop a model file anywhere in this window.", "dim")
        self.busy = QProgressBar(textVisible=False)
        self.busy.setAccessibleName("Opening a model")
        self.busy.setRange(0, 0)
        self.compare = button("Compare…", self.compared.emit, tip="Compare with another model by ear (Ctrl+B)")
        self.pair = CompareRow()
        self.open = button("Open…", self.opened.emit, tip="Open a model, a sound or a project (Ctrl+O)")
        self.try_example = button("Open the example", self.example.emit)
        self.reload = button("Reload", self.reloaded.emit, tip="Open the file again as it is now; the card stays (F5)")
        self.correct = button("Correct…", self.corrected.emit, tip="Say how the model really wants to be called")
        self.cancel = button("Cancel", self.cancelled.emit)
        self.changed.hide()
        self.rate = self._rate_row()
        self._lay_out()
        self.show_state(ModelState.NONE, "")

    def show_model(self, opened: OpenedModel | None) -> None:
        if opened is None:
            return
        self.name.setText(opened.name)
        facts = " ".join(opened.facts)
        self.sentence.setText(opened.call.sentence())
        self.sentence.setToolTip(f"{opened.call.sentence()}\n{opened.source.path}\n{facts}".strip())
        self.how.setText(HOW.get(opened.how, opened.how))
        known = opened.card.sample_rate or opened.call.sample_rates or opened.call.wrapper
        self.rate.setVisible(not known)

    def show_changed(self, changed: bool) -> None:
        """The file is no longer what is heard."""
        self.changed.setVisible(changed)
        set_tone(self.reload, "role", "primary" if changed else "")

    def show_state(self, state: ModelState, step: str) -> None:
        loading = state == ModelState.LOADING
        self.busy.setVisible(loading)
        self.busy.setToolTip(step)
        self.cancel.setVisible(loading)
        self.step.setVisible(loading)
        self.step.setText(step)
        for each in (self.reload, self.correct, self.compare, self.how):
            each.setVisible(state == ModelState.READY)
        self.sentence.setVisible(not loading)
        self.try_example.setVisible(state == ModelState.NONE)

    def _rate_row(self) -> QWidget:
        row = QWidget()
        self.rates = QComboBox()
        self.rates.setAccessibleName("The model's own sample rate")
        self.rates.addItem("Choose…", -1)
        for rate in RATES[1:]:
            self.rates.addItem(f"{rate:,} Hz".replace(",", " "), rate)
        self.rates.activated.connect(self._tell)
        lay = QHBoxLayout(row)
        lay.setContentsMargins(0, 0, 0, 0)
        words = label("Nothing tells this model's sample rate; it is heard at the rate of the device.", "warn")
        words.setWordWrap(True)
        lay.addWidget(words, 1)
        lay.addWidget(self.rates)
        row.hide()
        return row

    def _tell(self, index: int) -> None:
        rate = self.rates.itemData(index)
        if rate > 0:
            self.rate_told.emit(rate)

    def _lay_out(self) -> None:
        self.step = Elided(tone="dim")
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.name, 1)
        top.addWidget(self.changed, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.how, 0, Qt.AlignmentFlag.AlignVCenter)
        for each in (self.try_example, self.open, self.reload, self.correct, self.compare, self.cancel):
            top.addWidget(each)
        lay = QVBoxLayout(self)
        lay.setContentsMargins(16, 8, 8, 10)
        lay.setSpacing(2)
        lay.addLayout(top)
        lay.addWidget(self.sentence)
        lay.addWidget(self.step)
        lay.addWidget(self.busy)
        lay.addWidget(self.rate)
        lay.addWidget(self.pair)
