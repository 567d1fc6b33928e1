"""How far ahead of the ear the models are rendered, and what is said where that does not help."""

from __future__ import annotations

import math

from studio.engine.cost import Cost
from studio.engine.depth import LARGEST_BLOCK, MOST, Workable, choose_depth, find_workable
from studio.engine.live import Live
from studio.engine.voice import Voice, computing
from studio.errors import ModelError

DRY = "you hear the dry sound."
DRY_INSTEAD = "in its place you hear the dry sound."


class Pacing:
    """Chooses the depth whenever models, device or source have changed, from what the models cost there.

    Attributes:
        wanted: blocks to render ahead as the user said; None: as many as it takes.
        refusals: by slot, why a model cannot be played here, which was clear before it was tried.
        refuses_live: no block size would help the first model.
    """

    def __init__(self, live: Live) -> None:
        self._live = live
        self.wanted: int | None = None
        self.refusals: dict[int, ModelError] = {}
        self.refuses_live = False

    def choose(self) -> None:
        """Set the depth, the same whichever model is heard. Only in silence."""
        graph, self.refusals = self._live.graph, {}
        voices = {slot: voice for slot, voice in enumerate(graph.voices) if voice is not None}
        depths = {slot: self._depth(voice) for slot, voice in voices.items()}
        slow = {slot: self._find_workable(voices[slot], slot) for slot, depth in depths.items() if depth is None}
        if None in slow.values() and not graph.is_live:
            self._live.use_depth(None, adapts=False)
            return
        for slot, workable in slow.items():
            graph.refuse_model(slot)
            share = voices[slot].cost.mean_seconds * graph.sample_rate / graph.block
            self.refusals[slot] = _refused(slot, share, graph.block, workable)
        self.refuses_live = 0 in slow and slow[0] is None
        needed = max((depth for depth in depths.values() if depth is not None), default=0)
        self._live.use_depth(needed if self.wanted is None else self.wanted, adapts=self.wanted is None)

    def explain(self) -> ModelError:
        """Why a model that was fast enough when it was loaded is not heard any more."""
        block, needed = self._live.graph.block, self._live.load.needed
        # likely to help: on a busy machine nothing can be measured
        larger = Workable(min(2 * block, LARGEST_BLOCK), min(math.ceil(needed), MOST))
        return ModelError(
            f"The model needed {needed:.0%} of the time at {block} samples: {DRY}",
            f"Close other programs, or choose {larger}; then play again.",
        )

    def _depth(self, voice: Voice) -> int | None:
        graph = self._live.graph
        return choose_depth(voice.cost, voice.model_block, graph.sample_rate, graph.block)

    def _find_workable(self, voice: Voice, slot: int) -> Workable | None:
        """Try a model that needs more time than there is with other blocks; it is made ready for this one again."""
        graph, rate, block = self._live.graph, self._live.graph.sample_rate, self._live.graph.block

        def measure(size: int) -> tuple[Cost, int]:
            with computing():
                tried = voice.at(rate, size)
            return tried.cost, tried.model_block

        workable = find_workable(measure, voice.cost, rate, block)
        with computing():
            graph.use_voice(voice.at(rate, block), slot)
        return workable


def _refused(slot: int, share: float, block: int, workable: Workable | None) -> ModelError:
    who, dry = ("The other model", DRY_INSTEAD) if slot else ("The model", DRY)
    if workable is not None:
        return ModelError(f"{who} needs {share:.0%} of the time at {block} samples: {dry}", f"Choose {workable}.")
    return ModelError(
        f"{who} takes {share:.1f} s for each second of sound, so it cannot follow live input: {dry}",
        "Play a sound file: that is rendered ahead of the ear.",
    )
