"""Lightning's module for files that were trained with it: its settings and helpers, without a trainer."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any, Self

import torch
from torch import nn


class AttributeDict(dict[str, Any]):
    """Settings reached as items and as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class LightningModule(nn.Module):
    """A module with `hparams`; what only a trainer calls does nothing."""

    hparams: AttributeDict

    def __init__(self, *_given: Any, **_named: Any) -> None:
        super().__init__()
        self.__dict__.setdefault("hparams", AttributeDict())
        self.automatic_optimization = True

    def __new__(cls, *_given: Any, **_named: Any) -> Self:
        made = super().__new__(cls)
        made.__dict__["hparams"] = AttributeDict()
        return made

    def save_hyperparameters(
        self, *given: Any, ignore: Any = (), frame: FrameType | None = None, **_named: Any
    ) -> None:
        """Keep the constructor's arguments, those named, or those within a mapping, as `hparams`."""
        ignored = {ignore} if isinstance(ignore, str) else set(ignore or ())
        for each in given:
            if not isinstance(each, str):
                held = each if isinstance(each, Mapping) else vars(each)
                self.hparams.update(held)
        names = {each for each in given if isinstance(each, str)}
        if given and not names:
            return
        for values in _constructors(self, frame or inspect.currentframe()):
            for name, value in values.items():
                if name not in ignored and (not names or name in names):
                    self.hparams.setdefault(name, value)

    def log(self, *_given: Any, **_named: Any) -> None: ...

    def log_dict(self, *_given: Any, **_named: Any) -> None: ...

    def print(self, *_given: Any, **_named: Any) -> None: ...

    def freeze(self) -> None:
        self.requires_grad_(False)

    def unfreeze(self) -> None:
        self.requires_grad_(True)

    @property
    def device(self) -> torch.device:
        return next((each.device for each in self.parameters()), torch.device("cpu"))

    @property
    def dtype(self) -> torch.dtype:
        return next((each.dtype for each in self.parameters()), torch.float32)

    @property
    def trainer(self) -> None:
        """There is none here."""
        return None

    current_epoch = global_step = 0
    example_input_array = None


class Inert:
    """Takes the place of what only training uses: it takes anything and does nothing."""

    def __init__(self, *_given: Any, **_named: Any) -> None: ...

    def __call__(self, *_given: Any, **_named: Any) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()


def nothing(*given: Any, **_named: Any) -> Any:
    """A function or decorator that only training uses."""
    return given[0] if len(given) == 1 and callable(given[0]) else nothing


def _constructors(module: nn.Module, frame: FrameType | None) -> Iterator[dict[str, Any]]:
    """Arguments of the `__init__` of `module` and of its bases, as they are being called."""
    while frame is not None:
        if frame.f_code.co_name == "__init__" and frame.f_locals.get("self") is module:
            code = frame.f_code
            names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
            values = {name: frame.f_locals[name] for name in names if name in frame.f_locals}
            if code.co_flags & inspect.CO_VARKEYWORDS:
                values |= frame.f_locals.get(code.co_varnames[code.co_argcount + code.co_kwonlyargcount], {})
            if code.co_filename != __file__:
                yield values
        frame = frame.f_back
