"""The real services: flows, the player, sounds read from files."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

from studio.app.controller.services import Services
from studio.app.midi.ports import Ports
from studio.app.sounds import is_test_sound
from studio.app.state import Sound
from studio.app.tasks import Report
from studio.audio.files import probe_audio
from studio.audio.peaks import build_peaks
from studio.audio.raw import decode
from studio.audio.tones import open_tone
from studio.document.trust import Trust
from studio.flows.checking import check_model
from studio.flows.editing import write_card
from studio.flows.exporting import export_model
from studio.flows.opening import PROBE_LIMITS, open_model
from studio.flows.publishing import plan_publish, publish
from studio.flows.recording import record
from studio.flows.rendering import render_file
from studio.link.player import Player
from studio.link.ready import Ready
from studio.settings import Settings

USUAL_HZ = 48000  # of a test sound without a device


def real_services(settings: Settings, resources: Path, session: Path) -> Services:
    """What the window of a user gets."""
    ready = Ready("probe", PROBE_LIMITS)
    ready.start()
    return Services(
        open_model=partial(open_model, ready=ready),
        render_file=render_file,
        export_model=export_model,
        check_model=check_model,
        plan_publish=plan_publish,
        publish=publish,
        write_card=write_card,
        load_sound=load_sound,
        record=record,
        player=lambda tell: Player(tell, spare=settings["audio.spare_engine"], folders=[session]),
        midi=Ports,
        settings=settings,
        trust=Trust(),
        resources=resources,
        session=session,
        ready=ready,
    )


def load_sound(path: Path, rate: int | None, folder: Path, report: Report, cancel: threading.Event) -> Sound:
    """Decode a sound file at `rate` Hz (None: its own) into `folder` and build its peaks; make a test sound.

    Raises: FileError, Cancelled.
    """
    if is_test_sound(path):
        tone = open_tone(str(path), rate or USUAL_HZ, folder)
        return Sound(path, tone, build_peaks(tone), tone.sample_rate, tone.channels)
    info = probe_audio(path)
    raw = decode(path, rate, folder, report, cancel)
    return Sound(path, raw, build_peaks(raw), info.sample_rate, info.channels)
