"""Four slots for knob positions, and whether they are compared equally loud."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from studio.app.theme.theme import Theme
from studio.app.widgets.words import Elided, icon_button, set_tone

if TYPE_CHECKING:
    from studio.app.state import Match, Slots

SLOTS = ("A", "B", "C", "D")


class SlotButton(QToolButton):
    """One slot: a click recalls it, or stores where it is empty; with Shift it stores.

    Signals:
        recalled, stored, cleared: what to do with it.
        copied: what it holds is wanted in the slot of this name.
    """

    recalled = Signal()
    stored = Signal()
    cleared = Signal()
    copied = Signal(str)

    def __init__(self, theme: Theme, slot: str, number: int) -> None:
        super().__init__()
        self._theme, self.slot, self._keys = theme, slot, (f"{number}", f"Ctrl+{number}")
        self.filled, self.moved = False, False
        self.setText(slot)
        self.setCheckable(True)
        self.setProperty("role", "slot")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._clicked)
        theme.changed.connect(self.update)
        self.show_state(filled=False, lit=False, moved=False)

    def show_state(self, *, filled: bool, lit: bool, moved: bool) -> None:
        self.filled, self.moved = filled, lit and moved
        self.setChecked(lit)
        set_tone(self, "filled", filled)
        recall, store = self._keys
        said = "in force" if lit else "stored" if filled else "empty"
        said = "in force, but knobs were moved since" if self.moved else said
        self.setAccessibleName(f"Snapshot {self.slot}")
        self.setAccessibleDescription(said)
        ways = f"Click: recall ({recall})\nShift+click: store ({store})" if filled else f"Click: store ({store})"
        self.setToolTip(f"Snapshot {self.slot}: {said}\n{ways}")
        self.update()

    def menu_of(self) -> QMenu:
        """What else can be done with it."""
        menu = QMenu(self)
        for text, run, can in (
            ("Recall", self.recalled.emit, self.filled),
            ("Store", self.stored.emit, True),
            ("Clear", self.cleared.emit, self.filled),
        ):
            menu.addAction(f"{text} {self.slot}", run).setEnabled(can)
        menu.addSeparator()
        for other in SLOTS:
            if other != self.slot:
                copy = menu.addAction(f"Copy {self.slot} to {other}", partial(self.copied.emit, other))
                copy.setEnabled(self.filled)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu_of()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.stored.emit()
            return
        super().mousePressEvent(event)

    def _clicked(self) -> None:
        (self.recalled if self.filled else self.stored).emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.moved:
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.color("accent_text"))
                painter.drawEllipse(QPointF(self.width() - 6.5, 6.5), 2.5, 2.5)


class SnapshotBar(QWidget):
    """A to D, and level match.

    Signals:
        recalled, stored, cleared: a slot.
        copied: from one slot to another.
        matched: whether the level is matched.
    """

    recalled = Signal(str)
    stored = Signal(str)
    cleared = Signal(str)
    copied = Signal(str, str)
    matched = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.slots = {slot: SlotButton(theme, slot, number) for number, slot in enumerate(SLOTS, start=1)}
        self.match = icon_button(theme, "match", "Level match: hear all of them, and bypass, equally loud (M)", "key")
        self.match.setCheckable(True)
        self.match.clicked.connect(self.matched)
        self.said = Elided(tone="small")
        lay = QHBoxLayout(self)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(4)
        for slot, each in self.slots.items():
            each.recalled.connect(lambda slot=slot: self.recalled.emit(slot))
            each.stored.connect(lambda slot=slot: self.stored.emit(slot))
            each.cleared.connect(lambda slot=slot: self.cleared.emit(slot))
            each.copied.connect(lambda other, slot=slot: self.copied.emit(slot, other))
            lay.addWidget(each)
        lay.addSpacing(4)
        lay.addWidget(self.match)
        lay.addSpacing(2)
        lay.addWidget(self.said, 1)

    def show_slots(self, slots: Slots) -> None:
        for slot, each in self.slots.items():
            each.show_state(filled=slot in slots.filled, lit=slot == slots.lit, moved=slots.moved)

    def show_match(self, match: Match) -> None:
        self.match.setChecked(match.on)
        said = words_of(match)
        self.said.setText(said)
        set_tone(self.said, "tone", "warn" if match.failed else "small")
        self.match.setAccessibleDescription(said)
        if match.failed:
            self.said.setToolTip(match.failed)

    def show_enabled(self, enabled: bool) -> None:
        """Without a model there is nothing to compare."""
        self.setEnabled(enabled)


def words_of(match: Match) -> str:
    """What level match does at this moment."""
    if not match.on:
        return ""
    if match.failed:
        return "not matched: cannot be measured"
    matched = "" if match.gain_db is None else f"matched {match.gain_db:+.1f} dB" if match.gain_db else "matched 0 dB"
    measuring = f"measuring {match.measuring}…" if match.measuring else ""
    return " · ".join(each for each in (matched, measuring) if each) or "nothing to match"
