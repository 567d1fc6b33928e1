"""Undo and redo: one list of frozen states, which is also what the window autosaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Step(Generic[State]):
    """A state and the words that name the edit which led to it."""

    state: State
    said: str
    merge: str = ""


class History(Generic[State]):
    """A walk through frozen states.

    Edits with the same non-empty `merge` key that follow one another become one step: a knob drag or the
    typing in one field is undone as a whole. `saved` remembers the state on disk.
    """

    def __init__(self, state: State) -> None:
        self._steps = [Step(state, "")]
        self._at = 0
        self._saved: State | None = state

    @property
    def state(self) -> State:
        return self._steps[self._at].state

    @property
    def undo_text(self) -> str:
        """What undo would take back; empty when there is nothing."""
        return self._steps[self._at].said

    @property
    def redo_text(self) -> str:
        """What redo would do again; empty when there is nothing."""
        return self._steps[self._at + 1].said if self._at + 1 < len(self._steps) else ""

    @property
    def is_saved(self) -> bool:
        return self.state == self._saved

    def do(self, state: State, said: str, merge: str = "") -> bool:
        """Go on to `state`; what could be redone is forgotten. False when nothing changed."""
        if state == self.state:
            return False
        del self._steps[self._at + 1 :]
        here = self._steps[self._at]
        if merge and here.merge == merge and self._at > 0:
            self._steps[self._at] = Step(state, said, merge)
        else:
            self._steps.append(Step(state, said, merge))
            self._at += 1
        return True

    def close_merge(self) -> None:
        """The next edit is a step of its own, whatever its key (the mouse was released, the field left)."""
        here = self._steps[self._at]
        self._steps[self._at] = Step(here.state, here.said)

    def undo(self) -> State:
        self._at = max(0, self._at - 1)
        return self.state

    def redo(self) -> State:
        self._at = min(len(self._steps) - 1, self._at + 1)
        return self.state

    def mark_saved(self, state: State | None = None) -> None:
        """`state`, or the present one, is what the file holds now."""
        self._saved = self.state if state is None else state

    def mark_unsaved(self) -> None:
        """No file holds any state of it."""
        self._saved = None

    @property
    def steps(self) -> tuple[Step[State], ...]:
        """All of it, the oldest first."""
        return tuple(self._steps)

    @property
    def position(self) -> int:
        """Which of the steps is the present one."""
        return self._at

    @property
    def saved(self) -> State | None:
        """The state on disk; None where there is none."""
        return self._saved

    def mapped(self, change: Callable[[State], Other]) -> History[Other]:
        """The same walk through other states."""
        steps = [Step(change(each.state), each.said, each.merge) for each in self._steps]
        saved = None if self._saved is None else change(self._saved)
        return History.resumed(steps, self._at, saved)

    @classmethod
    def resumed(cls, steps: Sequence[Step[State]], at: int, saved: State | None) -> History[State]:
        """A walk that began before this process did."""
        made = cls(steps[0].state)
        made._steps, made._at, made._saved = list(steps), at, saved
        return made
