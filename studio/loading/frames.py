"""Find the scores of classes that a model gives frame by frame: where they are, how far apart, what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from studio.document.call import Key, Output
from studio.document.treatment import Decoding
from studio.loading.found import Found
from studio.loading.outputs import Sound, leaves, rows_of
from studio.loading.trial import Runner, TrialError, noise

GREATEST_RATIO = Fraction(1, 17)  # frames for one sample: what comes more often is a sound
MOST_CLASSES = 1024
NEAR_ONE = 1e-2
STEPS = 16  # frames between two places where one more comes out: their distance is the hop times this
NOTHING = ("background", "silence", "none", "nothing", "blank", "noise", "unknown", "_background_", "<blank>", "")


@dataclass(frozen=True)
class Lengths:
    """Which lengths such a model takes: from `least` in steps of `multiple`, or only one of `sizes`."""

    least: int
    multiple: int
    sizes: tuple[int, ...] = ()


def find_frames(lengths: tuple[int, int], made: tuple[Any, Any], layout: str, channels: int) -> Sound | None:
    """Scores in two answers to two lengths, as a `Sound` of far fewer samples; see `outputs.find_sound`."""
    first, second = leaves(made[0]), leaves(made[1])
    found: dict[Key, tuple[str, Fraction]] = {}
    for key in first:
        axes = _axes(lengths, first[key], second[key], layout, channels) if key in second else None
        if axes is not None:
            found[key] = axes
    if not found:
        return None
    chosen = min(found, key=lambda key: (not _within_one(first[key]), first[key].numel()))
    others = {key: tuple(leaf.shape) for key, leaf in first.items() if key != chosen and leaf.is_floating_point()}
    letters, ratio = found[chosen]
    return Sound((chosen,), letters, (Output(name="output"),), ratio, 0, tuple(first[chosen].shape), others)


def form_of(runner: Runner, found: Found, insist: bool) -> tuple[str, bool] | None:
    """What the scores mean, and whether only one class may be right; None where nothing tells.

    Args:
        runner: calls the model.
        found: how.
        insist: somebody said that they are scores, so that numbers of any size are.
    """
    channels, length = found.way.channels, found.length
    sine = 0.9 * torch.sin(torch.arange(length) * 0.07).repeat(channels, 1)
    sounds = (noise(channels, length), noise(channels, length, seed=2, level=1.0), sine, torch.zeros(channels, length))
    made = [frames_of(runner, found, sound) for sound in sounds]
    scores = torch.cat([rows for rows in made if rows is not None], 1)
    several = scores.shape[0] > 1
    if _within_one(scores):
        return "probability", several and _sums_to_one(scores)
    if several and float(scores.max()) <= 1e-4 and _sums_to_one(scores.exp()):
        return "softmax", True
    return ("softmax" if several else "logit", several) if insist else None


def find_lengths(runner: Runner, found: Found) -> Lengths:
    """Shortest length and step, or the only size."""
    length = found.length
    steps = [each for each in range(1, length + 1) if length % each == 0]
    step = next((each for each in steps if _count(runner, found, length + each) is not None), None)
    if step is None:
        return Lengths(1, 1, (length,))
    good, bad = length // step, 0
    while good - bad > 1 and not runner.late:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if _count(runner, found, middle * step) else (good, middle)
    return Lengths(good * step, step)


def find_hop(runner: Runner, found: Found, lengths: Lengths) -> float:
    """Samples from frame to frame, exactly: the distance of two places where one more frame comes out."""
    if lengths.sizes:
        return found.length / max(1, _count(runner, found, found.length) or 1)
    about = float(1 / found.sound.ratio)
    begin = -(-max(found.length, lengths.least + round(about)) // lengths.multiple) * lengths.multiple
    far = begin + -(-round(STEPS * about) // lengths.multiple) * lengths.multiple
    one, other = (_edge(runner, found, each, lengths.multiple, about) for each in (begin, far))
    if one is None or other is None or one[1] == other[1]:
        counts = [_count(runner, found, each) or 0 for each in (begin, far)]
        return (far - begin) / max(1, counts[1] - counts[0])
    exact = Fraction(other[0] - one[0], other[1] - one[1])
    whole = exact.limit_denominator(4)  # a rational hop is within a sample of this, however the frames are rounded
    return float(whole if abs(whole - exact) * (other[1] - one[1]) <= 1 else exact)


def find_start(runner: Runner, found: Found, hop: float, lengths: Lengths) -> float:
    """Sample at which the first frame starts: a burst is answered most by the frames around it."""
    if lengths.sizes:
        return 0.0
    length = max(found.length, lengths.least) + round(40 * hop)
    length = -(-length // lengths.multiple) * lengths.multiple
    quiet = noise(found.way.channels, length, seed=3, level=0.02)
    rest = frames_of(runner, found, quiet)
    long = max(1, round(hop / 2))
    centres = []
    for phase in range(8):
        place = length // 2 + round(phase * hop / 8)
        loud = quiet.clone()
        loud[:, place : place + long] += noise(found.way.channels, long, seed=4, level=0.8)
        moved = frames_of(runner, found, loud)
        if rest is None or moved is None or moved.shape != rest.shape:
            return 0.0
        weight = (moved - rest).double().square().sum(0)
        if float(weight.sum()) > 0:
            middle = float((weight * torch.arange(len(weight))).sum() / weight.sum())
            centres.append(place + long / 2 - middle * hop)
    start = round(sum(centres) / len(centres) - hop / 2) if centres else 0
    usual = (0.0, -hop / 2)  # frames one after the other, and those around their places
    return next((each for each in usual if abs(start - each) < hop / 8), float(start))


def class_names(model: Any, said: Sequence[str], count: int) -> tuple[str, ...]:
    """Names of the classes: the user's, those the model keeps, or numbers."""
    if said:
        return tuple(said)
    for names in _kept_names(model):
        if len(names) == count and len(set(names)) == count:
            return names
    return tuple(f"class {number}" for number in range(1, count + 1)) if count > 1 else ("event",)


def background_in(names: Sequence[str]) -> int:
    """Which class is no label, told by its name; -1 where none is."""
    lower = [each.strip().lower() for each in names]
    return next((at for at, each in enumerate(lower) if each in NOTHING), -1)


def decoding_of(form: tuple[str, bool], hop: float, start: float, names: Sequence[str]) -> Decoding:
    """The proposal."""
    background = background_in(names) if form[1] else -1
    return Decoding.model_validate(
        {"frame_hop": hop, "frame_start": start, "form": form[0], "exclusive": form[1], "background": background}
    )


def frames_of(runner: Runner, found: Found, sound: Tensor) -> Tensor | None:
    """The scores `[classes, frames]` for a sound; None where the model fails or gives none."""
    try:
        rows = rows_of(runner.run(found.way, sound), found.sound)
    except (TrialError, ValueError, RuntimeError):  # no frame at all has no rows
        return None
    return rows if rows.shape[1] and bool(torch.isfinite(rows).all()) else None


def _kept_names(model: Any) -> Iterator[tuple[str, ...]]:
    for attribute in ("labels", "classes", "class_names", "label_names", "names"):
        held = getattr(model, attribute, None)
        if isinstance(held, (list, tuple)) and all(isinstance(each, str) for each in held):
            yield tuple(held)
    kept = getattr(getattr(model, "config", model), "id2label", None)
    if isinstance(kept, dict):
        yield tuple(str(kept[key]) for key in sorted(kept, key=int))


def _axes(
    lengths: tuple[int, int], one: Tensor, other: Tensor, layout: str, channels: int
) -> tuple[str, Fraction] | None:
    """Letters of the axes, and frames for one sample."""
    if not one.is_floating_point() or one.dim() != other.dim() or not 1 <= one.dim() <= 3:
        return None
    if layout in ("BT", "CT") and channels > 1 and one.shape[0] == channels:
        return None  # each channel by itself, not a class
    if lengths[0] == lengths[1]:
        time = _frames_axis(one)
        ratio = Fraction(one.shape[time], lengths[0])
    else:
        moving = [axis for axis in range(one.dim()) if one.shape[axis] != other.shape[axis]]
        if len(moving) != 1:
            return None
        time = moving[0]
        ratio = Fraction(other.shape[time] - one.shape[time], lengths[1] - lengths[0])
    letters = _letters(tuple(one.shape), time)
    return (letters, ratio) if letters is not None and 0 < ratio <= GREATEST_RATIO else None


def _frames_axis(one: Tensor) -> int:
    """The axis of frames in the answer of a model that takes one length only."""
    if one.dim() < 3:
        return 0  # [1, classes] is one frame, and so is [1]
    classes = next((axis for axis in (1, 2) if _sums_to_one(one.movedim(axis, 0).flatten(1))), None)
    if classes is not None:
        return 3 - classes
    return 1 if one.shape[1] >= one.shape[2] or one.shape[2] <= 1 else 2


def _letters(shape: tuple[int, ...], time: int) -> str | None:
    rest = [axis for axis in range(len(shape)) if axis != time]
    letters = {time: "T"}
    batch = next((axis for axis in rest if shape[axis] == 1), None)
    if len(rest) == 2 and batch is None:
        return None
    for axis in rest:
        letters[axis] = "B" if axis == batch and (len(rest) == 2 or axis == 0) else "C"
        if shape[axis] > MOST_CLASSES:
            return None
    return "".join(letters[axis] for axis in range(len(shape)))


def _within_one(scores: Tensor) -> bool:
    return bool(scores.numel()) and float(scores.min()) >= -1e-4 and float(scores.max()) <= 1 + 1e-4


def _sums_to_one(scores: Tensor) -> bool:
    """Whether the classes `[classes, frames]` share one whole."""
    return scores.shape[0] > 1 and bool(((scores.sum(0) - 1).abs() <= NEAR_ONE).all())


def _count(runner: Runner, found: Found, length: int) -> int | None:
    rows = frames_of(runner, found, noise(found.way.channels, length))
    return None if rows is None else int(rows.shape[1])


def _edge(runner: Runner, found: Found, begin: int, step: int, about: float) -> tuple[int, int] | None:
    """The least length from `begin` on at which one more frame comes out, and how many that are."""
    start = _count(runner, found, begin)
    low, high = 0, -(-round(2 * about) // step) + 1
    if start is None or (_count(runner, found, begin + high * step) or 0) <= start:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        count = _count(runner, found, begin + middle * step)
        if count is None:
            return None
        low, high = (low, middle) if count > start else (middle, high)
    count = _count(runner, found, begin + high * step)
    return (begin + high * step, count) if count == start + 1 else None
