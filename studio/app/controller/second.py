"""A second model, resident in the engine beside the project's, to be compared by ear."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.app.controller.opening import Opening, Questions
from studio.app.state import ModelState, Pair
from studio.document.opened import ModelSource, OpenedModel
from studio.errors import ModelError
from studio.link.shared import KNOBS

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.app.controller.controller import Controller
    from studio.document.parameter import Parameter
    from studio.document.project import Project

A, B = 0, 1  # slots of the engine


class Second(QObject):
    """Model B, which the project names; card, knobs and export are those of model A.

    Signals:
        changed: which models there are and which is heard, a Pair.

    Attributes:
        now: model B, None while there is none.
        heard: the slot that is heard.
    """

    changed = Signal(object)

    def __init__(self, controller: Controller, questions: Questions) -> None:
        super().__init__()
        self._control, self._playing = controller, controller.playing
        self._opening = Opening(controller.services, controller.tasks, questions, "second")
        self._opening.state.connect(self._opens)
        self._busy = ""
        self._first: OpenedModel | None = None
        self._own: dict[str, float] = {}  # where knobs of B stood when it was A
        self._wanted: ModelSource | None = None  # what the project names, or will in a moment
        self.now: OpenedModel | None = None
        self.heard = A
        controller.project_changed.connect(self._follow)
        controller.opened_changed.connect(self._follow_first)
        controller.automating.turned.connect(self._turn_one)
        controller.playing.model_refused.connect(self._lost)

    def open(self, source: ModelSource) -> None:
        """Open a model as B; A is heard until it is there."""
        self._control.cleared.emit()
        self._begin(source, self._enter)

    def open_file(self, path: Path) -> None:
        """The same for a file that was chosen."""
        self.open(ModelSource(path=str(path)))

    def cancel(self) -> None:
        self._control.tasks.drop("second")
        self._opening.give_up()

    def close(self) -> None:
        """A alone again."""
        self._leave()
        self._wanted = None
        self._control.editing.change("Close B", second=None)

    def _leave(self) -> None:
        if self.now is not None:
            self.hear(A)
            self.now = None
            self._control.automating.follow_second([])
            if self._playing.player is not None:
                self._playing.player.unload_model(B)
            self._tell()

    def hear(self, slot: int) -> None:
        if self._playing.player is None or (slot == B and self.now is None) or slot == self.heard:
            return
        self.heard = slot
        self._playing.hear(slot, self.now if slot == B else None, self._is_familiar())
        self._tell()

    def switch(self) -> None:
        """Hear the other one."""
        self.hear(A if self.heard == B else B)

    def swap(self) -> None:
        """Make B the model of the project, which is heard then, and A the one it is compared with."""
        first, second, knobs = self._control.opening.now, self.now, self.positions()
        if first is None or second is None:
            return

        card = self._control.project.card
        own = {each.name: self._control.project.knob(each.name) for each in card.parameters}

        def swapped() -> None:
            self._own = own
            self.hear(A)
            self._wanted = first.source.model_copy(update={"card": card})
            self._control.models.replace(second, knobs, said="Swap A and B", second=self._wanted)
            self._load(first, lambda: self._settle(first, A))

        self._control.models.stage(second, knobs, swapped)

    def pair(self) -> Pair:
        """What the header shows."""
        first = self._control.opening.now
        return Pair(first.name if first else "", self.now.name if self.now else "", self.heard, self._busy)

    def _opens(self, state: ModelState, step: str) -> None:
        self._busy = step if state == ModelState.LOADING else ""
        self._tell()

    def _follow(self, project: Project) -> None:
        """What the project names is there, beside A; an edit that was undone may name another."""
        self._turn()
        if project.second == self._wanted:
            return
        self._wanted = project.second
        self.cancel()
        if project.second is None:
            self._leave()
        else:
            self._begin(project.second, lambda opened: self._settle(opened, A))

    def _begin(self, source: ModelSource, ready: Callable[[OpenedModel], None]) -> None:
        self._own = {}
        self._opening.open(source, lambda opened: self._stage(opened, ready), lambda error, _: self._failed(error))

    def _failed(self, error: Exception) -> None:
        """One that the project names can be named no more."""
        self._opening.give_up()
        named = self._control.project.second is not None and self.now is None
        self._control.trouble(error, *([("Do without B", self.close)] if named else []))

    def _enter(self, opened: OpenedModel) -> None:
        """The user chose it: it is heard, and belongs to the project."""
        self._settle(opened, B)
        self._wanted = opened.source
        self._control.editing.change(f"Compare with {Path(opened.source.path).name}", second=opened.source)

    def _stage(self, opened: OpenedModel, ready: Callable[[OpenedModel], None]) -> None:
        name = Path(opened.source.path).name
        if not opened.is_played:
            said = f"{name} is rendered as a whole, not played."
            self._failed(ModelError(said, "Open it as the model of the project.", about=name))
            return
        self._load(opened, lambda: ready(opened))

    def _load(self, opened: OpenedModel, ready: Callable[[], None]) -> None:
        player = self._playing.player
        if player is None:
            self._failed(ModelError("The sound engine is not running.", "Start the program again."))
            return
        self._playing.expect(B, opened.captured, ready, self._failed)
        player.load_model(opened.captured, opened.captured, False, self._positions(opened), B)

    def _settle(self, opened: OpenedModel, heard: int) -> None:
        self.now = opened
        self._control.automating.follow_second(self._names(opened))
        self._opening.give_up()
        self.hear(heard)
        self._turn()
        self._tell()

    def _names(self, opened: OpenedModel) -> list[str]:
        return [each.name for each in opened.card.parameters if each.is_numeric]

    def _positions(self, opened: OpenedModel) -> list[float]:
        """Knobs that A has too stand where A's do, in shares of their own range; the others as the model wants them."""
        project = self._control.project
        shared = {each.name for each in project.card.parameters if each.is_numeric}
        numeric = [each for each in opened.card.parameters if each.is_numeric]

        def usual(parameter: Parameter) -> float:
            return self._own.get(parameter.name, parameter.default_position)

        return [project.knob(each.name) if each.name in shared else usual(each) for each in numeric]

    def positions(self) -> dict[str, float]:
        """Where B's knobs stand, by name."""
        return dict(zip(self._names(self.now), self._positions(self.now), strict=True)) if self.now else {}

    def _turn(self) -> None:
        if self.now is not None and self._playing.player is not None:
            for index, position in enumerate(self._positions(self.now)[:KNOBS]):
                self._playing.player.set_knob(index, position, B)

    def _turn_one(self, name: str, position: float) -> None:
        if self.now is not None and self._playing.player is not None and name in self._names(self.now):
            self._playing.player.set_knob(self._names(self.now).index(name), position, B)

    def _is_familiar(self) -> bool:
        return self.now is not None and self._opening.is_familiar(self.now)

    def _follow_first(self, opened: OpenedModel | None) -> None:
        """Who opens another model wants to hear it."""
        before, self._first = self._first, opened
        if opened is not None and before is not None and opened.digest != before.digest:
            self.hear(A)
        self._tell()

    def _lost(self, key: str) -> None:
        """The engine gave B up; A plays on."""
        if self.now is not None and key == self.now.captured:
            self.close()

    def _tell(self) -> None:
        self.changed.emit(self.pair())
        self._control.resituate()
