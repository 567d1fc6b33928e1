"""Which signal of the window goes to which method of the controller, and back: nothing else is decided here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.app.actions.action import Action
from studio.app.commands import Commands
from studio.app.compare_wiring import CompareWiring
from studio.app.controller.controller import Controller
from studio.app.controller.devices import REOPENS
from studio.app.controller.dropping import Dropping
from studio.app.diagnosing import Diagnosing
from studio.app.leaving import Leaving
from studio.app.midi_wiring import MidiWiring
from studio.app.recording_wiring import RecordingWiring
from studio.app.sound_wiring import SoundWiring
from studio.app.state import ExportState, Labels, Situation, Sound, Trouble
from studio.app.window import Window
from studio.document.opened import ModelSource, OpenedModel
from studio.document.project import Project
from studio.errors import StudioError


class Wiring:
    """Keeps window and controller in step.

    Attributes:
        commands: what the actions do.
        controller: what it couples the window to.
    """

    def __init__(self, window: Window, controller: Controller) -> None:
        self._window, self.controller = window, controller
        self._said: tuple[object, ...] = ()
        self.dropping = Dropping(controller)
        self.commands = Commands(window, controller, self.dropping)
        self._leaving = Leaving(window, controller, self.commands)
        window.may_close = self._leaving.may_close
        self._from_header()
        self._from_sound()
        self._from_side()
        self._from_window()
        self._from_controller()
        self._sounds = SoundWiring(window, controller, self.commands)
        self.comparing = CompareWiring(window, controller, self.commands)
        self._recording = RecordingWiring(window, controller, self.commands)
        self._midi = MidiWiring(window, controller)
        self._diagnosing = Diagnosing(window, controller, self.commands)
        controller.editing.changed.emit(controller.project)
        window.show_device(controller.playing.device)  # it may have been there first

    def _show_export(self, state: ExportState) -> None:
        """What became of each host's package; the folder of those that were all written is opened."""
        if not state.running:
            self._show_project(self.controller.project)
        self._window.model.export.show_state(state)
        if state.written and not state.failed:
            self.commands.show_in_desktop(state.folder)

    def close(self) -> None:
        """End the engine and all work."""
        self.controller.close()

    def _from_header(self) -> None:
        header, do = self._window.model.header, self.commands
        header.opened.connect(do.open)
        header.example.connect(do.example)
        header.reloaded.connect(do.reload)
        header.corrected.connect(do.correct)
        header.cancelled.connect(do.cancel)
        header.rate_told.connect(self._tell_rate)

    def _from_sound(self) -> None:
        audio, control = self._window.model.audio, self.controller
        playing, transport = control.playing, audio.transport
        audio.opening.connect(self.commands.open_sound)
        audio.saving.connect(self.commands.save_sound)
        audio.saving_labels.connect(self.commands.save_labels)
        audio.sound_chosen.connect(control.choose_sound)
        audio.sought.connect(playing.seek)
        audio.selected.connect(playing.select)
        transport.toggled.connect(playing.toggle)
        transport.stopped.connect(playing.stop)
        transport.looped.connect(playing.set_loop)
        transport.bypassed.connect(playing.set_bypass)
        transport.gain_moved.connect(playing.set_gain)

    def _from_side(self) -> None:
        page, editing, do = self._window.model, self.controller.editing, self.commands
        page.card.edited.connect(editing.set_card)
        page.card.left.connect(editing.close_merge)
        page.editor.edited.connect(editing.set_parameter)
        page.editor.added.connect(editing.add_parameter)
        page.editor.removed.connect(editing.remove_parameter)
        page.editor.moved.connect(editing.move_parameter)
        editing.refused.connect(lambda _field, said: page.editor.show_trouble(said))
        page.export.ticked.connect(editing.tick_host)
        page.export.problem_chosen.connect(page.go_to)
        page.export.folder_typed.connect(self.controller.packages.set_folder)
        page.export.folder_asked.connect(do.choose_folder)
        page.export.started.connect(do.export)
        page.export.cancelled.connect(self.controller.exporting.cancel)
        page.export.publishing.connect(do.publish)
        page.export.shown.connect(do.show_in_desktop)

    def _from_window(self) -> None:
        window, control = self._window, self.controller
        window.menus.connect(self._act)
        window.menus.recent.aboutToShow.connect(self._show_recent)
        window.dropped.connect(self.commands.open_paths)
        window.setting_changed.connect(self._change_setting)
        window.rescan.connect(control.playing.rescan)
        window.job_cancelled.connect(control.tasks.cancel)
        window.checked.connect(control.models.check)
        window.checks_cancelled.connect(control.checking.cancel)
        window.mended.connect(control.models.mend)
        window.status.device_asked.connect(self.commands.devices.choose)

    def _from_controller(self) -> None:
        window, control = self._window, self.controller
        control.project_changed.connect(self._show_project)
        control.projects.file_changed.connect(lambda _path: self._show_file())
        control.projects.save_asked.connect(self.commands.save)
        control.opened_changed.connect(self._show_opened)
        control.sound_changed.connect(self._show_sound)
        control.situation_changed.connect(self._show_situation)
        control.troubled.connect(self._show_trouble)
        control.cleared.connect(window.strip.hide)
        control.told.connect(window.status.show_message)
        control.tasks.changed.connect(window.show_jobs)
        control.opening.state.connect(window.model.header.show_state)
        control.watching.changed.connect(window.model.header.show_changed)
        control.listening.wet_changed.connect(window.model.audio.show_wet)
        control.playing.device_changed.connect(window.show_device)
        control.playing.ticked.connect(self._tick)
        control.exporting.state.connect(self._show_export)
        control.checking.state.connect(window.show_checks)
        control.packages.checks_asked.connect(self.commands.show_checks)
        control.labelling.changed.connect(self._show_labels)
        control.labelling.saved.connect(lambda path: window.status.show_message(f"Saved {path}."))
        control.exporting.saved.connect(lambda path, _made: window.status.show_message(f"Saved {path}."))

    def _act(self, action: Action) -> None:
        action.run(self.commands)

    def _tell_rate(self, rate: int) -> None:
        opened = self.controller.opening.now
        if opened is not None:
            source: ModelSource = opened.source.model_copy(update={"model_rate": rate})
            self.controller.models.correct(source)

    def _change_setting(self, key: str, value: Any) -> None:
        settings = self.controller.services.settings
        if settings[key] == value:
            return
        settings[key] = value
        settings.save()
        if key in REOPENS:
            self.controller.playing.devices.reopen()

    def _show_recent(self) -> None:
        menu, settings = self._window.menus.recent, self.controller.services.settings
        menu.clear()
        for key in ("files.recent_projects", "files.recent_models", "files.recent_audio"):
            for entry in settings[key][:6]:
                path = Path(entry)
                action = menu.addAction(path.name)
                action.setToolTip(entry)
                action.setEnabled(path.exists())
                action.triggered.connect(lambda _checked=False, path=path: self.commands.open_paths([path]))
            menu.addSeparator()

    def _show_project(self, project: Project) -> None:
        """Show the document; while a knob is turned only what turns with it."""
        self._show_file()
        results = dict(self.controller.exporting.results_of(project))
        said = (project.card, project.call, project.hosts, self.commands.export_folder(), results)
        if said != self._said:
            self._said = said
            self._show_card(project)

    def _show_card(self, project: Project) -> None:
        page, rows = self._window.model, self.controller.exporting.rows(project)
        page.card.show_card(project.card)
        page.card.show_hosts(rows)
        page.editor.show_knobs(project.card.parameters, project.call)
        found = [p.sentence for row in rows if row.ticked for p in row.problems if p.field == "parameters"]
        page.editor.show_trouble(" ".join(found))
        page.export.show_hosts(rows)
        page.export.show_folder(self.commands.export_folder())

    def _show_file(self) -> None:
        self._window.show_file(self.controller.projects.file, self.controller.editing.history.is_saved)

    def _show_opened(self, opened: OpenedModel | None) -> None:
        self._window.model.header.show_model(opened)
        self._window.model.knobs.show_model()

    def _show_sound(self, sound: Sound | None) -> None:
        self._window.model.audio.show_sound(sound)

    def _show_labels(self, labels: Labels) -> None:
        self._window.model.audio.show_labels(labels)

    def _show_situation(self, now: Situation) -> None:
        page, playing = self._window.model, self.controller.playing
        self._window.show_situation(now)
        page.audio.transport.show_enabled((now.audio or now.live) and now.device)
        page.audio.transport.show_playing(now.playing)
        page.audio.transport.show_switches(now.loop, now.bypass)
        page.header.correct.setEnabled(now.correctable)
        page.audio.show_saving(now.model and now.audio and not now.labeller, now.labeller and now.labels)
        page.audio.show_loop(*playing.selection)
        page.export.show_enabled(now.model)

    def _show_trouble(self, trouble: Trouble) -> None:
        error = trouble.error
        details = getattr(error, "output", "")
        if isinstance(error, StudioError):
            self._window.strip.show_problem(error.sentence, error.hint, details, trouble.ways)
        else:
            said = f"Something went wrong inside the app: {error}"
            self._window.strip.show_problem(
                said, "Please report it; your work is still here.", repr(error), trouble.ways
            )

    def _tick(self, status: Any) -> None:
        page = self._window.model
        page.audio.show_levels(status.peaks)
        local = self.controller.playing.local
        page.audio.show_position(local(status.position))
        page.audio.show_ready(local(status.position + status.ready) if status.ready else 0)
        page.audio.transport.show_gain(self.controller.playing.gain_db)
