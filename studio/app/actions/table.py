"""Every action there is."""
# ruff: noqa: E501, rows of a table are read across

from __future__ import annotations

from typing import Final

from studio.app.actions.action import Action
from studio.app.commands import Commands as Do
from studio.app.state import Situation

MENUS: Final = ("File", "Edit", "View", "Playback", "Model", "Help")


def ready(now: Situation) -> bool:
    return now.ready


def model(now: Situation) -> bool:
    return now.model


def heard(now: Situation) -> bool:
    return now.model and now.audio and not now.labeller


def audible(now: Situation) -> bool:
    return now.audio and now.device


ACTIONS: Final = (
    Action("file.open", "File", "Open…", Do.open, ("Ctrl+O",), ready, "Open a model, sounds or a project.", "open"),
    Action("file.paste", "File", "Open what was copied", Do.paste, ("Ctrl+Shift+V",), ready, "Open files copied in a file manager, or a copied path."),
    Action("file.example", "File", "Open the example", Do.example, (), ready, "Open the clipper and the recording that came with the app."),
    Action("file.save", "File", "Save", Do.save, ("Ctrl+S",), ready, "Save the project.", "save", after_rule=True),
    Action("file.save-as", "File", "Save as…", Do.save_as, ("Ctrl+Shift+S",), ready, "Save the project under another name."),
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
    Action("play.toggle", "Playback", "Play or pause", Do.play, ("Space",), audible, "Play from the playhead, or pause.", "play"),
    Action("play.stop", "Playback", "Stop", Do.stop, ("Home",), audible, "Pause and go back to the start.", "stop"),
    Action("play.loop", "Playback", "Loop", Do.loop, ("L",), lambda now: now.audio, "Repeat the selection, or all of it.", "loop", lambda now: now.loop),
    Action("play.bypass", "Playback", "Bypass", Do.bypass, ("B",), lambda now: now.audio, "Hear the dry sound, in time with the wet one.", "bypass", lambda now: now.bypass),
    Action("play.device", "Playback", "Sound output…", Do.device, (), ready, "Choose device, rate and block size.", "speaker", after_rule=True),
    Action("model.reload", "Model", "Reload", Do.reload, ("F5",), model, "Open the file again as it is now; the card stays.", "reload"),
    Action("model.check", "Model", "Run the checks", Do.check, ("F6",), lambda now: now.model and not now.checking, "Measure delay, context, state, levels and speed.", "checks"),
    Action("model.correct", "Model", "Correct…", Do.correct, (), lambda now: now.correctable, "Say how the model really wants to be called."),
    Action("model.add-knob", "Model", "Add a knob", Do.add_knob, (), model, "A new knob, to be given something to drive.", "knob", after_rule=True),
    Action("help.manual", "Help", "Manual", Do.manual, ("F1",), help="How everything works.", glyph="help"),
    Action("help.about", "Help", "About Neural Audio Studio", Do.about, help="Version and licence."),
)  # fmt: skip
