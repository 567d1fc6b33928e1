"""The record button, what it shows while it is on, and what is offered of a recording that is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.app.state import Situation
from studio.app.widgets.transport import clock

if TYPE_CHECKING:
    from studio.app.commands import Commands
    from studio.app.controller.controller import Controller
    from studio.app.window import Window
    from studio.flows.recording import Recorded


class RecordingWiring:
    """Couples the window with the controller's `recording`."""

    def __init__(self, window: Window, controller: Controller, commands: Commands) -> None:
        self._window, self._commands, self._recording = window, commands, controller.recording
        self._transport = window.model.audio.transport
        self._transport.recorded.connect(self._recording.toggle)
        self._recording.changed.connect(controller.resituate)
        self._recording.changed.connect(self._say)
        controller.situation_changed.connect(self._show)
        self._recording.progressed.connect(self._show_time)
        self._recording.finished.connect(self._announce)

    def _show(self, now: Situation) -> None:
        enabled = (now.device or now.recording) and not self._recording.is_ending
        self._transport.show_recording(now.recording, enabled)

    def _say(self) -> None:
        now = self._recording
        self._show_time(0.0)
        if now.name and not now.is_ending:
            self._window.status.show_message(f"Recording {now.name}")

    def _show_time(self, seconds: float) -> None:
        now = self._recording
        said = "finishing…" if now.is_ending else clock(seconds)[:-2]  # tenths are quick enough
        self._transport.show_recorded(said if now.name else "", now.name)

    def _announce(self, recorded: Recorded) -> None:
        """Where it is and what is wrong with it, if anything is."""
        strip, trouble = self._window.strip, recorded.trouble
        self._window.status.show_message("")
        if not recorded.files:
            self._window.status.show_message("Nothing was recorded: the engine played nothing.")
            return
        folder = str(recorded.files[0].parent)
        ways = [
            ("Show in folder", lambda: self._commands.show_in_desktop(folder)),
            ("Add to sounds", lambda: self._recording.add_to_sounds(recorded)),
        ]
        if trouble is not None:
            strip.show_problem(trouble.sentence, f"{_told(recorded)} {trouble.hint}", "", ways)
        elif recorded.missed:
            strip.show_problem(_told(recorded), _flaws(recorded), "", ways)
        else:
            strip.show_news(_told(recorded), _flaws(recorded) or folder, ways)


def _told(recorded: Recorded) -> str:
    names = " and ".join(each.name for each in recorded.files)
    dry = ", and the dry sound beside it" if recorded.dry else ""
    return f"Recorded {clock(recorded.seconds)[:-4]} to {names}{dry}."


def _flaws(recorded: Recorded) -> str:
    said = []
    if recorded.missed:
        said.append(f"{recorded.missed:.1f} s are silent: the disk was too slow.")
    if len(recorded.files) > 1:
        said.append("The sample rate changed, and with it the file.")
    elif recorded.seams:
        times = f"{recorded.seams} times" if recorded.seams > 1 else "once"
        said.append(f"The sound was interrupted {times}.")
    return " ".join(said)
