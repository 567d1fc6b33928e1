"""Does every knob move the sound, without breaking it at its ends or clicking on the way?"""

from __future__ import annotations

import numpy as np

from studio.checks.asking import Samples, block_for, decibels, distance, noise, play, positions_of
from studio.document.check import Check
from studio.document.parameter import Parameter
from studio.wrappers.captured import Captured

TITLE = "Every knob moves the sound"
SMOOTH = "Knobs move without clicks"
MOVED = -100.0  # dB of the peak
ENDS = (0.0, 0.25, 0.5, 0.75, 1.0)
SWEEP = 0.1  # seconds from end to end
CLICK, HEARD = 30.0, -50.0  # dB over the sound's own steepness, and dBFS
SECONDS = 0.2
TONE = 220.0  # Hz


def check_knobs(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001 - every check is asked alike
    """Each knob at both ends and between, the others at their defaults."""
    knobs = captured.numeric
    if not knobs:
        return Check(id="knobs", verdict="skip", title=TITLE, advice="It has no knobs.")
    block = block_for(captured)
    audio = noise(captured, 8 * block)
    audio[:, 4 * block :] *= 0.1
    dead = []
    for row, knob in enumerate(knobs):
        made = [_turned(captured, audio, block, row, position) for position in ENDS]
        for position, each in zip(ENDS, made, strict=True):
            if not np.isfinite(each).all():
                where = f"{knob.name} at {knob.show(knob.value_at(position))}"
                advice = f"It gives NaN or infinity with {where}: narrow the knob's range."
                return Check(id="knobs", verdict="fail", value=knob.name, title=TITLE, advice=advice)
        if captured.call.random is False and max(distance(made[0], each) for each in made[1:]) < MOVED:
            dead.append(knob.name)
    moving = len(knobs) - len(dead)
    if dead:
        listed = ", ".join(dead)
        advice = f"{listed} did not change the sound of noise; take it off the card, or say what it drives."
        return Check(id="knobs", verdict="warn", value=moving, unit="knobs", title=TITLE, advice=advice)
    return Check(id="knobs", verdict="pass", value=moving, unit="knobs", title=TITLE)


def check_zipper(captured: Captured, sample_rate: int) -> Check:
    """Sweep from end to end within a tenth of a second under a tone: how much steeper it gets than at rest."""
    knobs = [(row, knob) for row, knob in enumerate(captured.numeric) if knob.kind == "continuous"]
    if not knobs or captured.call.random or captured.call.ratio != (1, 1):
        return Check(id="zipper", verdict="skip", title=SMOOTH, advice="It has no continuous knobs.")
    found = {knob.name: _click(captured, sample_rate, row, knob) for row, knob in knobs}
    worst = max(found, key=lambda name: found[name])
    value = round(found[worst], 1)
    if value <= CLICK:
        return Check(id="zipper", verdict="pass", value=value, unit="dB", title=SMOOTH)
    advice = (
        f"{worst} steps by {value:.0f} dB over the tone when it is swept in {SWEEP:g} s: let it follow every sample "
        "(aggregate_params)."
    )
    return Check(id="zipper", verdict="warn", value=value, unit="dB", title=SMOOTH, advice=advice)


def _turned(captured: Captured, audio: Samples, block: int, row: int, position: float) -> Samples:
    stands = positions_of(captured)
    stands[row] = position
    return play(captured, audio, block, positions=stands, seconds=SECONDS)


def _click(captured: Captured, sample_rate: int, row: int, knob: Parameter) -> float:
    """Greatest second difference around the jumps over that at rest, in dB; 0 where it is too soft to be heard."""
    block = block_for(captured)
    steps = max(1, round(SWEEP * sample_rate / block))
    parts = steps + 4
    times = np.arange(parts * block) / sample_rate
    tone = np.tile((0.3 * np.sin(2 * np.pi * TONE * times)).astype(np.float32), (captured.call.channels_in, 1))
    still = max(
        _steepness(_turned(captured, tone, block, row, end)[:, 2 * block :])
        for end in (0.0, 0.5, knob.default_position, 1.0)
    )
    stands = positions_of(captured)
    captured.module.reset()
    made = []
    for part in range(parts):
        stands[row] = min(max(part - 2, 0) / steps, 1.0)
        made.append(play(captured, tone[:, part * block : (part + 1) * block], block, reset=False, positions=stands))
    moved = _steepness(np.concatenate(made, axis=1)[:, block:])
    if decibels(moved) < HEARD:
        return 0.0
    return max(0.0, decibels(moved / max(still, 1e-6)))


def _steepness(sound: Samples) -> float:
    return float(np.abs(np.diff(sound, 2, axis=1)).max(initial=0.0))
