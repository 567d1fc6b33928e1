"""Put a model into the one state that everything after loading expects."""

from __future__ import annotations

import contextlib
import warnings

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize, remove_spectral_norm, remove_weight_norm


def tidy(module: nn.Module) -> nn.Module:
    """Evaluation mode, float32, on the processor, no gradients, no hooks that recompute weights."""
    module.eval()
    module.requires_grad_(False)
    module.cpu().float()
    if isinstance(module, torch.jit.ScriptModule):
        return module
    for part in module.modules():
        _remove_norms(part)
        _plain_tensors(part)
    module.requires_grad_(False)
    return module


def _remove_norms(part: nn.Module) -> None:
    """Weight and spectral norm, old and new, become plain weights: a trace would record their arithmetic."""
    if parametrize.is_parametrized(part):
        for name in list(part.parametrizations):  # type: ignore[arg-type]
            parametrize.remove_parametrizations(part, name, leave_parametrized=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("weight", "weight_hh_l0", "weight_ih_l0"):
            for remove in (remove_weight_norm, remove_spectral_norm):
                with contextlib.suppress(ValueError):
                    remove(part, name)


def _plain_tensors(part: nn.Module) -> None:
    """Tensors kept as plain attributes are reached by neither cpu() nor float()."""
    for name, value in list(vars(part).items()):
        if isinstance(value, Tensor):
            moved = value.detach().cpu()
            setattr(part, name, moved.float() if moved.is_floating_point() else moved)
