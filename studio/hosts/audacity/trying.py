"""audacitorch's helpers for trying a model before it is saved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from studio.errors import ModelError
from studio.hosts.audacity.metadata import metadata_problems
from studio.wrappers.archive import first_line

LENGTHS = (1, 2, 511, 512, 513, 48000)  # samples


def validate_metadata(metadata: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether Audacity takes this metadata, and everything that is wrong with it."""
    found = metadata_problems(metadata)
    return not found, " ".join(each.sentence for each in found) or "success!"


def get_example_inputs(multichannel: bool = False) -> list[Tensor]:
    """Ten sounds to try or to trace a model with, `[1 or 2 channels, samples]`, the same each time."""
    generator = torch.Generator().manual_seed(0)
    channels = 2 if multichannel else 1
    noises = [torch.rand(channels, length, generator=generator) - 0.5 for length in LENGTHS]
    time = torch.arange(48000) / 48000
    impulse = torch.zeros(channels, 4096)
    impulse[:, 100] = 1.0
    sine = torch.sin(2 * math.pi * 440 * time).repeat(channels, 1)
    return [*noises[::-1], torch.zeros(channels, 4096), impulse, sine, torch.sign(sine)]


def test_run(model: nn.Module, multichannel: bool = False) -> None:
    """Run a model on all example inputs. Raises: ModelError where it fails or gives what is no finite number."""
    for x in get_example_inputs(multichannel):
        try:
            with torch.no_grad():
                made = model(x.clone())
        except Exception as error:  # anything may happen in a model
            raise ModelError(
                f"The model fails on {list(x.shape)}: {first_line(error)}", "It has to take any."
            ) from error
        parts = made if isinstance(made, tuple) else (made,)
        if not all(isinstance(each, Tensor) and bool(torch.isfinite(each).all()) for each in parts):
            raise ModelError(f"The model gives NaN or infinity for {list(x.shape)}.", "Look for a division by zero.")


test_run.__test__ = False  # type: ignore[attr-defined] # pytest takes it for a test where it is imported
