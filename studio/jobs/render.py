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
from studio.document.call import Call
from studio.engine.render import render
from studio.engine.voice import computing, open_voice
from studio.errors import FileError
from studio.jobs.labelling import label_sound
from studio.jobs.whole import render_whole
from studio.wrappers.captured import Captured, load_captured

Report = Callable[[float | None, str], None]


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer `flows.rendering.render_file`; see there for the request and the result."""
    captured, target = load_captured(Path(request["captured"])), Path(request["target"])
    report(0.0, "Reading the sound")
    audio, rate, note = read_noted(Path(request["source"]))
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
    made = render(voice, sound, rate, block, positions, tell=lambda share: report(share, "Rendering"))
    seconds = time.perf_counter() - started
    if was_mono and len(captured.call.outputs) == 1 and np.array_equal(made[0], made[-1]):
        made = made[:1]  # the model made no use of the second channel it was given
    written = _outputs(captured.call, made, target)
    for path, rows in written:
        write_audio(path, rows, rate)
    frames = made.shape[1]
    return {
        "output": str(written[0][0]),
        "outputs": [str(path) for path, _ in written],
        "frames": frames,
        "sample_rate": rate,
        "latency": voice.latency,
        "seconds": seconds,
        "realtime_factor": frames / rate / max(seconds, 1e-9),
    }


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
