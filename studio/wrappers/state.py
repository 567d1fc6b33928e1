"""What a compiled module remembers from call to call, found by calling it, and a `reset` that restores it."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from studio.wrappers.torchscript import ScriptModule

ASSIGNED = re.compile(r"\b\w+\.(\w+) = ")


def add_reset(module: ScriptModule, call: Callable[[ScriptModule], Any]) -> list[str]:
    """Give `module` a method `reset()` that restores all that `call` changes.

    Args:
        module: a scripted module in its initial state; left in it.
        call: runs a copy of it once or more.

    Returns: paths of what changes, empty for a module without state. Objects are not looked into.
    """
    moved = copy.deepcopy(module)
    call(moved)
    after = dict(_attributes(moved))
    before = {path: value for path, value in _attributes(module) if path in after}
    changed = [path for path, value in before.items() if not _same(value, after[path])]
    keeper = _Keeper(module)
    lines = [f"    self.{path} = {keeper.expression(before[path])}\n" for path in changed]
    module.define("def reset(self) -> None:\n" + "".join(lines or ["    pass\n"]))
    return changed


class _Keeper:
    """Stores first values in a module and writes the TorchScript that makes them again."""

    def __init__(self, module: ScriptModule) -> None:
        self._module, self._count = module, 0

    def expression(self, value: Any) -> str:
        if isinstance(value, Tensor):
            name = f"initial_{self._count}"
            self._count += 1
            self._module._c._register_attribute(name, torch._C.TensorType.get(), value.detach().clone())
            return f"self.{name}.clone()"
        if isinstance(value, tuple):
            return f"({', '.join(self.expression(each) for each in value)},)"
        if isinstance(value, list):
            return f"[{', '.join(self.expression(each) for each in value)}]"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{key!r}: {self.expression(each)}' for key, each in value.items())}}}"
        return repr(value)


def _attributes(module: ScriptModule) -> Iterator[tuple[str, Any]]:
    """Every attribute that some method of `module` or of its parts may assign or fill."""
    names = {name for part in module.modules() for name in _assigned(part)}
    for prefix, part in module.named_modules():
        inside = {name for name, _ in part.named_buffers(recurse=False)}
        held = part._c if hasattr(part, "_c") else None
        inside |= {name for name in names if held is not None and held.hasattr(name)}
        for name in sorted(inside):
            value = getattr(part, name)
            if _restorable(value):
                yield (f"{prefix}.{name}" if prefix else name), value


def _assigned(part: Any) -> set[str]:
    if not hasattr(part, "_c"):
        return set()
    return {name for method in part._c._method_names() for name in ASSIGNED.findall(part._c._get_method(method).code)}


def _restorable(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) > 0 and all(_restorable(item) for item in value)
    if isinstance(value, dict):
        return len(value) > 0 and all(isinstance(key, str) and _restorable(item) for key, item in value.items())
    return value is None or isinstance(value, (Tensor, bool, int, float, str))


def _same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, Tensor):
        return one.shape == other.shape and torch.equal(one.nan_to_num(), other.nan_to_num())
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return bool(one == other)
