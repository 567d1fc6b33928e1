"""More past and future around each block: tried on the captured wrapper before it is offered as a mend."""

from __future__ import annotations

import numpy as np

from studio.checks.asking import Samples, block_for, call_once, count, distance, mendable, noise
from studio.document.check import Mend
from studio.wrappers.captured import Captured

GOOD = -80.0  # dB: a cut that is not heard
TRIED = (256, 1000)  # block sizes that are compared with the whole sound
BLOCKS = 4  # of each
LONGEST = 1 << 17
HOPS = (64, 128, 256, 512, 1024)  # samples from frame to frame of a transform inside a model
WORDS = {"look_behind": "look-behind", "look_ahead": "look-ahead", "multiple": "the blocks' multiple"}


def play_in_context(captured: Captured, audio: Samples, block: int, behind: int, ahead: int) -> Samples:
    """What a model without state gives when each block is called with the samples around it.

    That is what the shell does with look-behind and look-ahead; its delay by `ahead` is taken out here.
    """
    padded = np.pad(audio, ((0, 0), (behind, ahead)))
    made = []
    for start in range(0, audio.shape[1] - block + 1, block):
        captured.module.reset()
        result = call_once(captured, padded[:, start : start + behind + block + ahead])
        end = result.shape[1] - ahead
        made.append(result[:, end - block : end].float().numpy())
    return np.concatenate(made, axis=1)


def mend_by_context(captured: Captured, past: int, future: int) -> Mend | None:
    """Look-behind and look-ahead with the parity they were found to give; None where they do not help."""
    call = captured.call
    unmendable = call.stateful or call.cached or call.overlap or call.spectrum or call.ratio != (1, 1)
    if unmendable or not mendable(captured) or past + future > LONGEST or past + future == 0:
        return None
    for grid in (call.multiple, *(hop for hop in HOPS if hop > call.multiple and hop % call.multiple == 0)):
        behind, ahead = _up(past, grid), _up(future, grid)
        for wanted in dict.fromkeys((behind, behind + grid)):
            parity = _parity(captured, wanted, ahead, grid)
            if parity is not None and parity <= GOOD:
                return _said(captured, wanted, ahead, grid, parity)
    return None


def _parity(captured: Captured, behind: int, ahead: int, grid: int) -> float | None:
    """Greatest distance in dB between short blocks and one long block, all called in context; None where it fails.

    Blocks are multiples of `grid`: frames of a transform start where blocks do.
    """
    odd = _up(max(captured.call.min_block, grid), 2 * grid) + grid  # that no coarser grid has
    sizes = dict.fromkeys([*(_up(block_for(captured, size), grid) for size in TRIED), odd])
    worst = -240.0
    for block in sizes:
        audio = noise(captured, BLOCKS * block)
        try:
            whole = play_in_context(captured, audio, audio.shape[1], behind, ahead)
            worst = max(worst, distance(whole, play_in_context(captured, audio, block, behind, ahead)))
        except Exception:  # the model does not take such lengths, in whatever words
            return None
    return worst


def _said(captured: Captured, behind: int, ahead: int, grid: int, parity: float) -> Mend:
    fields = {"look_behind": behind, "look_ahead": ahead, "multiple": grid}
    changed = {name: value for name, value in fields.items() if value != getattr(captured.call, name)}
    words = [f"{WORDS[name]} to {count(value)}" for name, value in changed.items()]
    outcome = f"parity then {parity:.0f} dB".replace("-", "−")
    if ahead:
        outcome += f", {count(ahead)} more delay"
    return Mend(label=f"Set {' and '.join(words)}: {outcome}", call=changed)


def _up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
