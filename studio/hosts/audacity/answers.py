"""What Audacity takes as an answer of a model: it reads raw memory and asks nothing itself."""

from __future__ import annotations

import torch
from torch import Tensor


def fault_in(made: Tensor | tuple[Tensor, ...], labels: int, frames: int) -> str:
    """Why the host cannot take an answer to a block of `frames` samples; empty where it can.

    Args:
        made: `[rows, frames]`, or class indexes `[n]` and times `[n, 2]` in seconds.
        labels: how many names the metadata has.
        frames: of the block.
    """
    if isinstance(made, Tensor):
        return _sound_fault(made, labels, frames)
    return _label_fault(made[0], made[1], labels)


def _sound_fault(made: Tensor, labels: int, frames: int) -> str:
    if made.dtype != torch.float32:
        return f"it gives {_word(made)}; the host reads float32"
    if tuple(made.shape) != (labels, frames):
        return f"it gives {_shape(made)}; the host wants {labels} by {frames}, a row for each label"
    return "" if bool(torch.isfinite(made).all()) else "it gives NaN or infinity"


def _label_fault(classes: Tensor, times: Tensor, labels: int) -> str:
    if classes.dim() != 1:
        return f"classes are {_shape(classes)}; the host wants one index for each label, not probabilities"
    if tuple(times.shape) != (classes.shape[0], 2):
        return f"times are {_shape(times)}; the host wants start and end of each label"
    if not times.dtype.is_floating_point:
        return f"times are {_word(times)}; the host adds seconds to them in place and needs floating point"
    if not classes.numel():
        return ""
    if bool((classes != classes.round()).any()) or int(classes.min()) < 0 or int(classes.max()) >= labels:
        return f"it names class {classes.max().item():g} of {labels}, counted from 0: the host would close"
    return "" if bool(torch.isfinite(times).all()) and bool((times >= 0).all()) else "times are negative or NaN"


def _shape(tensor: Tensor) -> str:
    return " by ".join(str(size) for size in tensor.shape)


def _word(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
