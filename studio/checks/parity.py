"""Does it sound the same however a host cuts the blocks?"""

from __future__ import annotations

from studio.checks.asking import Samples, block_for, distance, mendable, noise, play
from studio.checks.context import GOOD, mend_by_context
from studio.checks.receptive import keeps_state, measure_extent
from studio.document.check import Check, Mend, Plot, Series
from studio.wrappers.captured import Captured

TITLE = "The cut of the blocks is not heard"
SIZES = (32, 64, 127, 256, 512, 1000, 2048)
FRAMES = 8192
SECONDS = 0.4  # for each size


def check_parity(captured: Captured, sample_rate: int) -> Check:
    """Blocks of several sizes, odd ones too, against the whole sound in one call: the greatest difference in dB."""
    if captured.call.random:
        return Check(id="parity", verdict="skip", title=TITLE, advice="The model is random.")
    sizes = _sizes(captured)
    if len(sizes) < 2:
        return Check(id="parity", verdict="skip", title=TITLE, advice="The model takes one block size only.")
    found = measure_parity(captured, sizes)
    worst = max(found, key=lambda size: found[size])
    line = Series(name="difference", x=tuple(float(size) for size in found), y=tuple(found.values()))
    plot = Plot(x_label="block (samples)", y_label="difference to the whole sound (dB)", series=(line,), log_x=True)
    value = found[worst]
    if value <= GOOD:
        return Check(id="parity", verdict="pass", value=value, unit="dB", title=TITLE, plot=plot)
    advice = (
        f"Blocks of {worst} samples sound different from the whole, so edges may click. Give the model the past it "
        "needs (look-behind), or keep its state from block to block."
    )
    mend = _mend(captured, sample_rate)
    return Check(id="parity", verdict="warn", value=value, unit="dB", title=TITLE, advice=advice, plot=plot, mend=mend)


def measure_parity(captured: Captured, sizes: list[int]) -> dict[int, float]:
    """For each size but the longest the distance in dB of the peak from the longest."""
    longest = sizes[-1]
    frames = longest * max(1, -(-FRAMES // longest))
    audio = noise(captured, frames)
    whole = play(captured, audio, longest, seconds=2 * SECONDS)
    return {size: distance(whole, _like(play(captured, audio, size, seconds=SECONDS), whole)) for size in sizes[:-1]}


def _like(made: Samples, whole: Samples) -> Samples:
    return made[:, : whole.shape[1]]


def _sizes(captured: Captured) -> list[int]:
    """What is compared, the reference last."""
    if captured.call.block_sizes:
        return sorted(captured.call.block_sizes)
    return sorted({block_for(captured, size) for size in (*SIZES, FRAMES)})


def _mend(captured: Captured, sample_rate: int) -> Mend | None:
    """The samples around each block, where they help."""
    if not mendable(captured) or keeps_state(captured) or captured.call.block_sizes:
        return None
    extent = measure_extent(captured, sample_rate)
    return mend_by_context(captured, extent.past, extent.future) if extent.bounded else None
