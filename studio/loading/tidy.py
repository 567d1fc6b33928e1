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
    module.cpu().float()
    if not isinstance(module, torch.jit.ScriptModule):
        for part in module.modules():
            _remove_norms(part)
            _plain_tensors(part)
    for weight in module.parameters():
        weight.requires_grad_(False)
    return module


def _remove_norms(part: nn.Module) -> None:
    """Weight and spectral norm, old and new, become plain weights: a trace would record their arithmetic."""
    if parametrize.is_parametrized(part):
        for name in list(part.parametrizations):  # type: ignore[arg-type]
            parametrize.remove_parametrizations(part, name, leave_parametrized=True)
            value = getattr(part, name).detach()
            delattr(part, name)  # torch leaves a weight made of two parts as a buffer
            part.register_parameter(name, nn.Parameter(value))
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
