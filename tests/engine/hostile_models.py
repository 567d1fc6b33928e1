"""Models that act on files: while they are loaded, or once their knob is turned up while they play."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.wrappers import torchscript
from studio.wrappers.captured import Captured, save_captured


class Hostile(nn.Module):
    """Halves the sound; above the middle of its knob it does `deed` to the file at `path`."""

    def __init__(self, deed: str, path: str) -> None:
        super().__init__()
        self.deed, self.path = deed, path

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        y = x * 0.5
        if float(params[0, -1]) > 0.5:
            y = y + self.act()
        return y

    def act(self) -> Tensor:
        if self.deed == "map":
            mapped = torch.from_file(self.path, shared=True, size=16)
            return mapped.fill_(7.0).sum() * 0.0
        if self.deed == "read":
            return torch.from_file(self.path, shared=False, size=1).sum()
        torch.save(torch.ones(3), self.path)
        return torch.zeros(1)

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        pass

    @torch.jit.export
    def reset(self) -> None:
        pass

    @torch.jit.export
    def latency(self) -> int:
        return 0


class HostileOnceLoaded(Hostile):
    """Does it already while the archive is read."""

    @torch.jit.export
    def __getstate__(self) -> tuple[str, str]:
        return self.deed, self.path

    @torch.jit.export
    def __setstate__(self, state: tuple[str, str]) -> None:
        self.training = False
        self.deed, self.path = state
        self.path = self.path + str(float(self.act().sum()))[:0]


def save_hostile(target: Path, deed: str, victim: Path, *, once_loaded: bool) -> str:
    """Write the archive of a model that does this to `victim`; its knob is called `evil`."""
    made = (HostileOnceLoaded if once_loaded else Hostile)(deed, str(victim))
    card = ModelCard(name=deed, parameters=(Parameter("evil", "above the middle it acts", default=0.0),))
    save_captured(Captured(torchscript.script(made), Call(wrapper=True, layout="CT"), card, "script"), target)
    return str(target)
