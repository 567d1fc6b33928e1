"""A way of calling a model that works, and which of several is the best."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from studio.loading.outputs import Sound, rows_of
from studio.loading.trial import Runner, TrialError, Way, noise

NAMES_OF_OUTPUTS = ("sources", "stems", "instruments", "source_names", "targets")


@dataclass(frozen=True)
class Found:
    """A way that works.

    Attributes:
        length: samples at which it was found.
        fixed: no other length worked.
        alone: both channels of a stereo pair are treated alike and without one another.
    """

    way: Way
    sound: Sound
    length: int
    fixed: bool
    alone: bool = False


def name_outputs(module: nn.Module, found: Found) -> Found:
    """The outputs under the names that separators keep for them, where they return them without."""
    outputs = found.sound.outputs
    if any(each.name != f"output {index + 1}" for index, each in enumerate(outputs)):
        return found
    for attribute in NAMES_OF_OUTPUTS:
        names = getattr(module, attribute, None)
        texts = isinstance(names, (list, tuple)) and all(isinstance(each, str) and each.strip() for each in names)
        if names and texts and len(outputs) == len(set(names)) == len(names):
            renamed = tuple(each.model_copy(update={"name": name}) for each, name in zip(outputs, names, strict=True))
            return replace(found, sound=replace(found.sound, outputs=renamed))
    return found


def best(runner: Runner, works: list[Found]) -> Found | None:
    """The way in which the model answers to its input and remembers; of equals, the likelier layout."""
    works = [each for each in works if _stands_loud(runner, each)] or works
    scored = [(each, _liveliness(runner, each)) for each in _one_for_each_layout(runner, works)]
    # time in the place of the batch: any model takes that, and only one that remembers means it
    scored = [(each, score) for each, score in scored if each.way.layout != "TBC" or score == 2]
    most = max((score for _, score in scored), default=0)
    equals = [each for each, score in scored if score == most]
    batch = next((each for each in equals if each.way.layout == "BT" and each.alone), None)
    if not equals or (batch is not None and equals[0].way.layout == "CT"):
        return batch
    return equals[0]


def _stands_loud(runner: Runner, found: Found) -> bool:
    """Whether a loud sound does not make it fail: what a model does only then may take no such input."""
    try:
        _rows(runner, found, noise(found.way.channels, found.length, seed=9, level=0.98))
    except (TrialError, ValueError):
        return False
    return True


def _one_for_each_layout(runner: Runner, works: list[Found]) -> list[Found]:
    chosen = []
    for layout in dict.fromkeys(each.way.layout for each in works):
        same = [each for each in works if each.way.layout == layout]
        if layout == "CT" and any(_is_batch(each) for each in same):
            continue  # an axis that was put behind the first one makes that a batch: [B, T] comes next
        if layout == "BT":  # channels can only be a batch where as many come out
            same = [each for each in same if each.way.channels == 1 or each.sound.layout == "BT"]
        if same:
            chosen.append(_channels(runner, same))
    return chosen


def _is_batch(found: Found) -> bool:
    return len(found.sound.shape) == 3 and found.way.channels == 1 == found.sound.shape[0]


def _channels(runner: Runner, works: list[Found]) -> Found:
    """Of the numbers of channels that work: what the first layer takes; stereo where it is treated as two monos."""
    first = works[0]
    mono = next((each for each in works if each.way.channels == 1), None)
    stereo = next((each for each in works if each.way.channels == 2), None)
    if first is not mono and first is not stereo:  # a layer that takes no other number stands on the sound's way
        first = mono or stereo or first
    if mono is None or stereo is None:
        return first
    if (mono.sound.ratio, mono.sound.offset) != (stereo.sound.ratio, stereo.sound.offset):
        return mono
    x = torch.cat([noise(1, mono.length, seed=5), noise(1, mono.length, seed=6)])
    both = _rows(runner, stereo, x)
    alone = [_rows(runner, mono, x[row : row + 1]) for row in (0, 1)]
    if both.shape[0] == 2 * alone[0].shape[0] and _close(both, torch.cat(alone)):
        return replace(stereo, alone=True)
    if first is mono and any(each.dim() >= 2 for each in runner.module.parameters()):
        return mono
    same = _rows(runner, stereo, x[:1].repeat(2, 1))
    ignores_right = _close(same, _rows(runner, stereo, torch.cat([x[:1], torch.zeros_like(x[:1])])))
    return mono if ignores_right or not _close(same, same[:1].expand_as(same)) else stereo


def _liveliness(runner: Runner, found: Found) -> int:
    """0: deaf to its input; 1: answers sample by sample; 2: answers over time."""
    x = noise(found.way.channels, found.length)
    poked = x.clone()
    poked[:, found.length // 2] += 0.5
    try:
        one, other = (_rows(runner, found, each) for each in (x, poked))
    except TrialError:  # a model may fail on what is louder than it knows
        return 0
    changed = ((one - other).abs() > 1e-6 * one.abs().max().clamp(min=1e-6)).any(dim=0)
    return min(2, int(changed.sum()))


def _rows(runner: Runner, found: Found, x: Tensor) -> Tensor:
    return rows_of(runner.run(found.way, x), found.sound)


def _close(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape:
        return False
    return bool((one - other).abs().max() <= 1e-4 * one.abs().max().clamp(min=1e-6))
