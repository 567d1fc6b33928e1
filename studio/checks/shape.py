"""Does as much come out as goes in, whatever goes in?"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import torch

from studio.checks.asking import Samples, block_for, blocks_of, call_once, count, mendable, noise, silence
from studio.document.check import Check, Mend
from studio.wrappers.captured import Captured

TITLE = "Length, channels and number format are kept"
CALLS = 4
HOT = 16.0  # 24 dB over full scale


def check_shape(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001 - every check is asked alike
    """Axes, rows, samples and dtype for several signals, at a usual block and at the least one."""
    for said, block, audio in _trials(captured):
        for made in blocks_of(captured, audio, block):
            advice = fault_of(captured, made, block)
            if advice:
                advice, shape = f"For {said} in blocks of {block}: {advice}", "×".join(str(n) for n in made.shape)
                mend = _mend(captured)
                return Check(id="shape", verdict="fail", value=shape, title=TITLE, advice=advice, mend=mend)
    return Check(id="shape", verdict="pass", value=captured.call.channels_out, unit="rows", title=TITLE)


def fault_of(captured: Captured, made: torch.Tensor, frames: int) -> str:
    """What is wrong with what came back for `frames` samples; empty where nothing is."""
    up, down = captured.call.ratio
    rows, length = captured.call.channels_out, frames * up // down
    if made.dim() != 2:
        return f"it returns {made.dim()} axes {list(made.shape)}; return [channels, samples]."
    if made.dtype != torch.float32:
        kind = str(made.dtype).removeprefix("torch.")
        return f"it returns {kind}, which hosts read as float32: end with .to(torch.float32)."
    if made.shape[0] != rows:
        return f"{count(made.shape[0], 'row')} come out, not {rows}; return as many rows for every block."
    if made.shape[1] != length:
        return f"{made.shape[1]} samples come out, not {length}; pad or trim in the wrapper."
    return ""


def _trials(captured: Captured) -> Iterator[tuple[str, int, Samples]]:
    for block in dict.fromkeys((block_for(captured), block_for(captured, 1))):
        frames = CALLS * block
        sparse = silence(captured, frames)
        sparse[:, :: max(1, frames // 3)] = 0.8
        yield "noise", block, noise(captured, frames)
        yield "silence", block, silence(captured, frames)
        yield "a few clicks", block, sparse
        yield "sound 24 dB too loud", block, noise(captured, frames, HOT)


def _mend(captured: Captured) -> Mend | None:
    """What the sizes of two blocks tell: a ratio, lost samples that more past brings back, or other rows."""
    if not mendable(captured):
        return None
    sizes = (block_for(captured), block_for(captured, 2048))
    if sizes[0] == sizes[1]:
        return None
    made = [_shape(captured, size) for size in sizes]
    if None in made:
        return None
    (rows, one), (others, other) = made[0] or (0, 0), made[1] or (0, 0)
    if rows != others:
        return None
    if rows != captured.call.channels_out:
        label = f"Take {count(rows, 'channel')} as the output: every block had as many"
        return Mend(label=label, call={"outputs": [{"name": "output", "channels": rows}]})
    ratio = Fraction(one, sizes[0])
    if ratio == Fraction(other, sizes[1]) and 0 < ratio != Fraction(*captured.call.ratio) and ratio.denominator <= 64:
        label = f"Declare a ratio of {ratio.numerator}/{ratio.denominator}: then both sizes tried come out whole"
        return Mend(label=label, call={"ratio": [ratio.numerator, ratio.denominator]})
    return _lost(captured, sizes, sizes[0] - one, sizes[1] - other)


def _lost(captured: Captured, sizes: tuple[int, int], one: int, other: int) -> Mend | None:
    """Look-behind where every block is short by the same number of samples."""
    if one != other or one <= 0 or captured.call.ratio != (1, 1) or captured.call.stateful:
        return None
    whole = [_shape(captured, size + one) for size in sizes]
    if whole != [(captured.call.channels_out, size) for size in sizes]:
        return None
    behind = captured.call.look_behind + one
    label = f"Set look-behind to {count(behind)}: then blocks of {sizes[0]} and {sizes[1]} come out whole"
    return Mend(label=label, call={"look_behind": behind})


def _shape(captured: Captured, block: int) -> tuple[int, int] | None:
    """Rows and samples for one block from the first state, the same for noise and silence; None where it fails."""
    shapes = []
    for sound in (noise(captured, block), np.zeros((captured.call.channels_in, block), np.float32)):
        captured.module.reset()
        try:
            made = call_once(captured, sound)
        except Exception:  # a foreign model raises whatever it likes
            return None
        if made.dim() != 2 or made.dtype != torch.float32:
            return None
        shapes.append(tuple(made.shape))
    return (shapes[0][0], shapes[0][1]) if shapes[0] == shapes[1] else None
