"""Call a model with some sound in some layout, on a fresh copy, without noise from outside."""

from __future__ import annotations

import contextlib
import copy
import random
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook

from studio.document.call import Argument
from studio.loading.arguments import Wanted, wanted_arguments


@dataclass(frozen=True)
class Way:
    """One way in which a model may be called.

    Attributes:
        layout: axes of the sound.
        channels: of the sound.
        arguments: what is given beside it.
        tuples: arguments that the model wants as a tuple, and how many parts each has; the parts of `h` are
            the arguments `h_0`, `h_1` …
        spread: arguments [1, n, 1] or [1, 1, n] that the model wants at every sample.
    """

    layout: str
    channels: int
    arguments: tuple[Argument, ...] = ()
    tuples: dict[str, int] = field(default_factory=dict)
    spread: tuple[str, ...] = ()

    def with_value(self, name: str, value: Any) -> Way:
        """The same with another value of one argument."""
        changed = (each.model_copy(update={"value": value}) if each.name == name else each for each in self.arguments)
        return replace(self, arguments=tuple(changed))


class TrialError(Exception):
    """A model failed in a trial; `why` is what it raised."""

    def __init__(self, why: Exception) -> None:
        super().__init__(why)
        self.why = why


class Runner:
    """Calls a model.

    Args:
        module: left as it is; every trial has a copy that shares its weights.
        method: what is called.
        channels: numbers of channels to try, where they are known.
        lengths: block lengths to try, where they are known.
        seconds: of computing, not of waiting; after them `late` is true, searches end and what is left is guessed on
            the safe side.
        beat: called before each trial, so that whoever waits knows that the model still answers.
    """

    def __init__(
        self,
        module: nn.Module,
        method: str = "forward",
        channels: tuple[int, ...] = (),
        lengths: tuple[int, ...] = (),
        seconds: float = 12.0,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.module, self.method = module, method
        self.channels, self.lengths, self.beat = channels, lengths, beat
        self.passed = 0  # layers that the last run came through: the more, the better the guess
        self.deadline = time.thread_time() + seconds

    @property
    def late(self) -> bool:
        return time.thread_time() > self.deadline

    def wanted(self) -> list[Wanted]:
        """What the model takes beside the sound."""
        return wanted_arguments(self.module, self.method)

    def fresh(self) -> nn.Module:
        """A copy in the initial state. The model itself where it cannot be copied."""
        shared = {id(each): each for each in self.module.parameters()}
        try:
            return copy.deepcopy(self.module, shared)
        except Exception:  # locks, open files, generators: whatever a model holds
            return self.module

    def run(self, way: Way, sound: Tensor, copy_: nn.Module | None = None, seed: int = 0) -> Any:
        """What the model returns for `sound` [channels, samples]. Raises: TrialError around whatever it raises."""
        module = copy_ if copy_ is not None else self.fresh()
        self.passed = 0
        self.beat()
        hook = register_module_forward_hook(self._count)
        try:
            with quiet(seed):
                return self.call(module, way, sound)
        except Exception as error:  # a foreign model may raise anything
            raise TrialError(error) from error
        finally:
            hook.remove()

    def _count(self, *_given: Any) -> None:
        self.passed += 1

    def call(self, module: nn.Module, way: Way, sound: Tensor) -> Any:
        return getattr(module, self.method)(
            arrange(sound, way.layout), **grouped(way, given(way.arguments), sound.shape[1])
        )


@contextlib.contextmanager
def quiet(seed: int) -> Iterator[None]:
    """No gradients, no warnings, every generator seeded and put back afterwards."""
    python, arrays, tensors = random.getstate(), np.random.get_state(), torch.default_generator.get_state()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.default_generator.manual_seed(seed)  # torch.manual_seed looks for devices each time, which is slow
        random.seed(seed)
        np.random.seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(arrays)
            torch.default_generator.set_state(tensors)


def arrange(sound: Tensor, layout: str) -> Tensor:
    """`sound` [channels, samples] with the axes that `layout` names."""
    if layout == "T":
        return sound.mean(dim=0)
    made = sound.t() if layout in ("BTC", "TC", "TBC") else sound
    if layout in ("BCT", "BTC"):
        made = made.unsqueeze(0)
    if layout == "TBC":
        made = made.unsqueeze(1)
    return made.clone(memory_format=torch.contiguous_format)  # a model may write into its input


def given(arguments: tuple[Argument, ...]) -> dict[str, Any]:
    """The values of arguments, by name."""
    return {each.name: _value(each) for each in arguments}


def grouped(way: Way, values: dict[str, Any], samples: int) -> dict[str, Any]:
    """The same with the parts of tuples put together, and what is wanted at every sample repeated."""
    made = dict(values)
    for name in way.spread:
        axes = [samples if axis == way.layout.index("T") else -1 for axis in range(3)]
        made[name] = made[name].expand(axes)
    for name, count in way.tuples.items():
        made[name] = tuple(made.pop(f"{name}_{index}") for index in range(count))
    return made


def _value(argument: Argument) -> Any:
    if argument.role == "state":
        return torch.zeros(argument.shape)
    if not argument.is_tensor or argument.value is None:
        return argument.value
    shape = argument.shape or (1,)
    if isinstance(argument.value, tuple):
        return torch.tensor(argument.value, dtype=torch.float32).reshape(shape)
    return torch.full(shape, float(argument.value))


def noise(channels: int, samples: int, seed: int = 1, level: float = 0.3) -> Tensor:
    """White noise [channels, samples] with peak `level`, always the same."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(channels, samples, generator=generator) * 2 - 1) * level
