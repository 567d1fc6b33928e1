"""Couples the parts: what changed in the document is made true in the engine and on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.app.controller.automating import Automating
from studio.app.controller.checking import Checking
from studio.app.controller.comparing import Comparing
from studio.app.controller.drawn import Setting
from studio.app.controller.editing import Editing
from studio.app.controller.exporting import Exporting
from studio.app.controller.figuring import Figuring
from studio.app.controller.in_a_row import InARow
from studio.app.controller.journalling import Journalling
from studio.app.controller.labelling import Labelling
from studio.app.controller.listening import Listening
from studio.app.controller.matching import Matching
from studio.app.controller.midi import Midi
from studio.app.controller.mixing import Mixing
from studio.app.controller.opening import Opening, Questions, bare, capture_of
from studio.app.controller.packages import Packages
from studio.app.controller.playing import Playing
from studio.app.controller.projects import Projects
from studio.app.controller.publishing import Publishing
from studio.app.controller.recording import Recording
from studio.app.controller.recovery import Recovery
from studio.app.controller.scrubbing import Scrubbing
from studio.app.controller.second import Second
from studio.app.controller.services import Services
from studio.app.controller.situation import situation
from studio.app.controller.sound_list import SoundList
from studio.app.controller.watching import Watching
from studio.app.sounds import is_test_sound, sound_name
from studio.app.state import Device, Sound
from studio.app.tasks import Tasks
from studio.document.card import ModelCard
from studio.document.check import Mend
from studio.document.opened import ModelSource, OpenedModel
from studio.document.parameter import Parameter
from studio.document.project import Project
from studio.errors import CompileError, FileError, StudioError
from studio.flows.demo import demo_model, demo_sound

RECAPTURE_MS = 700
Way = tuple[str, Callable[[], None]]


@dataclass(frozen=True)
class Trouble:
    """Something that failed: the error, what it is about, ways out."""

    error: Exception
    ways: tuple[Way, ...] = ()


class Controller(QObject):
    """What the user can do, as plain methods; the parts signal what came of it.

    Signals:
        project_changed: the document is another.
        opened_changed: the model that is heard, an OpenedModel, or None.
        sound_changed: the sound it is heard on, a Sound, or None.
        situation_changed: what decides which actions can be used.
        troubled: something failed.
        cleared: whatever was wrong no longer matters.
        told: a line for the status bar.
    """

    project_changed = Signal(object)
    opened_changed = Signal(object)
    sound_changed = Signal(object)
    situation_changed = Signal(object)
    troubled = Signal(object)
    cleared = Signal()
    told = Signal(str)

    def __init__(self, services: Services, questions: Questions) -> None:
        super().__init__()
        self.services = services
        self.tasks = Tasks()
        self.editing = Editing()
        self.opening = Opening(services, self.tasks, questions)
        self.listening = Listening(services, self.tasks)
        self.playing = Playing(services)
        self.exporting = Exporting(services, self.tasks)
        self.checking = Checking(services, self.tasks)
        self.labelling = Labelling(self.tasks)
        self.publishing = Publishing(services, self.tasks)
        self.packages = Packages(self)
        self.projects = Projects(self, questions)
        self.journalling, self.recovery = Journalling(self), Recovery(self, questions)
        self.automating = Automating(self)
        self.comparing = Comparing(self)
        self.mixing = Mixing(self)
        self.second = Second(self, questions)
        self.matching = Matching(self)
        self.watching = Watching()
        self.recording, self.midi = Recording(self), Midi(self)
        self.scrubbing = Scrubbing(self.playing)
        self.figuring = Figuring(self.playing)
        self.in_a_row = InARow(self)
        self.sounds = SoundList(self)
        self._questions = questions
        self._fresh: set[str] = set()
        self._recapture = QTimer(self, interval=RECAPTURE_MS, singleShot=True)
        self._recapture.timeout.connect(self._capture_again)
        self._couple()

    def _couple(self) -> None:
        self.editing.changed.connect(self._reconcile)
        self.editing.refused.connect(lambda field, said: self.told.emit(f"{field}: {said}"))
        self.opening.failed.connect(self._model_failed)
        self.listening.failed.connect(self.sound_lost)
        self.playing.failed.connect(self.trouble)
        self.playing.switched.connect(self.resituate)
        self.playing.device_changed.connect(self._device_changed)
        self.playing.rate_needed.connect(self._decode_again)
        self.checking.failed.connect(self.trouble)
        self.checking.state.connect(lambda state: self.resituate())
        self.opened_changed.connect(self.checking.follow)
        self.opened_changed.connect(self.figuring.model_changed)
        self.listening.labels_changed.connect(self.labelling.show_found)
        self.sound_changed.connect(self.labelling.follow_sound)
        self.labelling.failed.connect(self.trouble)
        self.labelling.changed.connect(lambda labels: self.resituate())
        self.exporting.state.connect(lambda state: self.resituate())

    @property
    def project(self) -> Project:
        return self.editing.project

    def close(self) -> None:
        self.listening.close()
        self._recapture.stop()
        self.midi.close()
        self.recording.close()
        self.tasks.close()
        if self.services.ready is not None:
            self.services.ready.close()
        self.journalling.close()
        self.projects.close()
        self.recovery.close()
        self.playing.close()

    def trouble(self, error: Exception, *ways: Way) -> None:
        self.troubled.emit(Trouble(error, ways))

    def begin(self) -> None:
        """What is opened next is where the user begins: nothing to undo, nothing to save."""
        if not self.editing.history.undo_text:
            self._fresh = {"model", "sound"}

    def open_example(self, play: bool = False) -> None:
        """The clipper and the recording that came with the app."""
        self.begin()
        if play:
            self.playing.play_when_ready()
        self.open_model(ModelSource(path=str(demo_model())))
        QTimer.singleShot(0, self, lambda: self.open_sounds([demo_sound()]))  # a look at mouse and keys between

    def _edit(self, what: str, said: str, **fields: Any) -> None:
        """A step of the history, but for what is opened as the window begins."""
        is_first = what in self._fresh and not self.editing.history.undo_text  # else somebody was faster
        self._fresh.discard(what)
        if is_first:
            self.editing.start(self.project.model_copy(update=fields))
        else:
            self.editing.change(said, **fields)

    # models

    def open_model(
        self,
        source: ModelSource,
        knobs: dict[str, float] | None = None,
        said: str = "",
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Replace the model, its card and its knobs as one step, named `said`, once the new one is heard."""
        self.cleared.emit()
        positions = knobs or {}

        def ready(opened: OpenedModel) -> None:
            self.replace_model(opened, positions, said=said)
            then()

        self.opening.open(source, lambda opened: self.stage(opened, positions, lambda: ready(opened)))

    def reload(self) -> None:
        """Open the same file again as it is now; what was said about it stays, for the knobs it still has."""
        project = self.project
        if project.model is None:
            return
        source = project.model.model_copy(update={"card": project.card.model_copy(update={"parameters": ()})})
        told = {(each.name, each.drives): each for each in project.card.parameters}

        def ready(opened: OpenedModel) -> None:
            parameters = tuple(told.get((each.name, each.drives), each) for each in opened.card.parameters)
            self.replace_model(opened, dict(project.knobs), parameters)

        self.cleared.emit()
        self.opening.open(source, lambda opened: self.stage(opened, project.knobs, lambda: ready(opened)))

    def correct(self, source: ModelSource) -> None:
        """Open the model again with what the user knows better; the card stays."""
        card = self.project.card
        card = card.model_copy(update={"sample_rate": source.model_rate or card.sample_rate})
        self.open_model(source.model_copy(update={"card": card}), dict(self.project.knobs), "Correct the call")

    def mend(self, mend: Mend) -> None:
        """Change the call and the card as a check says, and ask again whether that helped."""
        model = self.project.model
        if model is None:
            return
        call = {name: _joined(model.call.get(name), value) for name, value in mend.call.items()}
        card = ModelCard.model_validate({**self.project.card.model_dump(), **mend.card})
        source = model.model_copy(update={"call": {**model.call, **call}, "card": card})
        self.open_model(source, dict(self.project.knobs), mend.label.partition(":")[0], self.check)

    def check(self) -> None:
        """Ask the model that is heard all checks."""
        if self.opening.now is not None:
            self.checking.start(self.opening.now)

    def stage(self, opened: OpenedModel, knobs: dict[str, float], ready: Callable[[], None]) -> None:
        def refused(error: StudioError) -> None:
            self.opening.give_up()
            self._model_failed(error, opened.source)

        self.playing.stage(opened, knobs, self.opening.is_familiar(opened), ready, refused)

    def replace_model(
        self,
        opened: OpenedModel,
        knobs: dict[str, float],
        parameters: tuple[Parameter, ...] | None = None,
        said: str = "",
    ) -> None:
        fields = {"model": bare(opened.source), "digest": opened.digest, "call": opened.call, "knobs": knobs}
        captured_for = self.project.model_copy(update={**fields, "card": opened.card})
        card = opened.card if parameters is None else opened.card.model_copy(update={"parameters": parameters})
        if not card.authors and self.services.settings["export.authors"]:
            card = card.model_copy(update={"authors": self.services.settings["export.authors"]})
        self.keep_model(opened, captured_for)
        self.remember("files.recent_models", opened.source.path)
        self._edit("model", said or f"Open {Path(opened.source.path).name}", **fields, card=card)
        self._reconcile(self.project)  # a reloaded model may leave the document as it was
        if not self.project.audio and not self.tasks.is_running("sound"):
            self.open_sounds([demo_sound()])

    def keep_model(self, opened: OpenedModel, captured_for: Project) -> None:
        self.opening.keep(opened, capture_of(captured_for))
        self.watching.watch(opened.source)
        self.opened_changed.emit(opened)

    def _model_failed(self, error: Exception, source: ModelSource) -> None:
        ways: list[Way] = [("Try again", lambda: self.open_model(source))]
        if isinstance(error, CompileError) and "trace" in error.fields:
            traced = source.model_copy(update={"trace": True})
            ways.insert(0, ("Trace it all the same", lambda: self.open_model(traced)))
        if self.project.model is not None and not self.opening.is_current(self.project):  # captured anew after an edit
            ways = [("Undo the edit", self.editing.undo)]
        self.trouble(error, *ways)

    def _capture_again(self) -> None:
        """The knobs or the call are others than those captured: capture anew, with no new step in the history."""
        project = self.project
        if project.model is None or self.opening.is_current(project):
            return

        def captured(opened: OpenedModel) -> None:
            self.keep_model(opened, project)
            self._reconcile(self.project)

        known = self.opening.known(project)
        if known is not None:
            self.stage(known, project.knobs, lambda: captured(known))
            return
        rate = None if project.card.sample_rate else project.model.model_rate  # what the form says now counts
        source = project.model.model_copy(update={"card": project.card, "model_rate": rate})
        self.opening.open(source, lambda opened: self.stage(opened, project.knobs, lambda: captured(opened)))

    # sounds

    def open_sounds(self, paths: list[Path]) -> None:
        """Replace the list of sounds; the first is heard as soon as it is decoded."""
        self.cleared.emit()

        def ready(sound: Sound) -> None:
            self.keep_sound(sound)
            for path in reversed(paths):
                self.remember("files.recent_audio", str(path))
            said = f"Open {paths[0].name}" if len(paths) == 1 else f"Open {len(paths)} sounds"
            self._edit("sound", said, audio=tuple(str(path) for path in paths), audio_index=0)
            self._reconcile(self.project)  # the same sounds again leave the document as it was

        self.open_sound(paths[0], ready)

    def open_sound(
        self, path: Path, ready: Callable[[Sound], None], refused: Callable[[Exception], None] | None = None
    ) -> None:
        """Decode a sound at the rate of the device; nothing has changed when `ready` gets it."""
        self.listening.open(path, self.playing.device.sample_rate or None, ready, refused)

    def choose_sound(self, index: int) -> None:
        if self.in_a_row.choose(index):
            return
        path = Path(self.project.audio[index])

        def ready(sound: Sound) -> None:
            self.keep_sound(sound)
            self.editing.change(f"Hear {sound_name(path)}", "sound", audio_index=index)
            self._reconcile(self.project)

        self.open_sound(path, ready)

    def keep_sound(self, sound: Sound | None) -> None:
        self.in_a_row.forget()
        self.listening.keep(sound)
        self.playing.load(sound)
        self.sound_changed.emit(sound)
        if sound is not None and sound.raw.note:
            self.told.emit(sound.raw.note)

    def show_heard(self, sound: Sound) -> None:
        """The play head has come into this sound of those that are played in a row."""
        self.listening.keep(sound)
        self.sound_changed.emit(sound)
        self._reconcile(self.project)

    def _decode_again(self, rate: int) -> None:
        """The device runs at another rate than the sound was decoded at."""
        if self.listening.now is not None:
            self.listening.open(self.listening.now.path, rate, self._heard_again)

    def _heard_again(self, sound: Sound) -> None:
        self.keep_sound(sound)
        self._reconcile(self.project)

    def _device_changed(self, device: Device) -> None:
        self.resituate()
        now = self.listening.now
        if device.sample_rate and now is not None and now.raw.sample_rate != device.sample_rate:
            self._decode_again(device.sample_rate)

    def save_sound(self, target: Path) -> None:
        """Write what is heard, all of it, at the sound's own rate."""
        opened, sound = self.opening.now, self.listening.now
        if opened is not None and sound is not None:
            self.exporting.save_sound(
                opened, sound, self.project, target, self.services.settings["audio.block"], self.automating.played()
            )

    # labels

    def open_labels(self, path: Path, about: Path | None = None) -> None:
        """Show a label file over `about`, the sound that is dropped with it, or over the present one."""
        now = about or (self.listening.now.path if self.listening.now else None)
        if now is None:
            self.trouble(FileError(f"{path.name} holds labels, and there is no sound.", "Open the sound first."))
        else:
            self.labelling.open(path, now)

    def save_labels(self, target: Path) -> None:
        if self.listening.now is not None:
            self.labelling.save(target, self.listening.now.seconds)

    # what is lost, and what is remembered

    def sound_lost(self, error: Exception, sound: Path) -> None:
        def moved(found: Path | None) -> None:
            if found is not None:
                paths = tuple(str(found) if each == str(sound) else each for each in self.project.audio)
                self.editing.change(f"Locate {sound.name}", audio=paths)

        gone = not is_test_sound(sound) and not sound.exists()
        ways = [("Locate…", lambda: self._questions.locate(sound, moved))] if gone else []
        self.trouble(error, *ways)

    def remember(self, key: str, entry: str) -> None:
        if is_test_sound(entry) or Path(entry).is_relative_to(self.services.resources):
            return
        self.services.settings.remember(key, entry)
        try:
            self.services.settings.save()
        except StudioError as error:
            self.told.emit(str(error))

    # what is and what should be

    def _reconcile(self, project: Project) -> None:
        """After every edit, undo and redo: start what is missing, tell the engine the rest."""
        self.project_changed.emit(project)
        self.resituate()
        if project.model is not None and not self.opening.is_current(project):
            known = self.opening.known(project)
            self._recapture.start(0 if known else RECAPTURE_MS)
        else:
            self._recapture.stop()
        self._follow_sound(project)
        knobs = {each.name: project.knob(each.name) for each in project.card.parameters if each.is_numeric}
        self.playing.turn(knobs)
        self.redraw()

    def redraw(self) -> None:
        """Show how the model makes the sound look, where that is no longer what is shown."""
        project = self.project
        knobs = tuple((each.name, project.knob(each.name)) for each in project.card.parameters if each.is_numeric)
        opened = self.opening.now if project.model is not None else None
        lanes = self.automating.played()
        setting = Setting(knobs, project.mixer, tuple(lanes.items()))
        self.listening.follow(opened, setting, self.services.settings["audio.block"])

    def _follow_sound(self, project: Project) -> None:
        if self.in_a_row.follow(project):
            return
        wanted = Path(project.audio[project.audio_index]) if project.audio else None
        now = self.listening.now.path if self.listening.now else None
        if wanted == now or wanted in self.listening.lost:
            return
        if wanted is None:
            self.keep_sound(None)
        else:
            self.open_sound(wanted, self._heard_again)

    def resituate(self) -> None:
        """What decides which actions can be used may be otherwise now."""
        self.situation_changed.emit(situation(self))


def _joined(before: Any, new: Any) -> Any:
    """The new value; of an object only the parts that are named."""
    return {**before, **new} if isinstance(before, dict) and isinstance(new, dict) else new
