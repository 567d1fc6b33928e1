"""What in a Python file makes a model: its classes, functions that return one, a model that the file itself makes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from studio.document.outline import HUB, describe_python
from studio.errors import AnswerNeeded, ModelError
from studio.loading.classes import is_base, model_classes
from studio.loading.construct import constructor
from studio.wrappers.base import Wrapper

Maker = Callable[..., Any]
PROMISING = ("model", "net", "build", "make", "create", "load", "get")


def makers_of(module: ModuleType, path: Path) -> dict[str, Maker]:
    """Everything in a file that makes a model, by name: classes, then functions; in hubconf.py functions alone."""
    if path.name == HUB:
        return entry_points(module)
    names = [each.name for each in describe_python(path).factories]
    functions = {name: getattr(module, name) for name in names if callable(getattr(module, name, None))}
    return {**model_classes(module), **functions}


def entry_points(module: ModuleType) -> dict[str, Maker]:
    """The functions and models that a hubconf.py offers, imported ones too."""
    found = {name: each for name, each in vars(module).items() if not name.startswith("_") and callable(each)}
    own = {name: each for name, each in found.items() if getattr(each, "__module__", "") == module.__name__}
    models = {name: each for name, each in found.items() if inspect.isclass(each) and issubclass(each, nn.Module)}
    functions: dict[str, Maker] = {name: each for name, each in own.items() if inspect.isfunction(each)}
    others = {name: each for name, each in found.items() if inspect.isfunction(each) and _is_neighbour(each, module)}
    return functions or {**others, **{name: each for name, each in models.items() if _is_neighbour(each, module)}}


def pick_maker(module: ModuleType, path: Path, wanted: str = "") -> Maker:
    """What was asked for; else the only wrapper; else the only model that is no part of another; else a function.

    Raises: ModelError where there is none, AnswerNeeded where there are several.
    """
    makers = makers_of(module, path) or _hidden(module)
    if not makers:
        hint = "Open the file that defines a torch.nn.Module or a wrapper class."
        raise ModelError(f"{path.name} defines no model class.", hint, about=path.name)
    if wanted:
        return _asked_for(makers, path, wanted)
    classes = {name: each for name, each in makers.items() if inspect.isclass(each)}
    wrappers = [each for each in classes.values() if issubclass(each, Wrapper) and not is_base(each, classes)]
    if len(wrappers) == 1:
        return wrappers[0]
    inner = {each.name for each in describe_python(path).classes if each.inner}
    outer = [each for name, each in classes.items() if name not in inner]
    ready = [each for name, each in makers.items() if name not in classes and not needed_by(each)]
    if not wrappers and len(outer) == 1 and not (needed_by(outer[0]) and ready):
        return outer[0]
    functions = [each for name, each in makers.items() if name not in classes]
    if not wrappers and len(outer) <= 1 and len(ready or functions) == 1:
        return (ready or functions)[0]
    several = wrappers or (ready if len(outer) <= 1 else outer) or functions or list(classes.values())
    raise _which(path, [name for name, each in makers.items() if each in several])


def needed_by(maker: Maker) -> list[str]:
    """Arguments without a default."""
    return [name for name, each in constructor(maker).items() if each.default is inspect.Parameter.empty]


def _hidden(module: ModuleType) -> dict[str, Maker]:
    """In a file without a model's class: models that it makes itself, else functions whose names promise one."""
    made = {name: each for name, each in vars(module).items() if isinstance(each, nn.Module)}
    if made:
        return {name: _given(name, each) for name, each in made.items() if not name.startswith("_")}
    own = {
        name: each
        for name, each in vars(module).items()
        if inspect.isfunction(each) and each.__module__ == module.__name__ and not name.startswith("_")
    }
    return {name: each for name, each in own.items() if any(word in name.lower() for word in PROMISING)}


def _given(name: str, model: nn.Module) -> Maker:
    """A function of this name that gives a model which is there already."""

    def maker() -> nn.Module:
        return model

    maker.__name__ = name
    return maker


def _is_neighbour(each: Any, module: ModuleType) -> bool:
    """Whether something was imported from a file beside the module."""
    try:
        file = inspect.getsourcefile(each)
    except TypeError:
        return False
    folder = Path(module.__file__ or "").resolve().parent
    return file is not None and Path(file).resolve().is_relative_to(folder)


def _asked_for(makers: dict[str, Maker], path: Path, wanted: str) -> Maker:
    if wanted in makers:
        return makers[wanted]
    said = f"{path.name} defines no model called {wanted}."
    hint = f"It has {', '.join(makers)}."
    raise AnswerNeeded(said, hint, about=path.name, fields=["class"], choices=list(makers))


def _which(path: Path, names: list[str]) -> AnswerNeeded:
    said = f"{path.name} defines {len(names)} models: {', '.join(names)}."
    return AnswerNeeded(said, "Say which one: --class NAME.", about=path.name, fields=["class"], choices=names)
