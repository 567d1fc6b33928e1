"""The torch modules of a Python file."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from torch import nn


def model_classes(module: ModuleType) -> dict[str, type[nn.Module]]:
    """The torch modules a file defines itself, in the order of its lines."""
    found = [each for each in vars(module).values() if inspect.isclass(each) and issubclass(each, nn.Module)]
    own = [each for each in dict.fromkeys(found) if each.__module__ == module.__name__]
    return {each.__name__: each for each in own}


def is_base(cls: type, classes: Mapping[str, Any]) -> bool:
    """Whether another class of the file derives from it."""
    return any(cls in other.__mro__[1:] for other in classes.values())
