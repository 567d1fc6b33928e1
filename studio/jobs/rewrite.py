"""Put another card into a copy of a package, and see that it sounds as before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.document.card import ModelCard
from studio.document.check import Check
from studio.errors import HostError
from studio.hosts import host
from studio.wrappers.captured import Captured

ANY_RATE, SECONDS, BLOCK = 48000, 1.0, 2048
Report = Callable[[float | None, str], None]


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer `flows.editing.edit_package`: rewrite `path`, and render `original` for the job that verifies it."""
    module, path, original = host(request["host"]), Path(request["path"]), Path(request["original"])
    if not hasattr(module, "rewrite"):
        raise HostError(
            f"Packages for {request['host']} cannot be edited in place.",
            "Open the model and export it again.",
            about=original.name,
        )
    report(None, "Listening to the package")
    before = module.read(original)
    report(None, "Rewriting what is said")
    files = module.rewrite(path, ModelCard.model_validate(request["card"]))
    report(None, "Listening again")
    checks = [_unchanged(before, module.read(path))]
    rate = (*before.call.sample_rates, before.card.sample_rate or ANY_RATE)[0]
    audio = _noise(before.call.channels_in, rate)
    module.reference(module.read(original), audio, rate, ()).save(Path(request["reference"]))
    return {
        "files": [str(each) for each in files],
        "checks": [each.model_dump(mode="json") for each in checks],
    }


def _unchanged(one: Captured, other: Captured) -> Check:
    """Whether two packages give the same to the last bit."""
    same = all(torch.equal(a, b) for a, b in zip(_play(one), _play(other), strict=True))
    title = "It sounds as before, bit by bit"
    return Check(id="rewrite.same-sound", verdict="pass" if same else "fail", title=title)


def _play(captured: Captured) -> list[Tensor]:
    rate = (*captured.call.sample_rates, ANY_RATE)[0]
    audio = torch.from_numpy(_noise(captured.call.channels_in, rate))
    block = captured.call.block_sizes[0] if captured.call.block_sizes else BLOCK
    block = -(-max(block, captured.call.min_block) // captured.call.multiple) * captured.call.multiple
    captured.module.prepare(rate, block)
    captured.module.reset()
    params = torch.tensor([each.default_position for each in captured.numeric]).reshape(-1, 1).repeat(1, block)
    torch.manual_seed(0)
    made: list[Tensor] = []
    with torch.no_grad():
        for start in range(0, audio.shape[1] - block + 1, block):
            found = captured.module(audio[:, start : start + block].contiguous(), params)
            made += [each.clone() for each in (found if isinstance(found, tuple) else (found,))]
    return made


def _noise(channels: int, rate: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(0).uniform(-0.5, 0.5, (channels, round(SECONDS * rate))).astype(np.float32)
