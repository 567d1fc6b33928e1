"""Weight norm and spectral norm, as files of any age hold them, written the way a network wants them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

PARTS = ".original0", ".original1"
Weights = dict[str, Tensor]


def norms_as_wanted(held: Weights, wanted: Mapping[str, Tensor]) -> Weights:
    """Old weight norm, new weight norm, spectral norm and plain weights turned into what `wanted` names."""
    found = dict(held)
    for name in held:
        if name.endswith("_g") and name[:-1] + "v" in held:
            _from_pair(found, wanted, name[:-2], name, name[:-1] + "v")
        elif name.endswith(PARTS[0]) and ".parametrizations." in f".{name}":
            _from_pair(found, wanted, _plain(name.removesuffix(PARTS[0])), name, name[:-1] + "1")
        elif name.endswith("_orig") and f"{name[:-5]}_u" in held and f"{name[:-5]}_v" in held:
            _from_spectral(found, wanted, name[:-5])
        elif name not in wanted:
            _to_pair(found, wanted, name)
    return found


def _plain(name: str) -> str:
    """`first.parametrizations.weight` → `first.weight`."""
    return f".{name}".replace(".parametrizations.", ".")[1:]


def _pairs_of(name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """What an old and a new weight norm call the two parts of `first.weight`."""
    owner, _, last = name.rpartition(".")
    new = f"{owner}.parametrizations.{last}" if owner else f"parametrizations.{last}"
    return (f"{name}_g", f"{name}_v"), (new + PARTS[0], new + PARTS[1])


def _from_pair(found: Weights, wanted: Mapping[str, Tensor], plain: str, size: str, direction: str) -> None:
    if size in wanted or direction not in found:
        return
    pair = next((each for each in _pairs_of(plain) if each[0] in wanted), None)
    if pair is None and plain not in wanted:
        return
    g, v = found.pop(size), found.pop(direction)
    if pair is not None:
        found[pair[0]], found[pair[1]] = g, v
        return
    axes = [axis for axis in range(v.dim()) if g.dim() == v.dim() and g.shape[axis] == 1 and v.shape[axis] != 1]
    found[plain] = v * (g / v.norm(dim=axes or None, keepdim=bool(axes)))


def _to_pair(found: Weights, wanted: Mapping[str, Tensor], name: str) -> None:
    """A plain weight for a network that keeps its norm and its direction apart."""
    pair = next((each for each in _pairs_of(name) if each[0] in wanted), None)
    if pair is None or wanted[pair[1]].shape != found[name].shape:
        return
    weight, shape = found.pop(name), wanted[pair[0]].shape
    axes = [axis for axis in range(weight.dim()) if len(shape) == weight.dim() and shape[axis] == 1]
    size = weight.norm(dim=[axis for axis in axes if weight.shape[axis] != 1] or None, keepdim=bool(axes))
    found[pair[0]], found[pair[1]] = size.reshape(shape), weight


def _from_spectral(found: Weights, wanted: Mapping[str, Tensor], plain: str) -> None:
    """A weight divided by its largest singular value, as the two vectors kept with it say."""
    if plain not in wanted:
        return
    weight, u, v = (found.pop(f"{plain}{each}") for each in ("_orig", "_u", "_v"))
    first = next((axis for axis in range(weight.dim()) if weight.shape[axis] == u.numel()), 0)
    matrix = weight.movedim(first, 0).flatten(1)
    sigma = torch.dot(u, matrix @ v) if matrix.shape == (u.numel(), v.numel()) else torch.ones(())
    found[plain] = weight / sigma
