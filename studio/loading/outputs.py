"""Find the sound in whatever a model returned."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from studio.document.call import Argument, Key, Output

LEAST_RATIO, GREATEST_RATIO = Fraction(1, 16), Fraction(16)
MOST_ROWS = 64


@dataclass(frozen=True)
class Sound:
    """Where the sound is.

    Attributes:
        keys: of each output within what the model returned; `()` alone for a plain tensor.
        layout: axes of each output.
        outputs: names and channels.
        ratio: output samples for one input sample.
        offset: samples that come out beyond ratio · n; negative where some are lost.
        shape: of the first output at the first length.
        others: shapes of what else came out and does not follow time, by key: perhaps state.
    """

    keys: tuple[Key, ...]
    layout: str
    outputs: tuple[Output, ...]
    ratio: Fraction
    offset: int
    shape: tuple[int, ...]
    others: dict[Key, tuple[int, ...]]

    def length(self, samples: int) -> int | None:
        """Samples that should come out for `samples` in; None where that is no whole number."""
        exact = self.ratio * samples + self.offset
        return int(exact) if exact.denominator == 1 else None


def leaves(made: Any) -> dict[Key, Tensor]:
    """Every tensor in nested tuples, lists, dicts and dataclasses; `.name` is a step to an attribute."""
    if isinstance(made, Tensor):
        return {(): made}
    pairs: list[tuple[int | str, Any]] = []
    if isinstance(made, Mapping):
        pairs = [(key, value) for key, value in made.items() if isinstance(key, (int, str))]
    elif names := _attributes(made):
        pairs = [(f".{name}", getattr(made, name, None)) for name in names]
    elif isinstance(made, (tuple, list)):
        pairs = list(enumerate(made))
    return {(key, *rest): leaf for key, value in pairs for rest, leaf in leaves(value).items()}


def _attributes(made: Any) -> tuple[str, ...]:
    """Names of what a named tuple or a dataclass holds."""
    if isinstance(made, tuple):
        return tuple(getattr(made, "_fields", ()))
    held = dataclasses.is_dataclass(made) and not isinstance(made, type)
    return tuple(each.name for each in dataclasses.fields(made)) if held else ()


def find_sound(lengths: tuple[int, int], made: tuple[Any, Any], layout: str, channels: int) -> Sound | None:
    """The sound in two answers to two lengths; with equal lengths, the axis as long as the input is time."""
    first, second = leaves(made[0]), leaves(made[1])
    times = {key: _time_axis(lengths, first[key], second[key]) for key in first if key in second}
    sounds = {key: found for key, found in times.items() if found is not None}
    if not sounds:
        return None
    keys = _chosen(sounds, first, layout, channels)
    axis, ratio, offset = sounds[keys[0]]
    axes = _axes(tuple(first[keys[0]].shape), axis, layout, channels)
    if axes is None:
        return None
    shape = tuple(first[keys[0]].shape)
    batch = axes.find("B") if len(axes) == 3 and axes == layout else -1
    if batch >= 0 and shape[batch] != 1:  # several for one: outputs of their own, or a batch that was made of the sound
        if ratio != 1:
            return None
        axes = axes.replace("B", "S")
    others = {key: tuple(leaf.shape) for key, leaf in first.items() if key not in sounds and leaf.is_floating_point()}
    return Sound(keys, axes, _named(keys, axes, shape), ratio, offset, shape, others)


def rows_of(made: Any, sound: Sound) -> Tensor:
    """All outputs as rows [rows, samples]. Raises: ValueError where they have another form than at first."""
    held = leaves(made)
    rows = []
    for key in sound.keys:
        if key not in held or held[key].dim() != len(sound.layout):
            raise ValueError("the output has another form at another length")
        leaf = held[key].movedim(sound.layout.index("T"), -1)
        rows.append(leaf.reshape(-1, leaf.shape[-1]))
    shortest = min(row.shape[-1] for row in rows)
    return torch.cat([row[:, :shortest] for row in rows])


def state_keys(sound: Sound, arguments: tuple[Argument, ...]) -> list[Key]:
    """Which returned tensors are the next states, in the order of the state arguments; fewer where some are not."""
    free = dict(sound.others)
    keys = []
    for state in (each for each in arguments if each.role == "state"):
        key = next((key for key, shape in free.items() if shape == state.shape), None)
        if key is not None:
            keys.append(key)
            del free[key]
    return keys


def _time_axis(lengths: tuple[int, int], one: Tensor, other: Tensor) -> tuple[int, Fraction, int] | None:
    """Axis, ratio and offset of a tensor that follows the input's length."""
    if not one.is_floating_point() or one.dim() != other.dim() or not 1 <= one.dim() <= 4:
        return None
    if lengths[0] == lengths[1]:
        axes = [axis for axis in reversed(range(one.dim())) if one.shape[axis] == lengths[0]]
        return (axes[0], Fraction(1), 0) if axes else _multiple_axis(lengths[0], one)
    moving = [axis for axis in range(one.dim()) if one.shape[axis] != other.shape[axis]]
    if len(moving) != 1:
        return None
    sizes = one.shape[moving[0]], other.shape[moving[0]]
    ratio = Fraction(sizes[1] - sizes[0], lengths[1] - lengths[0]).limit_denominator(1000)
    offset = sizes[0] - ratio * lengths[0]
    if not LEAST_RATIO <= ratio <= GREATEST_RATIO or offset.denominator != 1:
        return None
    return moving[0], ratio, int(offset)


def _multiple_axis(length: int, one: Tensor) -> tuple[int, Fraction, int] | None:
    """For a model of one fixed length: an axis that is a simple multiple of it."""
    for axis in reversed(range(one.dim())):
        ratio = Fraction(int(one.shape[axis]), length)
        simple = ratio.numerator == 1 or ratio.denominator == 1
        if simple and LEAST_RATIO <= ratio <= GREATEST_RATIO and one.shape[axis] > 16:
            return axis, ratio, 0
    return None


def _chosen(
    sounds: dict[Key, tuple[int, Fraction, int]], first: dict[Key, Tensor], layout: str, channels: int
) -> tuple[Key, ...]:
    """All outputs where they are alike; else the one most like the input."""
    keys = list(sounds)
    alike = len({(tuple(first[key].shape), sounds[key]) for key in keys}) == 1
    if alike:
        return tuple(keys)

    def unlike(key: Key) -> tuple[bool, bool, bool]:
        axes = _axes(tuple(first[key].shape), sounds[key][0], layout, channels)
        rows = first[key].numel() // max(1, first[key].shape[sounds[key][0]])
        return sounds[key][1] != 1, axes is None or rows > MOST_ROWS, rows not in (1, 2, channels)

    return (min(keys, key=unlike),)


def _axes(shape: tuple[int, ...], time: int, layout: str, channels: int) -> str | None:
    """Letters for the axes of an output, given how the input was laid out."""
    if len(shape) == len(layout) and layout[time] == "T" and "C" in layout:
        return _stems_of_mono(shape, layout, channels)
    if len(shape) == len(layout) and layout[time] == "T":
        return layout
    rest = len(shape) - 1
    batched = "B" in layout and rest > 0 and 1 in shape and _batch_axis(shape, time) is not None
    letters = [""] * len(shape)
    letters[time] = "T"
    free = [axis for axis in range(len(shape)) if axis != time]
    if batched and not (rest == 1 and channels > 1 and shape[free[0]] == channels):
        batch = _batch_axis(shape, time)
        assert batch is not None
        letters[batch] = "B"
        free.remove(batch)
    if len(free) > 2:
        return None
    names = _row_letters([shape[axis] for axis in free], channels)
    for axis, letter in zip(free, names, strict=True):
        letters[axis] = letter
    return "".join(letters)


def _batch_axis(shape: tuple[int, ...], time: int) -> int | None:
    return next((axis for axis in range(len(shape)) if axis != time and shape[axis] == 1), None)


def _row_letters(sizes: list[int], channels: int) -> str:
    if len(sizes) == 1:
        return "S" if sizes[0] > max(2, channels) else "C"
    if len(sizes) == 2:
        first_is_channels = sizes[0] in (1, channels) and sizes[1] != channels and sizes[0] <= 2
        return "CS" if first_is_channels and sizes[1] > 1 else "SC"
    return ""


def _stems_of_mono(shape: tuple[int, ...], layout: str, channels: int) -> str:
    """More rows than a stereo pair are outputs of their own."""
    rows = shape[layout.index("C")]
    return layout.replace("C", "S") if rows > max(2, channels) else layout


def _named(keys: tuple[Key, ...], axes: str, shape: tuple[int, ...]) -> tuple[Output, ...]:
    width = shape[axes.index("C")] if "C" in axes else 1
    if axes == "BT":
        width = max(shape[0], 1)
    if len(keys) > 1:
        return tuple(Output(name=_name(key, index), channels=width) for index, key in enumerate(keys))
    if "S" in axes:
        count = shape[axes.index("S")]
        return tuple(Output(name=f"output {index + 1}", channels=width) for index in range(count))
    return (Output(name="output", channels=width),)


def _name(key: Key, index: int) -> str:
    return next((part.lstrip(".") for part in reversed(key) if isinstance(part, str)), f"output {index + 1}")
