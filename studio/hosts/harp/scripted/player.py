"""A HARP package as a captured wrapper: whatever is heard goes through the package's own root."""

from typing import Any, Tuple

import torch
from torch import Tensor, nn


class Player(nn.Module):
    """Plays a package block by block, as the model inside it was made.

    Shapes: x `[channels_in, n]`, params `[n_params, n]` 0…1 → `[rows, n]`.
    """

    def __init__(self, root: Any) -> None:
        super().__init__()
        self.root = root

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        return self.root.play(x, params)

    @torch.jit.export
    def reset(self) -> None:
        self.root.reset()

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.root.prepare(sample_rate, block)

    @torch.jit.export
    def latency(self) -> int:
        return self.root.latency()


class LabelPlayer(Player):
    """The same for a labeller."""

    def forward(self, x: Tensor, params: Tensor) -> Tuple[Tensor, Tensor]:  # type: ignore[override]
        return self.root.play(x, params)
