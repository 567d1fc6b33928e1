"""What decides which actions can be used, gathered from all parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.app.state import Situation

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller


def situation(control: Controller) -> Situation:
    """How things stand at this moment."""
    playing, history, opened = control.playing, control.editing.history, control.opening.now
    return Situation(
        ready=True,
        model=opened is not None,
        audio=control.listening.now is not None,
        device=bool(playing.device.name),
        playing=playing.playing and bool(playing.device.name),
        loop=playing.looping,
        bypass=playing.bypassed,
        live=playing.devices.live,
        recording=bool(control.recording.name),
        several=len(control.project.audio) > 1,
        in_a_row=control.project.in_a_row,
        exporting=control.exporting.running,
        checking=control.checking.running,
        labels=bool(control.labelling.now),
        labeller=opened is not None and opened.call.labels,
        correctable=opened is not None and not control.packages.is_open,
        package=control.packages.is_open,
        publishable=bool(control.packages.found()),
        slots=control.comparing.slots().filled,
        matched=control.matching.on,
        second=control.second.now is not None,
        hears_second=control.second.heard == 1,
        armed=control.automating.armed,
        replays=control.automating.replays,
        lanes=bool(control.automating.lanes),
        limited=control.project.mixer.ceiling_db is not None,
        undo=history.undo_text,
        redo=history.redo_text,
    )
