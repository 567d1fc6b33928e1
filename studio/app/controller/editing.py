"""Every edit of the document, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QObject, Signal

from studio.document.edits import Move
from studio.document.history import History
from studio.document.parameter import Parameter
from studio.document.project import Project


class Editing(QObject):
    """The project as it is now; each change is one step of its history.

    Signals:
        changed: the project is another one.
        refused: a value the document cannot hold: the field and the reason.
        began: another history is walked.
        moved: a Move of the history, before `changed`.
    """

    changed = Signal(object)
    began = Signal()
    moved = Signal(object)
    refused = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.history: History[Project] = History(Project())

    @property
    def project(self) -> Project:
        return self.history.state

    def start(self, project: Project, history: History[Project] | None = None, is_saved: bool = True) -> None:
        """Begin with a project that was just read or made: nothing to undo, nothing to save.

        Args:
            project: what it is now.
            history: with which it was restored.
            is_saved: whether a file holds it.
        """
        self.history = history or History(project)
        if not is_saved:
            self.history.mark_unsaved()
        self.began.emit()
        self.changed.emit(project)

    def change(self, said: str, merge: str = "", **fields: Any) -> None:
        """Replace fields of the project; `said` names the step in the Edit menu."""
        if self.history.do(self.project.model_copy(update=fields), said, merge):
            self.moved.emit(Move("do", self.project, said, merge))
            self.changed.emit(self.project)

    def close_merge(self) -> None:
        self.history.close_merge()
        self.moved.emit(Move("close"))

    def undo(self) -> None:
        self.history.undo()
        self.moved.emit(Move("undo"))
        self.changed.emit(self.project)

    def redo(self) -> None:
        self.history.redo()
        self.moved.emit(Move("redo"))
        self.changed.emit(self.project)

    def mark_saved(self, project: Project, file: Path, digest: str) -> None:
        """`file` holds `project`, which may have been edited since."""
        self.history.mark_saved(project)
        self.moved.emit(Move("save", project, file=file, digest=digest))
        self.changed.emit(self.project)

    def set_card(self, key: str, value: object) -> None:
        """One field of the card, at every letter typed."""
        card = self.project.card.model_copy(update={key: value})
        self.change(f"Edit {key.replace('_', ' ')}", f"card:{key}", card=card)

    def set_knob(self, name: str, position: float) -> None:
        self.change(f"Turn {name}", "knobs", knobs={**self.project.knobs, name: position})  # one hand may turn several

    def set_parameter(self, index: int, field: str, value: object) -> None:
        """One property of a knob; a value that makes no sense is refused and the last good one stays."""
        old = self.project.card.parameters[index]
        said = {**old.model_dump(), field: value}
        try:
            new = Parameter.model_validate(_mended(said, field))
        except ValidationError as error:
            self.refused.emit(field, str(error.errors()[0]["msg"]).removeprefix("Value error, "))
            return
        parameters = list(self.project.card.parameters)
        parameters[index] = new
        self._set_parameters(f"Edit {old.name}", parameters, f"parameter:{index}:{field}", {old.name: new.name})

    def add_parameter(self) -> None:
        taken = {each.name for each in self.project.card.parameters}
        name = next(f"knob {number}" for number in range(1, len(taken) + 2) if f"knob {number}" not in taken)
        self._set_parameters("Add a knob", [*self.project.card.parameters, Parameter(name)])

    def remove_parameter(self, index: int) -> None:
        parameters = list(self.project.card.parameters)
        gone = parameters.pop(index)
        self._set_parameters(f"Remove {gone.name}", parameters)

    def move_parameter(self, index: int, by: int) -> None:
        parameters = list(self.project.card.parameters)
        to = index + by
        if 0 <= to < len(parameters):
            parameters[index], parameters[to] = parameters[to], parameters[index]
            self._set_parameters(f"Move {parameters[to].name}", parameters)

    def tick_host(self, host: str, ticked: bool) -> None:
        rest = tuple(each for each in self.project.hosts if each != host)
        self.change(f"{'Tick' if ticked else 'Untick'} {host}", hosts=(*rest, host) if ticked else rest)

    def _set_parameters(
        self, said: str, parameters: list[Parameter], merge: str = "", renamed: dict[str, str] | None = None
    ) -> None:
        names = {each.name for each in parameters}
        moved = {(renamed or {}).get(name, name): position for name, position in self.project.knobs.items()}
        knobs = {name: position for name, position in moved.items() if name in names}
        midi = {(renamed or {}).get(name, name): control for name, control in self.project.midi.items()}
        card = self.project.card.model_copy(update={"parameters": tuple(parameters)})
        self.change(said, merge, card=card, knobs=knobs, midi=midi)


def _mended(said: dict[str, Any], field: str) -> dict[str, Any]:
    """Follow a new kind or range with the default, so that one edit is enough."""
    if field == "kind":
        return _of_kind(said)
    if field == "choices" and said["default"] not in said["choices"]:
        return {**said, "default": said["choices"][0] if said["choices"] else ""}
    if field in ("min", "max") and said["kind"] == "continuous" and said["min"] < said["max"]:
        return {**said, "default": min(max(float(said["default"]), said["min"]), said["max"])}
    if field == "curve" and said["curve"] == "logarithmic" and said["min"] <= 0 < said["max"]:
        lowest = said["max"] / 1000
        return {**said, "min": lowest, "default": max(float(said["default"]), lowest)}
    return said


def _of_kind(said: dict[str, Any]) -> dict[str, Any]:
    if said["kind"] == "toggle":
        return {**said, "default": False}
    if said["kind"] == "choice":
        choices = said["choices"] if len(said["choices"]) >= 2 else ("off", "on")
        return {**said, "choices": choices, "default": choices[0]}
    if said["kind"] == "continuous":
        return {**said, "default": said["min"]}
    return {**said, "default": ""}
