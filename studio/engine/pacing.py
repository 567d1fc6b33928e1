"""How far ahead of the ear the models are rendered, and what is said where that does not help."""

from __future__ import annotations

from studio.engine.cost import Cost
from studio.engine.depth import Workable, choose_depth, find_workable
from studio.engine.live import Live
from studio.engine.voice import Voice, computing
from studio.errors import ModelError

DRY = "you hear the dry sound."


class Pacing:
    """Chooses the depth whenever models, device or source have changed, from what the models cost there.

    Attributes:
        wanted: blocks to render ahead as the user said; None: as many as it takes.
        refusal: why the model that is heard cannot be played here, which was clear before it was tried.
        refuses_live: no block size would help.
    """

    def __init__(self, live: Live) -> None:
        self._live = live
        self.wanted: int | None = None
        self.refusal: ModelError | None = None
        self.refuses_live = False

    def choose(self) -> None:
        """Set the depth. Only in silence."""
        graph = self._live.graph
        self.refusal, self.refuses_live = None, False
        if graph.voice is not None and self._depth(graph.voice) is None:
            self._slow(graph.voice)
            return
        depths = [self._depth(voice) for voice in graph.voices if voice is not None]
        needed = max((depth for depth in depths if depth is not None), default=0)
        self._live.use_depth(needed if self.wanted is None else self.wanted, adapts=self.wanted is None)

    def explain(self) -> ModelError:
        """Why a model that was fast enough when it was loaded is not heard any more."""
        graph, load = self._live.graph, self._live.load
        return ModelError(
            f"The model needed {load.mean:.0%} of the time at {graph.block} samples: {DRY}",
            f"Close other programs, or choose {_larger(graph.block, load.mean)}; then play again.",
        )

    def _depth(self, voice: Voice) -> int | None:
        graph = self._live.graph
        return choose_depth(voice.cost, voice.model_block, graph.sample_rate, graph.block)

    def _slow(self, voice: Voice) -> None:
        """A model needs more time than there is: another block may help, else it is rendered in the background."""
        graph = self._live.graph
        rate, block = graph.sample_rate, graph.block
        share = voice.cost.mean_seconds * rate / block

        def measure(size: int) -> tuple[Cost, int]:
            with computing():
                tried = voice.at(rate, size)
            return tried.cost, tried.model_block

        workable = find_workable(measure, voice.cost, rate, block)
        with computing():
            graph.use_voice(voice.at(rate, block), graph.voice_heard)
        if workable is None and not graph.is_live:
            self._live.use_depth(None, adapts=False)
            return
        self._live.use_depth(self.wanted or 0, adapts=False)
        graph.refuse_model()
        self.refusal, self.refuses_live = _refused(share, block, workable), workable is None


def _larger(block: int, share: float) -> Workable:
    """What is likely to help where the machine is busy: nobody can measure that now."""
    return Workable(2 * block, 1 if share < 1 else 2)


def _refused(share: float, block: int, workable: Workable | None) -> ModelError:
    if workable is not None:
        return ModelError(f"The model needs {share:.0%} of the time at {block} samples: {DRY}", f"Choose {workable}.")
    return ModelError(
        f"The model takes {share:.1f} s for each second of sound, so it cannot follow live input: {DRY}",
        "Play a sound file: that is rendered ahead of the ear.",
    )
