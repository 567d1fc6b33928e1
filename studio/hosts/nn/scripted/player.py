"""An nn~ package as a captured wrapper: whatever is heard goes through the package's own root."""

import itertools
from typing import Any, List

import torch
from torch import Tensor, nn

SERIALS = itertools.count()


class Player(nn.Module):
    """Plays a package of ours block by block, as the model inside it was made.

    Shapes: x `[channels_in, n]`, params `[n_params, n]` 0…1 → `[rows, n·ratio]`.
    """

    attributes: List[str]

    def __init__(self, root: Any, attributes: List[str]) -> None:
        super().__init__()
        self.root, self.attributes = root, list(attributes)

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        return self.root.play(x, params)

    @torch.jit.export
    def reset(self) -> None:
        self.root.clear()

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.root.prepare(sample_rate, block)

    @torch.jit.export
    def latency(self) -> int:
        return self.root.latency()


class StrangerPlayer(nn.Module):
    """Plays a package made elsewhere; `forward` and `reset` are added once its attributes and state are known."""

    __constants__ = ("serial",)

    attributes: List[str]

    def __init__(self, root: Any, attributes: List[str]) -> None:
        super().__init__()
        self.serial = next(SERIALS)  # torch shares a type among modules that look alike; what is added belongs to one
        self.root, self.attributes = root, list(attributes)

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        """It does not care."""

    @torch.jit.export
    def latency(self) -> int:
        """It does not tell."""
        return 0


class Kept(nn.Module):
    """A root of an older nn~ file; all it can do is added anew, as nn~ wants it now."""

    __constants__ = ("serial",)

    def __init__(self, root: Any) -> None:
        super().__init__()
        self.serial = next(SERIALS)
        self.root = root

    @torch.jit.export
    def kept(self) -> bool:
        return True
