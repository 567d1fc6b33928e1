"""Does as much come out as goes in?"""

from __future__ import annotations

from studio.checks.asking import block_for, noise, play
from studio.document.check import Check
from studio.wrappers.captured import Captured

TITLE = "Length and channels are kept"


def check_shape(captured: Captured, sample_rate: int) -> Check:  # noqa: ARG001 - every check is asked alike
    """Rows and samples at a usual block and at the least one."""
    call = captured.call
    up, down = call.ratio
    for block in dict.fromkeys((block_for(captured), block_for(captured, 1))):
        made = play(captured, noise(captured, 4 * block), block)
        wanted = (call.channels_out, 4 * block * up // down)
        if made.shape != wanted:
            said = f"{made.shape[0]}×{made.shape[1]}"
            advice = f"Blocks of {block} samples should give {wanted[0]}×{wanted[1]}; pad or trim in the wrapper."
            return Check(id="shape", verdict="fail", value=said, title=TITLE, advice=advice)
    return Check(id="shape", verdict="pass", value=call.channels_out, unit="rows", title=TITLE)
