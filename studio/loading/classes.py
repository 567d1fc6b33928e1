"""Which class of a Python file is the model."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

from torch import nn

from studio.document.outline import describe_python
from studio.errors import AnswerNeeded, ModelError
from studio.wrappers.base import Wrapper


def model_classes(module: ModuleType) -> dict[str, type[nn.Module]]:
    """The torch modules a file defines itself, in the order of its lines."""
    found = [each for each in vars(module).values() if inspect.isclass(each) and issubclass(each, nn.Module)]
    own = [each for each in dict.fromkeys(found) if each.__module__ == module.__name__]
    return {each.__name__: each for each in own}


def pick_class(module: ModuleType, path: Path, wanted: str = "") -> type[nn.Module]:
    """The class that was asked for; else the only wrapper; else the only model that is no part of another.

    Raises: ModelError where there is none, AnswerNeeded where there are several.
    """
    classes = model_classes(module)
    if not classes:
        hint = "Open the file that defines a torch.nn.Module or a wrapper class."
        raise ModelError(f"{path.name} defines no model class.", hint, about=path.name)
    if wanted:
        return _asked_for(classes, path, wanted)
    wrappers = [each for each in classes.values() if issubclass(each, Wrapper) and not _is_base(each, classes)]
    if len(wrappers) == 1:
        return wrappers[0]
    inner = {each.name for each in describe_python(path).classes if each.inner}
    outer = [each for name, each in classes.items() if name not in inner]
    if not wrappers and len(outer) == 1:
        return outer[0]
    names = [each.__name__ for each in wrappers or outer or classes.values()]
    said = f"{path.name} defines {len(names)} models: {', '.join(names)}."
    raise AnswerNeeded(said, "Say which one: --class NAME.", about=path.name, fields=["class"], choices=names)


def _asked_for(classes: dict[str, type[nn.Module]], path: Path, wanted: str) -> type[nn.Module]:
    if wanted in classes:
        return classes[wanted]
    names = list(classes)
    said = f"{path.name} defines no model called {wanted}."
    hint = f"It has {', '.join(names)}."
    raise AnswerNeeded(said, hint, about=path.name, fields=["class"], choices=names)


def _is_base(cls: type, classes: dict[str, type[nn.Module]]) -> bool:
    return any(cls in other.__mro__[1:] for other in classes.values())
