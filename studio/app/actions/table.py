"""Every action there is."""
# ruff: noqa: E501, rows of a table are read across

from __future__ import annotations

from functools import partial
from typing import Final

from studio.app.actions.action import Action
from studio.app.commands import Commands as Do
from studio.app.sounds import TEST_SOUNDS, TestSound, usual_name
from studio.app.state import Situation
from studio.app.widgets.snapshots import SLOTS

MENUS: Final = ("File", "Edit", "View", "Sounds", "Playback", "Compare", "Model", "Help")


def ready(now: Situation) -> bool:
    return now.ready


def model(now: Situation) -> bool:
    return now.model


def heard(now: Situation) -> bool:
    return now.model and now.audio and not now.labeller


def audible(now: Situation) -> bool:
    return (now.audio or now.live) and now.device


def several(now: Situation) -> bool:
    return now.several


def _add_tone(sound: TestSound, do: Do) -> None:
    do.sounds.add_tone(sound)


def _filled(slot: str, now: Situation) -> bool:
    return slot in now.slots


def _recall(slot: str, do: Do) -> None:
    do.compare.recall(slot)


def _store(slot: str, do: Do) -> None:
    do.compare.store(slot)


def _clear(slot: str, do: Do) -> None:
    do.compare.clear(slot)


ACTIONS: Final = (
    Action("file.open", "File", "Open…", Do.open, ("Ctrl+O",), ready, "Open a model, sounds or a project.", "open"),
    Action("file.paste", "File", "Open what was copied", Do.paste, ("Ctrl+Shift+V",), ready, "Open files copied in a file manager, or a copied path."),
    Action("file.example", "File", "Open the example", Do.example, (), ready, "Open the clipper and the recording that came with the app."),
    Action("file.save", "File", "Save", Do.save, ("Ctrl+S",), ready, "Save the project.", "save", after_rule=True),
    Action("file.save-as", "File", "Save as…", Do.save_as, ("Ctrl+Shift+S",), ready, "Save the project under another name."),
    Action("file.restore", "File", "Restore unsaved work…", Do.restore, (), ready, "Look for work that could not be saved before the app or the computer stopped."),
    Action("file.save-sound", "File", "Save sound…", Do.save_sound, ("Ctrl+Shift+E",), heard, "Write what is heard to a sound file.", "audio"),
    Action("file.save-labels", "File", "Save labels…", Do.save_labels, ("Ctrl+L",), lambda now: now.labels, "Write the labels over the sound as Audacity text, CSV, SRT or TextGrid.", "labels"),
    Action("file.export", "File", "Export", Do.export, ("Ctrl+E",), model, "Write and verify a package for every ticked host.", "export"),
    Action("file.save-card", "File", "Save card into package", Do.save_card, (), lambda now: now.package, "Write the card into the opened package, which stays as it is otherwise.", "card"),
    Action("file.publish", "File", "Publish package…", Do.publish, (), lambda now: now.publishable, "Send a package to Hugging Face, after a look at what would be sent.", "package"),
    Action("file.quit", "File", "Quit", Do.quit, ("Ctrl+Q",), help="Close the window.", after_rule=True),
    Action("edit.undo", "Edit", "Undo", Do.undo, ("Ctrl+Z",), lambda now: bool(now.undo), "Take back the last edit.", "undo"),
    Action("edit.redo", "Edit", "Redo", Do.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), lambda now: bool(now.redo), "Do it again.", "redo"),
    Action("edit.palette", "Edit", "Do anything…", Do.palette, ("Ctrl+K",), help="Find an action by a few letters.", glyph="search", after_rule=True),
    Action("edit.cancel", "Edit", "Cancel", Do.cancel, ("Esc",), help="Stop what is running, or close the message."),
    Action("view.model", "View", "Model", Do.show_model, ("Alt+1",), help="The model, its sound, its card.", glyph="model"),
    Action("view.checks", "View", "Checks", Do.show_checks, ("Alt+2",), help="What was measured on the model.", glyph="checks"),
    Action("view.jobs", "View", "Jobs", Do.show_jobs, ("Alt+3",), help="What is running and what ran.", glyph="jobs"),
    Action("view.settings", "View", "Settings", Do.show_settings, ("Ctrl+,", "Alt+4"), help="Sound output, appearance, export.", glyph="settings"),
    Action("view.zoom-in", "View", "Zoom in", Do.zoom_in, ("+", "="), lambda now: now.audio, "See less, larger.", "zoom-in", after_rule=True),
    Action("view.zoom-out", "View", "Zoom out", Do.zoom_out, ("-",), lambda now: now.audio, "See more, smaller.", "zoom-out"),
    Action("view.fit", "View", "See all of it", Do.zoom_fit, ("Ctrl+0",), lambda now: now.audio, "See the whole sound.", "zoom-fit"),
    Action("view.dark", "View", "Dark or light", Do.swap_theme, ("Ctrl+Shift+D",), ready, "Swap the dark and the light appearance.", after_rule=True),
    Action("sounds.add", "Sounds", "Add sounds…", lambda do: do.sounds.add(), (), ready, "Put sound files behind those of the list.", "open"),
    *(Action(f"sounds.{each.kind}", "Sounds", usual_name(each.kind), partial(_add_tone, each), (), ready, each.help, "tone", under="Add test sound") for each in TEST_SOUNDS),
    Action("sounds.tone", "Sounds", "Another frequency…", lambda do: do.sounds.another_tone(), (), ready, "A sine or square wave of any frequency.", under="Add test sound", after_rule=True),
    Action("sounds.next", "Sounds", "Next sound", lambda do: do.sounds.step(1), ("Ctrl+PgDown",), several, "Hear the next sound of the list.", "right", after_rule=True),
    Action("sounds.previous", "Sounds", "Previous sound", lambda do: do.sounds.step(-1), ("Ctrl+PgUp",), several, "Hear the sound before it in the list.", "left"),
    Action("sounds.in-a-row", "Sounds", "Play all in a row", lambda do: do.sounds.switch_row(), ("Shift+L",), several, "Go on with the next sound where one ends, without a gap.", "row", lambda now: now.in_a_row),
    Action("sounds.earlier", "Sounds", "Move earlier", lambda do: do.sounds.move(-1), ("Ctrl+Shift+PgUp",), several, "Put the sound that is heard one place up in the list.", "up", after_rule=True),
    Action("sounds.later", "Sounds", "Move later", lambda do: do.sounds.move(1), ("Ctrl+Shift+PgDown",), several, "Put the sound that is heard one place down in the list.", "down"),
    Action("sounds.remove", "Sounds", "Remove from the list", lambda do: do.sounds.remove(), (), lambda now: now.audio, "Leave out the sound that is heard; its file stays.", "remove"),
    Action("play.toggle", "Playback", "Play or pause", Do.play, ("Space",), audible, "Play from the playhead, or pause.", "play"),
    Action("play.stop", "Playback", "Stop", Do.stop, ("Home",), audible, "Pause and go back to the start.", "stop"),
    Action("play.loop", "Playback", "Loop", Do.loop, ("L",), lambda now: now.audio, "Repeat the selection, or all of it.", "loop", lambda now: now.loop),
    Action("play.bypass", "Playback", "Bypass", Do.bypass, ("B",), lambda now: now.audio, "Hear the dry sound, in time with the wet one.", "bypass", lambda now: now.bypass),
    Action("play.record", "Playback", "Record", Do.record, ("R",), lambda now: now.device or now.recording, "Record what is heard to a file, until it is chosen again.", "record", lambda now: now.recording),
    Action("play.back", "Playback", "Nudge back", lambda do: do.sounds.nudge(-1), (",",), lambda now: now.audio, "Move the playhead back by a fiftieth of what is seen.", after_rule=True),
    Action("play.on", "Playback", "Nudge on", lambda do: do.sounds.nudge(1), (".",), lambda now: now.audio, "Move the playhead on by a fiftieth of what is seen."),
    Action("play.load", "Playback", "Load and latency…", lambda do: do.sounds.show_load(), ("F8",), ready, "Load, drop-outs and latency, now and in the last minute.", "gauge"),
    Action("play.device", "Playback", "Sound devices…", lambda do: do.devices.choose(), (), ready, "Choose what plays and records, rate and block size; measure the latency.", "speaker", after_rule=True),
    Action("play.live", "Playback", "Live input", lambda do: do.devices.switch_live(), ("Ctrl+I",), lambda now: now.device, "Hear what is played into the input device, instead of a sound.", "microphone", lambda now: now.live),
    *(Action(f"snapshot.recall-{slot.lower()}", "Compare", f"Recall snapshot {slot}", partial(_recall, slot), (f"{number}",), partial(_filled, slot), "Turn the knobs to where they stood.") for number, slot in enumerate(SLOTS, start=1)),
    *(Action(f"snapshot.store-{slot.lower()}", "Compare", f"Store snapshot {slot}", partial(_store, slot), (f"Ctrl+{number}",), model, "Keep the knobs where they stand.", under="Store snapshot") for number, slot in enumerate(SLOTS, start=1)),
    *(Action(f"snapshot.clear-{slot.lower()}", "Compare", f"Clear snapshot {slot}", partial(_clear, slot), (), partial(_filled, slot), "Empty this slot.", under="Clear snapshot") for slot in SLOTS),
    Action("snapshot.match", "Compare", "Level match", lambda do: do.compare.match(), ("M",), heard, "Hear all snapshots, both models and bypass equally loud.", "match", lambda now: now.matched, after_rule=True),
    Action("second.open", "Compare", "Compare with another model…", lambda do: do.compare.open_second(), ("Ctrl+B",), lambda now: now.model and not now.labeller, "Open a second model beside this one, to be compared by ear.", "ab", after_rule=True),
    Action("second.hear", "Compare", "Hear the other model", lambda do: do.compare.hear_other(), ("X",), lambda now: now.second, "Go from model A to model B, or back.", "ab", lambda now: now.hears_second),
    Action("second.swap", "Compare", "Swap models A and B", lambda do: do.compare.swap(), (), lambda now: now.second, "Make B the model of the project, and A the one it is compared with."),
    Action("second.close", "Compare", "Close model B", lambda do: do.compare.close_second(), (), lambda now: now.second, "Do without the second model."),
    Action("moves.record", "Compare", "Record knob moves", lambda do: do.compare.arm(), ("K",), lambda now: now.model, "While the sound plays, keep every move of a knob.", "moves-record", lambda now: now.armed, after_rule=True),
    Action("moves.play", "Compare", "Play knob moves", lambda do: do.compare.replay(), ("Shift+K",), lambda now: now.lanes, "Let the knobs move as they were moved when it was recorded.", "moves", lambda now: now.replays and now.lanes),
    Action("moves.clear", "Compare", "Clear all knob moves", lambda do: do.compare.clear_moves(), (), lambda now: now.lanes, "Forget every recorded move."),
    Action("mixer.limiter", "Compare", "Limiter", lambda do: do.compare.limiter(), (), ready, "Keep true peaks under a ceiling.", checked=lambda now: now.limited, after_rule=True),
    Action("mixer.show", "Compare", "Mixer", lambda do: do.compare.show_mixer(), ("Ctrl+M",), ready, "Open or close the levels around the model."),
    Action("mixer.reset", "Compare", "Reset the mixer", lambda do: do.compare.reset_mixer(), (), ready, "All levels as they were in the beginning."),
    Action("model.reload", "Model", "Reload", Do.reload, ("F5",), model, "Open the file again as it is now; the card stays.", "reload"),
    Action("model.check", "Model", "Run the checks", Do.check, ("F6",), lambda now: now.model and not now.checking, "Measure delay, context, state, levels and speed.", "checks"),
    Action("model.correct", "Model", "Correct…", Do.correct, (), lambda now: now.correctable, "Say how the model really wants to be called."),
    Action("model.add-knob", "Model", "Add a knob", Do.add_knob, (), model, "A new knob, to be given something to drive.", "knob", after_rule=True),
    Action("help.manual", "Help", "Manual", Do.manual, ("F1",), help="How everything works.", glyph="help"),
    Action("help.doctor", "Help", "Check this computer…", lambda do: do.helping.doctor(), (), ready, "Versions, sound, libraries, GPU, priority, folders, protection: what is there and what is missing."),
    Action("help.report", "Help", "Copy report", lambda do: do.helping.copy_report(), (), ready, "Copy what helps others to help: this computer, the end of the log, the last crash; no names, no private paths."),
    Action("help.log", "Help", "Show log", lambda do: do.helping.show_log(), (), ready, "Open the log of what happened."),
    Action("help.about", "Help", "About Neural Audio Studio", Do.about, help="Version and licence."),
)  # fmt: skip
