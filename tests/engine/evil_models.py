"""Models that behave until a knob is turned up: each then does one thing that no model should."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.wrappers import torchscript
from studio.wrappers.captured import Captured, save_captured

DEEDS = (
    "shorter", "longer", "fewer channels", "nan", "infinity", "million", "minus a million", "huge",
    "raise", "crash", "hang", "block", "slow", "leak", "print",
)  # fmt: skip


class Evil(nn.Module):
    """Halves the sound; does `deed` while its knob is above the middle. `block` stands still for about 2 s, once."""

    def __init__(self, deed: str, block_calls: int) -> None:
        super().__init__()
        self.deed, self.block_calls = deed, block_calls
        self.has_blocked = False
        self.kept = torch.jit.Attribute([], list[Tensor])
        self.register_buffer("weight", torch.ones(400, 400))

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        y = x * 0.5
        if float(params[0, -1]) <= 0.5:
            return y
        return self.misbehave(x, y)

    def misbehave(self, x: Tensor, y: Tensor) -> Tensor:
        deed = self.deed
        if deed == "shorter":
            y = y[:, : y.size(1) // 2]
        elif deed == "longer":
            y = torch.cat([y, y], dim=1)
        elif deed == "fewer channels":
            y = y[:0]
        elif deed == "nan":
            y = y * float("nan")
        elif deed == "infinity":
            y = y + float("inf")
        elif deed == "million":
            y = y * 0.0 + 1e6
        elif deed == "minus a million":
            y = y * 0.0 - 1e6
        elif deed == "huge":
            y = y * 0.0 + 1e30
        elif deed == "raise":
            y = y.reshape(77, 13)
        elif deed == "crash":
            far = torch.full([1, 1], 1 << 50, dtype=torch.int64)
            y = y + torch.ops.aten._sparse_coo_tensor_unsafe(far, torch.ones(1), [4]).to_dense().sum()
        elif deed == "hang":
            while deed == "hang":
                y = y + 0.0
        elif deed == "block" and not self.has_blocked:
            self.has_blocked = True
            y = y + self.work(self.block_calls)
        elif deed == "slow":
            y = y + self.work(30)
        elif deed == "leak":
            self.kept.append(torch.zeros(1 << 18) + x[0, 0])  # a constant would be kept once
        elif deed == "print":
            print("a model that talks", x)
        return y

    def work(self, times: int) -> Tensor:
        total = torch.zeros(1)
        for _ in range(times):
            total = total + torch.mm(self.weight, self.weight)[0, 0] * 0.0
        return total

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        pass

    @torch.jit.export
    def reset(self) -> None:
        pass

    @torch.jit.export
    def latency(self) -> int:
        return 0


def save_evil(deed: str, folder: Path, block_calls: int = 2000) -> Path:
    """The archive of a model that does this; its only knob is called `evil`. 2000 calls take about 2 s."""
    path = folder / f"{deed.replace(' ', '-')}.pt"
    card = ModelCard(name=deed, parameters=(Parameter("evil", "above the middle it misbehaves", default=0.0),))
    call = Call(wrapper=True, layout="CT")
    save_captured(Captured(torchscript.script(Evil(deed, block_calls)), call, card, "script"), path)
    return path
