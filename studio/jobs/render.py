"""Render a sound file through a captured model: the engine's own graph on no clock."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from studio.audio.files import convert_rate, read_noted, write_audio
from studio.audio.reader import Samples
from studio.audio.tones import is_tone, make_tone
from studio.document.call import Call
from studio.document.mixer import Mixer
from studio.engine.automation import Automation
from studio.engine.render import Rendered, render
from studio.engine.voice import computing, open_voice
from studio.errors import FileError
from studio.jobs.labelling import label_sound
from studio.jobs.whole import render_whole
from studio.link.shared import StillLevels
from studio.wrappers.captured import Captured, load_captured

Report = Callable[[float | None, str], None]
USUAL_RATE = 48000  # of a test sound, where nobody says another


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer `flows.rendering.render_file`; see there for the request and the result."""
    captured, target = load_captured(Path(request["captured"])), Path(request["target"])
    report(0.0, "Reading the sound")
    audio, rate, note = _sound(captured, request)
    if audio.shape[1] == 0:
        raise FileError(f"{Path(request['source']).name} holds no sound.", "Choose another file.")
    if captured.call.labels:
        labelled = label_sound(captured, audio, rate, target, request["knobs"])
        return labelled | {"facts": [*([note] if note else []), *labelled["facts"]]}
    host_rate = int(request["sample_rate"] or rate)
    sound = convert_rate(for_model(audio, captured.call), rate, host_rate)
    if captured.call.offline:
        made = render_whole(captured, audio, rate, request["knobs"], partial(_outputs, captured.call, target=target))
        return made | {"facts": _facts(audio, note)}
    made = _write_sound(captured, sound, host_rate, request, report, was_mono=audio.shape[0] == 1)
    return made | {"facts": _facts(audio, note)}


def _sound(captured: Captured, request: dict[str, Any]) -> tuple[Samples, int, str]:
    """What is played `[channels, frames]`, its rate, and what is wrong with it."""
    if not is_tone(request["source"]):
        return read_noted(Path(request["source"]))
    rates = captured.call.sample_rates
    usual = USUAL_RATE if not rates or USUAL_RATE in rates else rates[0]
    rate = int(request["sample_rate"] or usual)
    return make_tone(request["source"], rate), rate, ""


def _facts(audio: Samples, note: str) -> list[str]:
    """What the listener should know of the sound that was read."""
    left_out = f"It has {audio.shape[0]} channels; the first two were used." if audio.shape[0] > 2 else ""
    return [said for said in (note, left_out) if said]


def for_model(audio: Samples, call: Call) -> Samples:
    """The channels a simulated host has for this sound and model: stereo where either is, the first two of more."""
    if audio.shape[0] == 1 and call.channels_out > 1 and len(call.outputs) == 1:
        return np.repeat(audio, 2, axis=0)
    return audio[:2]


def _write_sound(
    captured: Captured, sound: Samples, rate: int, request: dict[str, Any], report: Report, *, was_mono: bool
) -> dict[str, Any]:
    positions = [request["knobs"].get(each.name, each.default_position) for each in captured.numeric]
    block, target = int(request["block"]), Path(request["target"])
    report(0.0, "Preparing the model")
    with computing():
        voice = open_voice(captured, sound.shape[0], rate, block)
    started = time.perf_counter()
    mixer, gain_db = Mixer.model_validate(request["mixer"]), float(request["gain_db"])
    stem_db = mixer.stem_db([each.name for each in captured.call.outputs])
    levels = StillLevels(mixer.input_db, gain_db, mixer.wet, stem_db)
    made = render(
        voice,
        sound,
        rate,
        block,
        positions,
        levels=levels,
        ceiling_db=mixer.ceiling_db,
        automation=_automation(captured, request["lanes"], rate),
        tell=lambda share: report(share, "Rendering"),
    )
    seconds = time.perf_counter() - started
    is_mixed = gain_db != 0.0 or mixer != Mixer(input_db=mixer.input_db)
    written = _written(captured.call, made, target, was_mono=was_mono, is_mixed=is_mixed)
    for path, rows in written:
        write_audio(path, rows, rate)
    frames = made.heard.shape[1]
    return {
        "output": str(written[0][0]),
        "outputs": [str(path) for path, _ in written],
        "frames": frames,
        "sample_rate": rate,
        "latency": made.latency,
        "seconds": seconds,
        "realtime_factor": frames / rate / max(seconds, 1e-9),
    }


def _automation(captured: Captured, lanes: dict[str, Any], rate: int) -> Automation:
    """Lanes of the knobs that the model has; their points come in seconds."""
    indexes = {each.name: index for index, each in enumerate(captured.numeric)}
    moving = {indexes[name]: points for name, points in lanes.items() if name in indexes}
    return Automation(
        {index: ([s * rate for s, _ in points], [p for _, p in points]) for index, points in moving.items()}
    )


def _written(call: Call, made: Rendered, target: Path, *, was_mono: bool, is_mixed: bool) -> list[tuple[Path, Samples]]:
    """Which file gets what: of several outputs each its own, and first what is heard where a level was moved."""
    heard = made.heard
    if made.outputs is not None:
        return [*([(target, heard)] if is_mixed else []), *_outputs(call, made.outputs, target)]
    if was_mono and np.array_equal(heard[0], heard[-1]):
        heard = heard[:1]  # the model made no use of the second channel it was given
    return [(target, heard)]


def _outputs(call: Call, made: Samples, target: Path) -> list[tuple[Path, Samples]]:
    """One file for one output, else one for each, named after it."""
    if len(call.outputs) == 1:
        return [(target, made)]
    found: list[tuple[Path, Samples]] = []
    row = 0
    for output in call.outputs:
        name = re.sub(r"[^\w.-]+", "_", output.name)
        path = target.with_name(f"{target.stem}_{name}{target.suffix}")
        if any(path == taken for taken, _ in found):  # "a b" and "a/b" are one file name
            path = target.with_name(f"{target.stem}_{name}_{len(found) + 1}{target.suffix}")
        found.append((path, made[row : row + output.channels]))
        row += output.channels
    return found
