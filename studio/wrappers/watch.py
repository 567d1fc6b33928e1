"""Find where a model's Python looks at the sound itself: a trace cannot follow what is decided there."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

DECIDES = "decides by the sound which way to go"
COUNTS = "takes a plain number out of the sound"
LEAVES = "hands the sound to numpy"
ENDS = {
    "__bool__": DECIDES, "__contains__": DECIDES, "item": COUNTS, "__float__": COUNTS, "__int__": COUNTS,
    "__index__": COUNTS, "tolist": COUNTS, "numpy": LEAVES, "__array__": LEAVES,
}  # fmt: skip
TORCH, OURS = Path(torch.__file__).parent, Path(__file__).parents[1]


@dataclass(frozen=True)
class Look:
    """A line of the user's at which a number of the sound becomes Python's."""

    path: str
    line: int
    what: str

    @property
    def place(self) -> str:
        return f"{Path(self.path).name}, line {self.line}"

    def said(self) -> str:
        """`net.py, line 12 decides by the sound which way to go (“if x.max() > 1:”)`."""
        source = linecache.getline(self.path, self.line).strip()[:80]
        return f"{self.place} {self.what}{f' (“{source}”)' if source else ''}"


def looks_at_sound(call: Callable[[], Any], inputs: tuple[Tensor, ...]) -> list[Look] | None:
    """The lines, in the order of the calls; None where the model cannot be watched.

    Args:
        call: calls the model with `inputs`, once or more; what it keeps between them counts as sound too.
        inputs: what changes from block to block.
    """
    watch = _Watch(inputs)
    try:
        with torch.no_grad(), watch:
            call()
    except Exception:  # a model may do what cannot be watched
        return None
    return list(dict.fromkeys(watch.looks))


class _Watch(TorchFunctionMode):
    """Every tensor that is made of the sound is known; shapes are plain numbers and are not."""

    def __init__(self, inputs: tuple[Tensor, ...]) -> None:
        super().__init__()
        self._known: dict[int, Tensor] = {id(each): each for each in inputs}  # held, so that no id comes twice
        self.looks: list[Look] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = list(_tensors((args, kwargs or {})))
        touched = any(id(each) in self._known for each in given)
        name = getattr(func, "__name__", "")
        if touched and name in ENDS:
            self._note(ENDS[name])
        made = func(*args, **(kwargs or {}))
        if touched:
            self._known.update((id(each), each) for each in _tensors(made))
            if given and (name.endswith("_") or name == "__setitem__"):  # written in place
                self._known[id(given[0])] = given[0]
        return made

    def _note(self, what: str) -> None:
        """The line of the caller, unless that is torch itself, which looks at shapes in odd ways."""
        frame = sys._getframe(2)
        while frame.f_back is not None and frame.f_code.co_filename.endswith(
            ("torch/overrides.py", "torch/_tensor.py")
        ):
            frame = frame.f_back
        path = Path(frame.f_code.co_filename)
        if TORCH not in path.parents and OURS not in path.parents:
            self.looks.append(Look(str(path), frame.f_lineno, what))


def _tensors(held: Any) -> Iterator[Tensor]:
    if isinstance(held, Tensor):
        yield held
    elif isinstance(held, dict):
        for each in held.values():
            yield from _tensors(each)
    elif isinstance(held, (tuple, list)):
        for each in held:
            yield from _tensors(each)
