"""Snapshots of the knobs: stored, recalled, and which of them is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.app.state import Slots
from studio.document.performance import SLOTS, Snapshot

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.document.project import Project

CLOSE = 1e-6  # positions that are the same knob


class Comparing(QObject):
    """Slots A to D of the project.

    Attributes:
        slot: stored or recalled last, empty before any was.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._control = controller
        self.slot = ""

    @property
    def _project(self) -> Project:
        return self._control.project

    def store(self, slot: str) -> None:
        """Keep the knobs where they stand, as they are seen."""
        position = self._control.automating.position
        knobs = {each.name: position(each.name) for each in self._project.card.parameters if each.is_numeric}
        self.slot = slot
        self._put(f"Store snapshot {slot}", {**self._project.snapshots, slot: Snapshot(knobs=knobs)})
        self._control.told.emit(f"Stored the knobs in snapshot {slot}.")

    def recall(self, slot: str) -> None:
        """Turn the knobs to where they stood; an empty slot takes them as they are."""
        snapshot = self._project.snapshots.get(slot)
        if snapshot is None:
            self.store(slot)
            return
        self.slot = slot
        names = {each.name for each in self._project.card.parameters}
        known = {name: position for name, position in snapshot.knobs.items() if name in names}
        self._control.editing.change(f"Recall snapshot {slot}", knobs={**self._project.knobs, **known})
        self._control.resituate()  # the knobs may have stood there already

    def clear(self, slot: str) -> None:
        rest = {name: each for name, each in self._project.snapshots.items() if name != slot}
        self._put(f"Clear snapshot {slot}", rest)

    def copy(self, slot: str, to: str) -> None:
        """Put what one slot holds into another."""
        found = self._project.snapshots.get(slot)
        if found is not None:
            self._put(f"Copy snapshot {slot} to {to}", {**self._project.snapshots, to: found})

    def slots(self) -> Slots:
        """Which slots hold something, and which of them is in force."""
        filled = "".join(slot for slot in SLOTS if slot in self._project.snapshots)
        same = "".join(slot for slot in filled if self._is_in_force(slot))
        last = self.slot if self.slot in filled else ""
        lit = same[0] if same and last not in same else last
        return Slots(filled, lit, moved=lit not in same)

    def _is_in_force(self, slot: str) -> bool:
        names = {each.name for each in self._project.card.parameters}
        knobs = self._project.snapshots[slot].knobs
        return all(abs(self._project.knob(name) - at) < CLOSE for name, at in knobs.items() if name in names)

    def _put(self, said: str, snapshots: dict[str, Snapshot]) -> None:
        self._control.editing.change(said, snapshots=snapshots)
