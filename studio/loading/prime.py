"""Give a first value to state that a model makes for itself when it is first called."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from studio.loading.found import Found
from studio.loading.outputs import rows_of
from studio.loading.trial import Runner, noise


def prime(runner: Runner, found: Found) -> list[str]:
    """Replace attributes that are None until the first call by zeros: TorchScript wants one type for ever.

    Returns: their paths; empty, and nothing changed, where zeros are not what the model starts from.
    """
    module = runner.module
    if isinstance(module, torch.jit.ScriptModule):
        return []
    empty = [(path, name) for path, part in module.named_modules() for name, held in vars(part).items() if held is None]
    if not empty:
        return []
    called, x = runner.fresh(), noise(found.way.channels, found.length)
    before = rows_of(runner.run(found.way, x, called), found.sound)
    made = {place: _zeros(getattr(called.get_submodule(place[0]), place[1])) for place in empty}
    primed = runner.fresh()
    for (path, name), value in made.items():
        if value is not None:
            setattr(primed.get_submodule(path), name, value)
    if not torch.allclose(before, rows_of(runner.run(found.way, x, primed), found.sound), atol=1e-6):
        return []
    for (path, name), value in made.items():
        if value is not None:
            setattr(module.get_submodule(path), name, value)
    return [f"{path}.{name}".lstrip(".") for (path, name), value in made.items() if value is not None]


def _zeros(value: Any) -> Any:
    """Zeros like a tensor or a tuple of tensors; None for anything else."""
    if isinstance(value, Tensor):
        return torch.zeros_like(value)
    if isinstance(value, tuple) and value and all(isinstance(each, Tensor) for each in value):
        return tuple(torch.zeros_like(each) for each in value)
    return None
