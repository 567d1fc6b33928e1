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
    before = what_changes(module, call)
    keeper = _Keeper(module)
    core = path_to_core(module)
    told = _has_method(module, core, "tell")
    lines = [f"    {spelled(path)} = {_restored(path, value, keeper, told)}\n" for path, value in before.items()]
    if _has_method(module, core, "reset_model"):
        lines.append(f"    self.{core}.reset_model()\n")  # what the author wrote counts more
    module.define("def reset(self) -> None:\n" + "".join(lines or ["    pass\n"]))
    return list(before)


def what_changes(module: ScriptModule, call: Callable[[ScriptModule], Any]) -> dict[str, Any]:
    """The paths that `call`, run with a copy of `module`, leaves changed, with the values they had before."""
    moved = copy.deepcopy(module)
    call(moved)
    after = dict(_attributes(moved))
    before = {path: value for path, value in _attributes(module) if path in after}
    return {path: value for path, value in before.items() if not _same(value, after[path])}


def path_to_core(module: ScriptModule) -> str:
    """Where the captured core lies within its shells."""
    path, part = "core", module
    while not hasattr(part, "core") and hasattr(part, "inner"):
        path, part = f"inner.{path}", part.inner
    return path


def _has_method(module: ScriptModule, path: str, name: str) -> bool:
    part: Any = module
    for step in path.split("."):
        part = getattr(part, step, None)
    return hasattr(part, name)


def _restored(path: str, value: Any, keeper: _Keeper, told: bool) -> str:
    """TorchScript for the first value; zeros where the model made a tensor anew when it was told rate and block."""
    first = keeper.expression(value)
    if not told or not isinstance(value, Tensor):
        return first
    kept = first.removesuffix(".clone()")
    return f"{first} if {spelled(path)}.shape == {kept}.shape else torch.zeros_like({spelled(path)})"


def spelled(path: str) -> str:
    """TorchScript for an attribute, also of modules in lists, which are named by numbers."""
    made = "self"
    for step in path.split("."):
        made = f"getattr({made}, '{step}')" if step.isdigit() else f"{made}.{step}"
    return made


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
