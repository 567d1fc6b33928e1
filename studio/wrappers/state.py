"""What a compiled module remembers from call to call, found by calling it, and a `reset` that restores it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from studio.wrappers.torchscript import ScriptModule

ASSIGNED = re.compile(r"\b\w+\.(\w+) = ")


def add_reset(module: ScriptModule, call: Callable[[], Any]) -> list[str]:
    """Give `module` a method `reset()` that restores all that `call` changes.

    Args:
        module: a scripted module in its initial state; left in it.
        call: runs the module once or more.

    Returns: paths of what changes, empty for a module without state. Attributes that can not be restored from
        TorchScript (dicts, tuples, objects) are not found.
    """
    before = {path: _copy(value) for path, value in _attributes(module)}
    call()
    changed = [path for path, value in _attributes(module) if path in before and not _same(before[path], value)]
    lines = []
    for number, path in enumerate(changed):
        initial = before[path]
        if isinstance(initial, Tensor):
            module._c._register_attribute(f"initial_{number}", torch._C.TensorType.get(), initial)
            lines.append(f"self.{path} = self.initial_{number}.clone()")
        elif isinstance(initial, list):
            names = [f"initial_{number}_{index}" for index in range(len(initial))]
            for name, item in zip(names, initial, strict=True):
                module._c._register_attribute(name, torch._C.TensorType.get(), item)
            lines.append(f"self.{path} = [{', '.join(f'self.{name}.clone()' for name in names)}]")
        else:
            lines.append(f"self.{path} = {initial!r}")
    module.define("def reset(self) -> None:\n" + "".join(f"    {line}\n" for line in lines or ["pass"]))
    module.reset()
    return changed


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
    if isinstance(value, list):
        return len(value) > 0 and all(isinstance(item, Tensor) for item in value)
    return value is None or isinstance(value, (Tensor, bool, int, float, str))


def _copy(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    return [item.detach().clone() for item in value] if isinstance(value, list) else value


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.shape == other.shape and torch.equal(one.nan_to_num(), other.nan_to_num())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other) if type(one) is type(other) else False
