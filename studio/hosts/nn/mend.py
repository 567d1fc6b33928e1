"""Write older nn~ files so that nn~ of today takes them: getters that return tuples, setters that return 0, labels."""

from __future__ import annotations

from typing import Any

import torch

from studio.hosts.nn.contract import attributes_of, methods_of
from studio.hosts.nn.scripted.player import Kept
from studio.wrappers import torchscript
from studio.wrappers.torchscript import ScriptModule


def mended(root: ScriptModule) -> ScriptModule:
    """A root that passes every call on to `root`; what cannot be mended stays as it is."""
    kept = torchscript.script(Kept(root).eval())
    attributes = attributes_of(root)
    for name in [*methods_of(root), *attributes]:
        numbers = getattr(root, f"{name}_params", None)
        if isinstance(numbers, torch.Tensor):
            kept._c._register_attribute(f"{name}_params", torch._C.TensorType.get(), numbers.clone())
    for name, (inlets, _, outlets, _) in methods_of(root).items():
        _label(kept, root, f"{name}_input_labels", [f"input {number}" for number in range(1, inlets + 1)])
        _label(kept, root, f"{name}_output_labels", [f"output {number}" for number in range(1, outlets + 1)])
    for name in sorted(root._c._method_names()):
        if not name.startswith("_"):
            kept.define(_passing(root._c._get_method(name).schema, name, set(attributes)))
    if "get_methods" not in root._c._method_names():
        kept.define(f"def get_methods(self) -> List[str]:\n    return {list(methods_of(root))!r}\n")
    return kept


def _label(kept: ScriptModule, root: ScriptModule, name: str, else_said: list[str]) -> None:
    said = getattr(root, name, None)
    good = isinstance(said, list) and len(said) == len(else_said)
    kept._c._register_attribute(name, torch._C.ListType(torch._C.StringType.get()), said if good else else_said)


def _passing(schema: Any, name: str, attributes: set[str]) -> str:
    """A method that calls the one of that name inside."""
    arguments = schema.arguments[1:]
    taken = "".join(
        f", {each.name}: {each.type.annotation_str}{f'={each.default_value!r}' if each.has_default_value() else ''}"
        for each in arguments
    )
    call = f"self.root.{name}({', '.join(each.name for each in arguments)})"
    start, _, attribute = name.partition("_")
    returned = schema.returns[0].type.annotation_str
    if attribute in attributes and start == "set" and returned != "int":
        return f"def {name}(self{taken}) -> int:\n    {call}\n    return 0\n"
    bare = attribute in attributes and start == "get" and not returned.startswith(("Tuple", "List"))
    return f"def {name}(self{taken}):\n    return {f'({call},)' if bare else call}\n"
