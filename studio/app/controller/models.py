"""Which model is heard: opened, read again, corrected, mended, and captured anew after an edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from studio.app.controller.opening import bare, capture_of
from studio.app.state import Way
from studio.document.card import ModelCard
from studio.document.check import Mend
from studio.document.opened import ModelSource, OpenedModel
from studio.document.parameter import Parameter
from studio.document.project import Project
from studio.errors import CompileError, StudioError
from studio.flows.demo import demo_sound

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller

RECAPTURE_MS = 700


class Models(QObject):
    """Puts models into the document once they are ready to be heard."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._control = controller
        self._recapture = QTimer(self, interval=RECAPTURE_MS, singleShot=True)
        self._recapture.timeout.connect(self._capture_again)
        controller.opening.failed.connect(self._failed)

    def close(self) -> None:
        self._recapture.stop()

    def open(
        self,
        source: ModelSource,
        knobs: dict[str, float] | None = None,
        said: str = "",
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Replace the model, its card and its knobs as one step, named `said`, once the new one is heard."""
        self._control.cleared.emit()
        positions = knobs or {}

        def ready(opened: OpenedModel) -> None:
            self.replace(opened, positions, said=said)
            then()

        self._control.opening.open(source, lambda opened: self.stage(opened, positions, lambda: ready(opened)))

    def reload(self) -> None:
        """Open the same file again as it is now; what was said about it stays, for the knobs it still has."""
        project = self._control.project
        if project.model is None:
            return
        source = project.model.model_copy(update={"card": project.card.model_copy(update={"parameters": ()})})
        told = {(each.name, each.drives): each for each in project.card.parameters}

        def ready(opened: OpenedModel) -> None:
            parameters = tuple(told.get((each.name, each.drives), each) for each in opened.card.parameters)
            self.replace(opened, dict(project.knobs), parameters)

        self._control.cleared.emit()
        self._control.opening.open(source, lambda opened: self.stage(opened, project.knobs, lambda: ready(opened)))

    def correct(self, source: ModelSource) -> None:
        """Open the model again with what the user knows better; the card stays."""
        card = self._control.project.card
        card = card.model_copy(update={"sample_rate": source.model_rate or card.sample_rate})
        self.open(source.model_copy(update={"card": card}), dict(self._control.project.knobs), "Correct the call")

    def mend(self, mend: Mend) -> None:
        """Change the call and the card as a check says, and ask again whether that helped."""
        model = self._control.project.model
        if model is None:
            return
        call = {name: _joined(model.call.get(name), value) for name, value in mend.call.items()}
        card = ModelCard.model_validate({**self._control.project.card.model_dump(), **mend.card})
        source = model.model_copy(update={"call": {**model.call, **call}, "card": card})
        self.open(source, dict(self._control.project.knobs), mend.label.partition(":")[0], self.check)

    def check(self) -> None:
        """Ask the model that is heard all checks."""
        if self._control.opening.now is not None:
            self._control.checking.start(self._control.opening.now)

    def stage(self, opened: OpenedModel, knobs: dict[str, float], ready: Callable[[], None]) -> None:
        def refused(error: StudioError) -> None:
            self._control.opening.give_up()
            self._failed(error, opened.source)

        self._control.playing.stage(opened, knobs, self._control.opening.is_familiar(opened), ready, refused)

    def replace(
        self,
        opened: OpenedModel,
        knobs: dict[str, float],
        parameters: tuple[Parameter, ...] | None = None,
        said: str = "",
        **also: Any,
    ) -> None:
        """Put a model that is heard into the document; `also`: other fields of the same step."""
        fields = {"model": bare(opened.source), "digest": opened.digest, "call": opened.call, "knobs": knobs}
        captured_for = self._control.project.model_copy(update={**fields, "card": opened.card})
        card = opened.card if parameters is None else opened.card.model_copy(update={"parameters": parameters})
        if not card.authors and self._control.services.settings["export.authors"]:
            card = card.model_copy(update={"authors": self._control.services.settings["export.authors"]})
        self.keep(opened, captured_for)
        self._control.remember("files.recent_models", opened.source.path)
        self._control.enter("model", said or f"Open {Path(opened.source.path).name}", **fields, card=card, **also)
        self._control.reconcile(self._control.project)  # a reloaded model may leave the document as it was
        if not self._control.project.audio and not self._control.tasks.is_running("sound"):
            self._control.open_sounds([demo_sound()])

    def keep(self, opened: OpenedModel, captured_for: Project) -> None:
        self._control.opening.keep(opened, capture_of(captured_for))
        self._control.watching.watch(opened.source)
        self._control.opened_changed.emit(opened)

    def follow(self, project: Project) -> None:
        """After an edit: capture the model again where what is heard is another."""
        opening = self._control.opening
        if project.model is not None and not opening.is_current(project):
            self._recapture.start(0 if opening.known(project) else RECAPTURE_MS)
        else:
            self._recapture.stop()

    def _failed(self, error: Exception, source: ModelSource) -> None:
        ways: list[Way] = [("Try again", lambda: self.open(source))]
        if isinstance(error, CompileError) and "trace" in error.fields:
            traced = source.model_copy(update={"trace": True})
            ways.insert(0, ("Trace it all the same", lambda: self.open(traced)))
        project = self._control.project
        if project.model is not None and not self._control.opening.is_current(project):  # captured anew after an edit
            ways = [("Undo the edit", self._control.editing.undo)]
        self._control.trouble(error, *ways)

    def _capture_again(self) -> None:
        """The knobs or the call are others than those captured: capture anew, with no new step in the history."""
        project = self._control.project
        if project.model is None or self._control.opening.is_current(project):
            return

        def captured(opened: OpenedModel) -> None:
            self.keep(opened, project)
            self._control.reconcile(self._control.project)

        known = self._control.opening.known(project)
        if known is not None:
            self.stage(known, project.knobs, lambda: captured(known))
            return
        rate = None if project.card.sample_rate else project.model.model_rate  # what the form says now counts
        source = project.model.model_copy(update={"card": project.card, "model_rate": rate})
        self._control.opening.open(source, lambda opened: self.stage(opened, project.knobs, lambda: captured(opened)))


def _joined(before: Any, new: Any) -> Any:
    """The new value; of an object only the parts that are named."""
    return {**before, **new} if isinstance(before, dict) and isinstance(new, dict) else new
