"""Find one way of calling a model that gives sound: layouts, channels and arguments, tried at two lengths."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import nn

from studio.errors import ModelError
from studio.loading.arguments import Plan, is_state_name, options_for, plan_of
from studio.loading.blame import place, reason
from studio.loading.found import Found, best
from studio.loading.outputs import Sound, find_sound, leaves, rows_of, state_keys
from studio.loading.trial import Runner, TrialError, Way, noise

ORDER = ("BCT", "CT", "BT", "T", "BTC", "TBC", "TC")  # the likeliest first
LENGTHS = (2048, 16384, 48000, 44100, 40320, 61440, 131072)
FIXED = (512, 1024, 256, 4096, 8192, 128, 64, 32, 32768, 65536, 480, 960, 1920, 441, 882, 16000, 22050)
MOST_CHANNELS = 16
THOROUGH = 2  # lengths at which every guess at the arguments is tried
MOST_COMBINATIONS = 200
MOST_ERRORS = 50
Finder = Callable[[tuple[int, int], tuple[Any, Any], str, int], Sound | None]  # lengths, answers, layout, channels
Chooser = Callable[[Runner, list[Found]], Found | None]


def search(
    runner: Runner,
    name: str,
    layouts: Sequence[str],
    model_rate: int | None,
    find: Finder = find_sound,
    choose: Chooser = best,
) -> Found:
    """The way to call the model that `choose` takes of those in whose answers `find` finds what is sought.

    Raises: ModelError that says what was tried.
    """
    if not callable(getattr(runner.module, runner.method, None)):
        said = f"{name} has no method {runner.method}."
        raise ModelError(said, "Name another (--call method=…).", about=name, fields=["method"])
    if getattr(type(runner.module), runner.method, None) is nn.Module.forward:
        raise _no_forward(runner.module, name)
    guesses = Guesses(runner, layouts, model_rate, find, choose)
    unlikely: Found | None = None
    for number, lengths in enumerate(_lengths(runner)):
        found = guesses.try_at(lengths, thorough=number < THOROUGH)
        if found is not None and not _by_chance(found):
            return found
        unlikely = unlikely or found
        if guesses.not_finite or runner.late or (number and guesses.shapes):
            break
    if unlikely is not None:
        return unlikely
    raise guesses.refusal(name)


class Guesses:
    """Layouts, channels and arguments that may be right, and why they were not."""

    def __init__(
        self, runner: Runner, layouts: Sequence[str], model_rate: int | None, find: Finder, choose: Chooser
    ) -> None:
        self.runner, self.layouts, self.find, self.choose = runner, layouts, find, choose
        self.wanted = runner.wanted()
        needed = [each for each in self.wanted if each.required]
        together = sum(is_state_name(each.name) for each in needed) < 2
        self.options = [list(options_for(each, runner.module, model_rate, together)) for each in needed]
        self.channels = runner.channels or channel_guesses(runner.module)
        self.errors: list[BaseException] = []
        self.depths: dict[tuple[str, int], int] = {}  # layers that each frame came through with the last arguments
        self.not_finite = False
        self.shapes = ""

    def try_at(self, lengths: tuple[int, int], thorough: bool) -> Found | None:
        """The best way that works at these lengths. A thorough try changes one argument after the other."""
        chosen = [0] * len(self.options)
        found = self._with(chosen, self._frames(), lengths)
        if found is not None or not thorough or not any(len(each) > 1 for each in self.options):
            return found
        frames = [frame for frame, depth in self.depths.items() if depth == max(self.depths.values())]
        for place_, options in enumerate(self.options):
            depths = []
            for index in range(len(options)):
                attempt = [*chosen[:place_], index, *chosen[place_ + 1 :]]
                found = self._with(attempt, frames, lengths)
                if found is not None or self.runner.late:
                    return found
                depths.append(max(self.depths.values()))
            chosen[place_] = depths.index(max(depths))
        return self._any_combination(frames, lengths)

    def refusal(self, name: str) -> ModelError:
        """Why nothing worked, in words of the user."""
        if self.not_finite:
            hint = "Check its weights, and divisions by zero in its code."
            return ModelError(f"{name} gives NaN or infinite numbers for ordinary sound.", hint, name, ["finite"])
        if self.shapes:
            said = f"{name} gives no sound: {self.shapes}, where a signal as long as the input was expected."
            return ModelError(said, "Return the sound, or put a wrapper class around the model.", about=name)
        own = next((error for error in self.errors if place(error)), None)
        why = own or (self.errors[0] if self.errors else None)
        because = f": {reason(why)}" if why is not None else ""
        tried = ", ".join(f"[{', '.join(layout)}]" for layout in self.layouts)
        hint = "Say how it wants its input (--layout), or put a wrapper class around it."
        said = f"{name} could not be called with sound as {tried}{because}."
        return ModelError(said, hint, about=name, fields=["layout"])

    def _frames(self) -> list[tuple[str, int]]:
        """Layouts with numbers of channels."""
        return [(layout, count) for layout in self.layouts for count in ((1,) if layout == "T" else self.channels)]

    def _with(self, chosen: list[int], frames: list[tuple[str, int]], lengths: tuple[int, int]) -> Found | None:
        self.depths = dict.fromkeys(frames, 0)
        for plan in self._plans(chosen):
            works = []
            for layout, count in frames:
                way = Way(layout, count, plan.arguments, plan.tuples, plan.spread)
                if (found := self._try(way, lengths)) is not None:
                    works.append(found)
            if works and (chosen_way := self.choose(self.runner, works)) is not None:
                return chosen_way
        return None

    def _plans(self, chosen: list[int]) -> list[Plan]:
        picked = [options[index] for options, index in zip(self.options, chosen, strict=True)]
        free, whole = (plan_of(self.wanted, picked, counts) for counts in (False, True))
        return [free] if free == whole else [free, whole]

    def _any_combination(self, frames: list[tuple[str, int]], lengths: tuple[int, int]) -> Found | None:
        orders = itertools.islice(itertools.product(*(range(len(each)) for each in self.options)), 20_000)
        for order in sorted(orders, key=sum)[:MOST_COMBINATIONS]:
            found = self._with(list(order), frames, lengths)
            if found is not None or self.runner.late:
                return found
        return None

    def _try(self, way: Way, lengths: tuple[int, int]) -> Found | None:
        try:
            made = self.runner.run(way, noise(way.channels, lengths[0]))
        except TrialError as error:
            frame = way.layout, way.channels
            self.depths[frame] = max(self.depths[frame], self.runner.passed)
            if len(self.errors) < MOST_ERRORS:
                self.errors.append(error.why)
            return None
        other = self._call(way, lengths[1])
        fixed = other is None
        pair = (lengths[0], lengths[0] if fixed else lengths[1])
        sound = self.find(pair, (made, made if fixed else other), way.layout, way.channels)
        if sound is None:
            self.shapes = self.shapes or _shapes(made, lengths[0])
            return None
        if len(state_keys(sound, way.arguments)) < sum(each.role == "state" for each in way.arguments):
            return None
        if not bool(torch.isfinite(rows_of(made, sound)).all()):
            self.not_finite = True
            return None
        return Found(way, sound, lengths[0], fixed)

    def _call(self, way: Way, length: int) -> Any:
        try:
            return self.runner.run(way, noise(way.channels, length))
        except TrialError:
            return None


def channel_guesses(module: nn.Module) -> tuple[int, ...]:
    """Numbers of channels to try: what the first layer takes, then mono, then stereo."""
    first = next((int(each.shape[1]) for each in module.parameters() if each.dim() >= 2), 0)
    return tuple(dict.fromkeys([first, 1, 2])) if 1 <= first <= MOST_CHANNELS else (1, 2)


def _by_chance(found: Found) -> bool:
    """Whether a model of one length may have taken another for it: a reshape takes as many numbers in any form."""
    return found.fixed and (found.sound.ratio != 1 or found.way.layout == "TBC")


def _no_forward(module: nn.Module, name: str) -> ModelError:
    own = [each for each, held in vars(type(module)).items() if callable(held) and not each.startswith("_")]
    has = f"; it has {', '.join(own[:4])}" if own else ""
    hint = "Call it forward, or put a wrapper class around it that calls it."
    return ModelError(f"{name} has no forward{has}.", hint, about=name)


def _lengths(runner: Runner) -> Iterator[tuple[int, int]]:
    """Pairs of lengths to compare; the later ones are for models that take no other."""
    if runner.lengths:  # as the model or the user says
        yield from ((length, length * 3 // 2) for length in runner.lengths)
        return
    yield LENGTHS[0], LENGTHS[0] * 3 // 2
    widths = [int(each.shape[1]) for each in runner.module.parameters() if each.dim() >= 2]
    layers = [each for each in widths if 16 < each <= 65536]
    for length in dict.fromkeys([*LENGTHS[1:3], *_written(runner.module)[:6], *layers[:4], *FIXED, *LENGTHS[3:]]):
        yield length, length * 3 // 2 if length in LENGTHS else length * 2


def _written(module: nn.Module) -> list[int]:
    """Numbers in the code and among the attributes of a model's own classes: one may be the length it asks for."""
    found: list[int] = []
    for each in module.modules():
        if type(each).__module__.startswith("torch."):
            continue
        code = getattr(getattr(type(each), "forward", None), "__code__", None)
        numbers = [*getattr(code, "co_consts", ()), *vars(each).values()]
        found += [number for number in numbers if type(number) is int and 64 < number <= 1 << 17]
    return found


def _shapes(made: Any, length: int) -> str:
    shapes = [str(list(leaf.shape)) for leaf in leaves(made).values()]
    return f"{', '.join(shapes[:3]) or type(made).__name__} for {length} samples"
