"""Couples the parts: what changed in the document is made true in the engine and on the screen."""

from __future__ import annotations

from collections.abc import Callable
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
from studio.app.controller.models import Models
from studio.app.controller.opening import Opening, Questions
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
from studio.app.state import Device, Sound, Trouble, Way
from studio.app.tasks import Tasks
from studio.document.opened import ModelSource
from studio.document.project import Project
from studio.errors import FileError
from studio.flows.demo import demo_model, demo_sound


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
        self.models = Models(self)
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
        self._couple()

    def _couple(self) -> None:
        self.editing.changed.connect(self.reconcile)
        self.editing.refused.connect(lambda field, said: self.told.emit(f"{field}: {said}"))
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
        self.models.close()
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
        self.models.open(ModelSource(path=str(demo_model())))
        QTimer.singleShot(0, self, lambda: self.open_sounds([demo_sound()]))  # a look at mouse and keys between

    def enter(self, what: str, said: str, **fields: Any) -> None:
        """A step of the history, but for what is opened as the window begins."""
        is_first = what in self._fresh and not self.editing.history.undo_text  # else somebody was faster
        self._fresh.discard(what)
        if is_first:
            self.editing.start(self.project.model_copy(update=fields))
        else:
            self.editing.change(said, **fields)

    # sounds

    def open_sounds(self, paths: list[Path]) -> None:
        """Replace the list of sounds; the first is heard as soon as it is decoded."""
        self.cleared.emit()

        def ready(sound: Sound) -> None:
            self.keep_sound(sound)
            for path in reversed(paths):
                self.remember("files.recent_audio", str(path))
            said = f"Open {paths[0].name}" if len(paths) == 1 else f"Open {len(paths)} sounds"
            self.enter("sound", said, audio=tuple(str(path) for path in paths), audio_index=0)
            self.reconcile(self.project)  # the same sounds again leave the document as it was

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
            self.reconcile(self.project)

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
        self.reconcile(self.project)

    def _decode_again(self, rate: int) -> None:
        """The device runs at another rate than the sound was decoded at."""
        if self.listening.now is not None:
            self.listening.open(self.listening.now.path, rate, self._heard_again)

    def _heard_again(self, sound: Sound) -> None:
        self.keep_sound(sound)
        self.reconcile(self.project)

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
        self.services.settings.save()

    # what is and what should be

    def reconcile(self, project: Project) -> None:
        """After every edit, undo and redo: start what is missing, tell the engine the rest."""
        self.project_changed.emit(project)
        self.resituate()
        self.models.follow(project)
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
