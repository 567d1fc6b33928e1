"""A plain file as a captured wrapper: whatever is heard goes through the file's own root."""

from typing import Tuple

from torch import Tensor

from studio.hosts.audacity.scripted.player import Player


class PlainPlayer(Player):
    """Plays the model inside block by block, with its knobs."""

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        return self.root.hear(x, params)


class PlainLabelPlayer(Player):
    """The same for a labeller."""

    def forward(self, x: Tensor, params: Tensor) -> Tuple[Tensor, Tensor]:  # type: ignore[override]
        return self.root.hear(x, params)
