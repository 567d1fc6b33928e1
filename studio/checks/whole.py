"""Does a model that makes its sound as a whole give what it declares, whatever goes in?"""

from __future__ import annotations

import time

import torch
from torch import Tensor

from studio.checks.asking import positions_of
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "It makes whole sounds"
SECONDS = (0.5, 1.37)


def check_whole(captured: Captured, sample_rate: int) -> Check:
    """Noise, silence and full scale of two lengths; seconds of sound for one second of computing are the value."""
    rows, wrong, made_seconds = captured.call.channels_out, [], 0.0
    started = time.perf_counter()
    for seconds in SECONDS:
        for name, level in (("noise", 0.3), ("silence", 0.0), ("full scale", 1.0)):
            made = play_whole(captured, _noise(captured, round(seconds * sample_rate), level), sample_rate)
            if made.dim() != 2 or made.shape[0] != rows or not made.shape[1]:
                wrong.append(f"{list(made.shape)} for {name}, not {rows} rows")
            elif not bool(torch.isfinite(made).all()):
                wrong.append(f"NaN or infinity for {name}")
            made_seconds += made.shape[-1] / sample_rate
    factor = round(made_seconds / max(time.perf_counter() - started, 1e-9), 2)
    if wrong:
        advice = f"It gives {'; '.join(dict.fromkeys(wrong))}: mend the model."
        return Check(id="whole", verdict="fail", value=len(wrong), unit="sounds", title=TITLE, advice=advice)
    said = "It is rendered and not played; one second of computing makes so much sound."
    return Check(id="whole", verdict="pass", value=factor, unit="x", title=TITLE, advice=said)


def play_whole(captured: Captured, sound: Tensor, sample_rate: int, positions: list[float] | None = None) -> Tensor:
    """Call a model once with a whole sound `[channels_in, n]` at its own rate, from its first state."""
    frames = sound.shape[1]
    knobs = positions_of(captured) if positions is None else positions
    params = torch.tensor(knobs, dtype=torch.float32).reshape(-1, 1).repeat(1, frames)
    captured.module.prepare(sample_rate, frames)
    captured.module.reset()
    torch.manual_seed(0)
    with torch.inference_mode():
        made: Tensor = captured.module(sound, params).clone()
    return made


def _noise(captured: Captured, frames: int, level: float) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return (torch.rand(captured.call.channels_in, frames, generator=generator) * 2 - 1) * level
