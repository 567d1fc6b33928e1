"""Audacity's fork carries LibTorch 1.9: what it cannot read is said otherwise, or refused before it is written."""

from __future__ import annotations

from pathlib import Path

import torch

from studio.errors import HostError
from studio.hosts import libtorch
from studio.hosts.lowering import absent_in, lower
from studio.wrappers import torchscript

CARRIED = (1, 9)
TRIALS = (44100, 257)  # samples


def lower_for_audacity(path: Path, channels: int) -> None:
    """Rewrite the archive at `path` in the words of LibTorch 1.9.

    Raises: HostError that names what cannot be said in them: the host would not refuse the file, it would close.
    """
    left_out = lower(path, CARRIED)
    found = [each.what for each in libtorch.reasons(path) if each.since > CARRIED]
    if left_out:
        found += _missed(path, channels, left_out)
    if found:
        mends = libtorch.mends_of(found)
        hint = f"{mends[0].upper()}{mends[1:]}." if mends else "Write it in simpler operators, or trace it (--trace)."
        raise HostError(
            f"Audacity carries LibTorch 1.9, which has not {_listed(found)}: it would close.", hint, about="audacity"
        )


def _missed(path: Path, channels: int, left_out: list[str]) -> list[str]:
    """The operator among those left out that the model runs into."""
    root = torchscript.load(str(path))
    with torch.no_grad():
        for frames in TRIALS:
            try:
                root(torch.linspace(-0.5, 0.5, frames).repeat(channels, 1))
            except (RuntimeError, torch.jit.Error) as error:
                if what := absent_in(error, left_out):
                    return [what]
                raise
    return []


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
