"""The page on which the whole main job is done."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSplitter, QTabWidget, QVBoxLayout, QWidget

from studio.app.pages.audio_panel import AudioPanel
from studio.app.pages.card_form import CardForm
from studio.app.pages.export_panel import ExportPanel
from studio.app.pages.knobs_panel import KnobsPanel
from studio.app.pages.mixer_panel import MixerPanel
from studio.app.pages.model_header import ModelHeader
from studio.app.theme.theme import Theme
from studio.app.widgets.words import surface

if TYPE_CHECKING:
    from studio.app.pages.knob_editor import KnobEditor
    from studio.app.pages.knob_inputs import KnobInputs

SIDE_PX, SIDE_MIN_PX = 328, 304
SIDE_HEIGHTS_PX = [424, 316]
CARD, KNOBS = 0, 1


class ModelPage(QSplitter):
    """Model, sound and knobs in the centre; card and export at the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self.setHandleWidth(8)
        self.setChildrenCollapsible(False)
        self.header = ModelHeader(theme)
        self.audio = AudioPanel(theme)
        self.knobs = KnobsPanel(theme)
        self.mixer = MixerPanel(theme)
        self.card = CardForm()
        self.export = ExportPanel(theme)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.card, "Card")
        self.tabs.addTab(QWidget(), "Knobs")
        self.tabs.tabBar().setAccessibleName("Card or knobs")
        self.addWidget(_column(self.header, self.audio, self.knobs, self.mixer))
        side = QSplitter(Qt.Orientation.Vertical)
        side.setHandleWidth(8)
        side.setChildrenCollapsible(False)
        side.setMinimumWidth(SIDE_MIN_PX)
        side.addWidget(self._sheet())
        side.addWidget(self.export)
        side.setSizes(SIDE_HEIGHTS_PX)
        side.setStretchFactor(0, 1)
        self.addWidget(side)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.setSizes([1280 - SIDE_PX, SIDE_PX])

    @cached_property
    def inputs(self) -> KnobInputs:
        """The form of the second tab, which takes long enough to be made by itself."""
        from studio.app.pages.knob_inputs import KnobInputs

        return KnobInputs()

    @cached_property
    def editor(self) -> KnobEditor:
        """The second tab, made after the first frame."""
        from studio.app.pages.knob_editor import KnobEditor

        editor = KnobEditor(self._theme, self.inputs)
        self.tabs.removeTab(KNOBS)
        self.tabs.insertTab(KNOBS, editor, "Knobs")
        return editor

    def go_to(self, field: str) -> None:
        """Show the field a problem is about and put the cursor there."""
        self.tabs.setCurrentIndex(KNOBS if field == "parameters" else CARD)
        if field != "parameters":
            self.card.go_to(field)

    def _sheet(self) -> QFrame:
        sheet = surface()
        lay = QVBoxLayout(sheet)
        lay.setContentsMargins(12, 4, 0, 0)
        lay.addWidget(self.tabs)
        return sheet


def _column(*widgets: QWidget) -> QWidget:
    """One under the other; the second takes what room there is."""
    column = QWidget()
    lay = QVBoxLayout(column)
    lay.setContentsMargins(0, 0, 0, 0)
    lay.setSpacing(8)
    for index, widget in enumerate(widgets):
        lay.addWidget(widget, index == 1)
    return column
