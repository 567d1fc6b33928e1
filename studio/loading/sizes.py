"""Find the arguments with which a constructor makes a network of exactly the shapes that weights have."""

from __future__ import annotations

import contextlib
import inspect
import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from studio.errors import ModelError, StudioError
from studio.loading.construct import Maker, arguments_of, construct
from studio.loading.hints import Clues, clues_in, factor_pairs, is_whole, solutions, values_for
from studio.loading.match import Match, Weights, best_match, buffers_of
from studio.loading.typed import literal

SECONDS = 20.0
MOST_TRIES = 3000
ROUNDS = 9
FEW = 8  # values that are all tried at once
LISTS = 48  # sequences of sizes tried before all are
MOST_GROWN = 6
SPARE = 64
DEVICES = ("meta", "cpu")  # a constructor that looks at values needs some
LONGEST = 32  # sequences whose numbers are looked at one by one
PAIRED = 14  # values of each of two arguments that are tried together
EMPTY = inspect.Parameter.empty
Shapes = Mapping[tuple[str, int], tuple[int, int]]
IDLE = ("lr", "learning_rate", "weight_decay", "batch_size", "epochs", "max_epochs", "seed", "num_workers", "dropout",
        "p_dropout", "drop", "dropout_p", "momentum", "warmup", "warmup_steps", "gamma", "eps")  # fmt: skip
"""Arguments of a trainer: a model sounds the same whatever they are."""


@dataclass(frozen=True)
class Sized:
    """How well a constructor can be made to fit.

    Attributes:
        arguments: as text; those that were told and those that the shapes told.
        found: which of them the shapes told.
        match: of a network without values.
        others: other arguments that fit as well, as a person would write them.
        silent: numbers left at their default of which the shapes say nothing.
    """

    arguments: dict[str, str]
    found: tuple[str, ...]
    match: Match
    others: str = ""
    silent: tuple[str, ...] = ()


class Sizing:
    """Tries arguments of one constructor.

    Args:
        maker: the class or function.
        told: arguments that are known, as text.
        sets: of weights.
        others: classes of the same file.
        beat: called before each try.
    """

    def __init__(
        self,
        maker: Maker,
        told: Mapping[str, str],
        sets: Mapping[str, Weights],
        others: Mapping[str, type[nn.Module]],
        beat: Callable[[], None] = lambda: None,
        seconds: float = SECONDS,
    ) -> None:
        self._maker, self._others, self._beat = maker, others, beat
        self.takes = arguments_of(maker)
        self._told = {name: text for name, text in told.items() if name in self.takes}
        self._sets = {name: {key: value.to("meta") for key, value in held.items()} for name, held in sets.items()}
        largest = max(sets.values(), key=len)
        clues = clues_in(largest)
        self._values = {
            name: _values(each, clues, maker) for name, each in self.takes.items() if name not in self._told
        }
        self._known: dict[tuple[tuple[str, str], ...], Match | None] = {}
        self._until = time.process_time() + seconds
        self._device: str | None = None  # on which networks can be made, once one was
        self._most = 4 * len(largest) + SPARE
        self.error: StudioError | None = None

    def best(self) -> Sized | None:
        """The best arguments found, None where the constructor fails with all of them."""
        at = self._first()
        if at is None:
            return None
        for step in itertools.islice(itertools.cycle((self._by_growth, self._by_growth, self._one_by_one)), ROUNDS):
            before = self._cost(at)
            at = step(at)
            if self._cost(at) == 0 or self._is_late:
                break
            if step == self._one_by_one and self._cost(at) >= before:
                together = self._in_pairs(at)
                if together == at:
                    break
                at = together
        match = self._match(at)
        assert match is not None
        found = tuple(name for name in at if name not in self._told)
        fits = not match.faults
        return Sized(at, found, match, self._same(at) if fits else "", self._silent(at) if fits else ())

    @property
    def _is_late(self) -> bool:
        return time.process_time() > self._until or len(self._known) > MOST_TRIES

    def _first(self) -> dict[str, str] | None:
        """Arguments with which there is a network at all."""
        needed = [name for name, each in self.takes.items() if each.default is EMPTY and name not in self._told]
        idle = {name: "0" for name in needed if name.rpartition(".")[2] in IDLE}
        open_ = [name for name in needed if name not in idle and self._values.get(name)]
        start = {**self._told, **idle}
        if self._match(start) is not None:
            return start
        best = None
        for index in range(24):
            tried = {**start, **{name: self._values[name][index % len(self._values[name])] for name in open_}}
            same = {**start, **{name: self._values[open_[0]][index % len(self._values[open_[0]])] for name in open_}}
            for each in (tried, same) if open_ else ():
                if self._cost(each) < (self._cost(best) if best is not None else math.inf):
                    best = each
        return best

    def _by_growth(self, at: dict[str, str]) -> dict[str, str]:
        """Grow each number a little and see which sizes grow with it: that tells the number that gives the right ones.

        Switches and words are tried as they are, before.
        """
        for name in sorted(self._values, key=lambda each: len(self._values[each])):
            values = self._values[name]
            if len(values) > FEW and is_number(self.takes[name]):
                values = self._grown(name, at)
            elif len(values) > FEW:
                values = values[:LISTS]
            at = self._least([at, *({**at, name: text} for text in values)])
            if self._cost(at) == 0:
                break
            for place in range(len(self._row(name, at))):
                at = self._least([at, *({**at, name: text} for text in self._grown(name, at, place))])
        return at

    def _grown(self, name: str, at: dict[str, str], place: int | None = None) -> list[str]:
        """Values of a number that would give stored sizes if sizes grow evenly with it, the most frequent first.

        Of a sequence of numbers the one at `place` is grown, and the values are whole sequences.
        """
        row = self._row(name, at)
        now = self._number(name, at) if place is None else row[place]

        def text(value: int) -> str:
            return str(value) if place is None else repr(type(row)([*row[:place], value, *row[place + 1 :]]))

        start = self._tried_shapes({**at, name: text(now)})
        for more in (now + 1, 2 * now, now + 2, now + 4):
            grown = self._tried_shapes({**at, name: text(more)})
            if start and grown:
                return [text(each) for each in solutions(now, more, start, grown)[:MOST_GROWN]]
        return []

    def _row(self, name: str, at: dict[str, str]) -> list[int] | tuple[int, ...]:
        """A sequence of whole numbers as it is now; empty for any other argument."""
        held = literal(at[name]) if name in at else self.takes[name].default
        whole = isinstance(held, (list, tuple)) and len(held) <= LONGEST and all(type(each) is int for each in held)
        return held if whole else ()

    def _number(self, name: str, at: dict[str, str]) -> int:
        default = self.takes[name].default
        text = at.get(name, str(default) if default is not EMPTY else "1")
        return max(1, int(text)) if text.lstrip("-").isdigit() else 1

    def _tried_shapes(self, arguments: dict[str, str]) -> Shapes | None:
        """Sizes that these arguments give, each with the stored one; the numbers of tensors under an empty name."""
        match = self._match(arguments)
        if match is None:
            return None
        found = {
            (name, axis): (size, value.shape[axis])
            for name, value in match.weights.items()
            for axis, size in enumerate(match.sizes.get(name, ()))
            if axis < value.dim()
        }
        held = len(match.weights) + len(match.unexpected)
        return {**found, ("", 0): (len(match.sizes), held)}

    def _one_by_one(self, at: dict[str, str]) -> dict[str, str]:
        """Every value that names and shapes suggest, for one argument after the other."""
        for name, values in sorted(self._values.items(), key=lambda each: len(each[1])):
            options = [at, *({**at, name: text} for text in values)]
            if name in at and self.takes[name].default is not EMPTY:
                options.append({key: text for key, text in at.items() if key != name})
            at = self._least(options)
            if self._cost(at) == 0:
                break
        return at

    def _in_pairs(self, at: dict[str, str]) -> dict[str, str]:
        for one, other in itertools.combinations([name for name, values in self._values.items() if values], 2):
            both = itertools.product(self._values[one][:PAIRED], self._values[other][:PAIRED])
            better = self._least([at, *({**at, one: a, other: b} for a, b in both)])
            if self._cost(better) < self._cost(at):
                return better
        return at

    def _least(self, options: list[dict[str, str]]) -> dict[str, str]:
        """The first of the best; what fits ends the search."""
        best, least = options[0], self._cost(options[0])
        for each in options[1:]:
            if least == 0:
                break
            if (cost := self._cost(each)) < least:
                best, least = each, cost
        return best

    def _cost(self, arguments: dict[str, str]) -> float:
        match = self._match(arguments)
        return math.inf if match is None else match.cost

    def _match(self, arguments: dict[str, str]) -> Match | None:
        key = tuple(sorted(arguments.items()))
        if key not in self._known:
            if self._is_late and self._known:
                return None
            self._beat()
            self._known[key] = self._tried(arguments)
        return self._known[key]

    def _tried(self, arguments: dict[str, str]) -> Match | None:
        network = self._made(arguments)
        if network is None:
            return None
        return best_match(self._sets, network.state_dict(), buffers_of(network))

    def _made(self, arguments: dict[str, str]) -> nn.Module | None:
        """A network without values, where its constructor can do without."""
        for device in DEVICES if self._device is None else (self._device,):
            try:
                with torch.device(device), _no_larger_than(self._most):
                    made = construct(self._maker, arguments, self._others)
            except StudioError as error:
                if self._device is None and not isinstance(error, _TooLarge):  # later ones are of numbers tried here
                    self.error = self.error or error
                continue
            self._device = device
            return made
        return None

    def _same(self, at: dict[str, str]) -> str:
        """Two numbers whose product alone the shapes tell: blocks and stacks of blocks."""
        whole = [name for name in at if name not in self._told and at[name].isdigit() and int(at[name]) <= 512]
        free = [name for name, each in self.takes.items() if name in self._values and type(each.default) is int]
        for one, other in itertools.permutations(dict.fromkeys([*whole, *free]), 2):
            values = [int(at.get(name, self.takes[name].default)) for name in (one, other)]
            if one not in whole or min(values) < 1:
                continue
            for a, b in factor_pairs(*values):
                if min(a, b) > 1 and self._cost({**at, one: str(a), other: str(b)}) == 0:
                    return f"{one} = {a}, {other} = {b}"
        return ""

    def _silent(self, at: dict[str, str]) -> tuple[str, ...]:
        """Numbers nobody told, of which another would give the same shapes."""
        names = [name for name, values in self._values.items() if values and name.rpartition(".")[2] not in IDLE]
        return tuple(name for name in names if is_number(self.takes[name]) and self._is_silent(name, at))

    def _is_silent(self, name: str, at: dict[str, str]) -> bool:
        now = at.get(name, str(self.takes[name].default))
        others = [text for text in ("2", "3", "4", *self._values[name][:6]) if text != now]
        return any(self._cost({**at, name: text}) == 0 for text in others[:5])


class _TooLarge(ModelError):
    """A constructor was stopped."""


@contextlib.contextmanager
def _no_larger_than(most: int) -> Iterator[None]:
    """Stop a constructor that makes many times the tensors that are stored: it was given a number too many."""
    made = itertools.count(1)

    def stop(_module: nn.Module, _name: str, _value: nn.Parameter) -> None:
        if next(made) > most:
            raise _TooLarge("It makes more tensors than are stored.", "Give it smaller numbers.")

    hook = register_module_parameter_registration_hook(stop)
    try:
        yield
    finally:
        hook.remove()


def is_number(parameter: inspect.Parameter) -> bool:
    default = parameter.default
    return (isinstance(default, int) and not isinstance(default, bool)) or (default is EMPTY and is_whole(parameter))


def _values(parameter: inspect.Parameter, clues: Clues, maker: Maker) -> list[str]:
    function = maker.__init__ if inspect.isclass(maker) else maker
    return [text for text in values_for(parameter, clues, function) if text != str(parameter.default)]
