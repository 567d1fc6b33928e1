"""Put a model into the one state that everything after loading expects."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from typing import Any

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
            _hide_failing_properties(part)
    for weight in module.parameters():
        weight.requires_grad_(False)
    return module


def _hide_failing_properties(part: nn.Module) -> None:
    """A property that raises without its trainer counts as absent: TorchScript looks at every one of them."""
    for cls in type(part).__mro__:
        if cls.__module__.startswith("torch."):
            continue
        for name, held in list(vars(cls).items()):
            if isinstance(held, property) and held.fget is not None and _fails(part, held):
                setattr(
                    cls, name, property(_absent_where_it_fails(held.fget, name), held.fset, held.fdel, held.__doc__)
                )
                ignored = [*getattr(type(part), "__jit_unused_properties__", ()), name]
                type.__setattr__(type(part), "__jit_unused_properties__", list(dict.fromkeys(ignored)))


def _fails(part: nn.Module, held: property) -> bool:
    try:
        held.__get__(part)
    except AttributeError:
        return False
    except Exception:  # whatever a property raises that is asked too early
        return True
    return False


def _absent_where_it_fails(get: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    def guarded(part: Any) -> Any:
        try:
            return get(part)
        except Exception as error:  # as above
            raise AttributeError(f"{name}: {error}") from error

    return guarded


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
